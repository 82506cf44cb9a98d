// SPDX-License-Identifier: MIT
// What the environment says about how fits run; read at each fit.
#pragma once

#include "base/thread_pool.hpp"
#include "reduce/data_evaluator.hpp"

namespace nlsq::fit_impl {

/// threads as asked (0: default), NLSQ_ISA, NLSQ_FOLD (gram, pgram, qr) and NLSQ_BLOCK_ROWS (a
/// power of two from 16 to 4096), the latter two for tests. A value that makes no sense throws
/// InputError.
reduce::EvaluatorOptions evaluator_options(int threads);

/// Threads worth using for one sweep over `rows` numbers: 1 below some ten thousand, and then one
/// for each of these.
int useful_threads(int threads, index_t rows);

/// The pool that all fits share; its threads start on first use.
base::ThreadPool& shared_pool();

}  // namespace nlsq::fit_impl
