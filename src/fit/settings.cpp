// SPDX-License-Identifier: MIT
// Environment variables and the shared pool.
#include "fit/settings.hpp"

#include <cstdlib>
#include <string>

#include "nlsq/error.hpp"

namespace nlsq::fit_impl {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::optional<linalg::Fold> forced_fold() {
  const std::string value = environment("NLSQ_FOLD");
  if (value.empty()) return std::nullopt;
  if (value == "gram") return linalg::Fold::gram;
  if (value == "pgram") return linalg::Fold::pgram;
  if (value == "qr") return linalg::Fold::qr;
  throw InputError("NLSQ_FOLD", "NLSQ_FOLD='" + value + "' is none of gram, pgram, qr");
}

index_t forced_block() {
  const std::string value = environment("NLSQ_BLOCK_ROWS");
  if (value.empty()) return 0;
  const long rows = std::strtol(value.c_str(), nullptr, 10);
  if (rows >= 16 && rows <= 4096 && (rows & (rows - 1)) == 0) return rows;
  throw InputError("NLSQ_BLOCK_ROWS",
                   "NLSQ_BLOCK_ROWS='" + value + "' is no power of two from 16 to 4096");
}

}  // namespace

reduce::EvaluatorOptions evaluator_options(int threads) {
  if (threads < 0)
    throw InputError("threads", "threads: " + std::to_string(threads) + " is negative");
  reduce::EvaluatorOptions options;
  options.walk.isa = engine::chosen_isa();
  options.walk.threads = threads > 0 ? threads : base::default_threads();
  options.walk.block = forced_block();
  options.fold = forced_fold();
  return options;
}

int useful_threads(int threads, index_t rows) {
  constexpr index_t kWorthSharing = 65536;
  if (rows < kWorthSharing) return 1;
  return threads > 0 ? threads : base::default_threads();
}

base::ThreadPool& shared_pool() {
  static base::ThreadPool pool;
  return pool;
}

}  // namespace nlsq::fit_impl
