// SPDX-License-Identifier: MIT
#include "plan/environment.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "base/environment.hpp"
#include "base/thread_pool.hpp"
#include "nlsq/error.hpp"
#include "plan/thresholds.hpp"

namespace nlsq::plan {
namespace {

std::string_view environment(base::Variable variable) {
  const char* const value = base::value_of(variable);
  return value == nullptr ? "" : value;
}

std::optional<linalg::Fold> forced_fold() {
  const std::string_view value = environment(base::Variable::fold);
  if (value.empty()) return std::nullopt;
  if (value == "gram") return linalg::Fold::gram;
  if (value == "pgram") return linalg::Fold::pgram;
  if (value == "qr") return linalg::Fold::qr;
  throw InputError("NLSQ_FOLD",
                   "NLSQ_FOLD='" + std::string(value) + "' is none of gram, pgram, qr");
}

index_t forced_block() {
  const std::string_view value = environment(base::Variable::block_rows);
  if (value.empty()) return 0;
  const long rows = std::strtol(value.data(), nullptr, 10);  // it ends with a zero byte
  if (rows >= 16 && rows <= 4096 && (rows & (rows - 1)) == 0) return rows;
  throw InputError("NLSQ_BLOCK_ROWS", "NLSQ_BLOCK_ROWS='" + std::string(value) +
                                          "' is no power of two from 16 to 4096");
}

}  // namespace

reduce::EvaluatorOptions evaluator_options(int threads) {
  reduce::EvaluatorOptions options;
  options.walk.isa = engine::chosen_isa();
  options.walk.threads = base::thread_count(threads);
  options.walk.block = forced_block();
  options.fold = forced_fold();
  return options;
}

int useful_threads(int threads, index_t rows) {
  if (rows < kSweptByOne) return 1;
  return static_cast<int>(std::min<index_t>(base::thread_count(threads), rows / kSweptPerThread));
}

Reason threads_asked_by(int threads) {
  if (threads > 0) return Reason::asked;
  const bool is_set = !environment(base::Variable::num_threads).empty() ||
                      !environment(base::Variable::omp_num_threads).empty();
  return is_set ? Reason::environment : Reason::processors;
}

WantedDevice wanted_device(const FitOptions& options) {
  WantedDevice wanted;
  if (!options.device.empty()) {
    wanted.id = options.device;
  } else if (const char* const value = base::value_of(base::Variable::device)) {
    wanted = {value, "NLSQ_DEVICE"};
  }
  if (wanted.id == "cpu") wanted.id.clear();
  return wanted;
}

const char* asked_jacobian_mode() { return base::value_of(base::Variable::jacobian_mode); }

}  // namespace nlsq::plan
