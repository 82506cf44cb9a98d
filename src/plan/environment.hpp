// SPDX-License-Identifier: MIT
// What the environment and the options ask of how fits run: the one place that reads the variables
// which a plan depends on. (base counts threads, engine picks the instruction set.)
#pragma once

#include <string>

#include "nlsq/fit.hpp"
#include "reduce/data_evaluator.hpp"

namespace nlsq::plan {

/// threads as asked (0: default), NLSQ_ISA, NLSQ_FOLD (gram, pgram, qr) and NLSQ_BLOCK_ROWS (a
/// power of two from 16 to 4096), the latter two for tests. A value that makes no sense throws
/// InputError.
reduce::EvaluatorOptions evaluator_options(int threads);

/// Threads worth using for one sweep over `rows` numbers: 1 below some ten thousand, and then one
/// for each of these.
int useful_threads(int threads, index_t rows);

/// Who decided how many threads there may be: the options, the environment or the processors.
Reason threads_asked_by(int threads);

struct WantedDevice {
  std::string id;  ///< empty: none ("cpu")
  const char* asked_by = "device";
};

/// The device that is asked for: the option's, else NLSQ_DEVICE's. Costs two comparisons where
/// nobody asks.
WantedDevice wanted_device(const FitOptions& options);

/// The variable of the order of derivation, and its value; null or empty where it is not set.
inline constexpr const char* kJacobianModeVariable = "NLSQ_JACOBIAN_MODE";
const char* asked_jacobian_mode();

}  // namespace nlsq::plan
