// SPDX-License-Identifier: MIT
// CPU detection by the compiler's own means: Highway's library measures the clock when it is
// loaded, which would cost every start of the command a millisecond. The features are those that
// Highway's targets are compiled with.
#include "engine/isa.hpp"

#include <string>

#include "base/environment.hpp"
#include "nlsq/error.hpp"

namespace nlsq::engine {
namespace {

constexpr std::string_view kNames[] = {"portable", "sse4", "avx2", "avx512", "neon"};

std::vector<Isa> detect() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  std::vector<Isa> found;
  const bool sse4 = __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("ssse3");
  const bool avx2 = sse4 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                    __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") &&
                      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd");
  if (avx512) found.push_back(Isa::avx512);
  if (avx2) found.push_back(Isa::avx2);
  if (sse4) found.push_back(Isa::sse4);
  found.push_back(Isa::portable);
  return found;
#elif defined(__aarch64__)
  return {Isa::neon};
#else
  return {Isa::portable};
#endif
}

}  // namespace

std::string_view name(Isa isa) { return kNames[static_cast<int>(isa)]; }

const std::vector<Isa>& available_isas() {
  static const std::vector<Isa>& found = *new std::vector<Isa>(detect());
  return found;
}

Isa chosen_isa() {
  const char* wanted = base::value_of(base::Variable::isa);
  if (wanted == nullptr || *wanted == '\0') return available_isas().front();
  for (const Isa isa : available_isas()) {
    if (name(isa) == wanted) return isa;
  }
  std::string names;
  for (const Isa isa : available_isas())
    names += (names.empty() ? "" : ", ") + std::string(name(isa));
  throw InputError("NLSQ_ISA", "NLSQ_ISA='" + std::string(wanted) +
                                   "' is not available here; there is " + names);
}

}  // namespace nlsq::engine
