// SPDX-License-Identifier: MIT
// CPU detection through Highway.
#include "engine/targets.hpp"
#include "engine/isa.hpp"

#include <hwy/targets.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "nlsq/error.hpp"

namespace nlsq::engine {
namespace {

constexpr std::string_view kNames[] = {"portable", "sse4", "avx2", "avx512", "neon"};

std::vector<Isa> detect() {
  const auto supported = hwy::SupportedTargets() & HWY_TARGETS;
  std::vector<Isa> found;
#if defined(__x86_64__)
  if (supported & HWY_AVX3) found.push_back(Isa::avx512);
  if (supported & HWY_AVX2) found.push_back(Isa::avx2);
  if (supported & HWY_SSE4) found.push_back(Isa::sse4);
  if (HWY_TARGETS & (HWY_EMU128 | HWY_SCALAR)) found.push_back(Isa::portable);
#elif defined(__aarch64__)
  if (supported & HWY_NEON) found.push_back(Isa::neon);
#else
  (void)supported;
  found.push_back(Isa::portable);
#endif
  return found;
}

}  // namespace

std::string_view name(Isa isa) { return kNames[static_cast<int>(isa)]; }

const std::vector<Isa>& available_isas() {
  static const std::vector<Isa> found = detect();
  return found;
}

Isa chosen_isa() {
  const char* wanted = std::getenv("NLSQ_ISA");
  if (wanted == nullptr || *wanted == '\0') return available_isas().front();
  for (const Isa isa : available_isas()) {
    if (name(isa) == wanted) return isa;
  }
  std::string names;
  for (const Isa isa : available_isas()) names += (names.empty() ? "" : ", ") + std::string(name(isa));
  throw InputError("NLSQ_ISA", "NLSQ_ISA='" + std::string(wanted) + "' is not available here; there is " + names);
}

}  // namespace nlsq::engine
