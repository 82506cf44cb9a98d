// SPDX-License-Identifier: MIT
// What fits share: the pool of threads, and by their names in plan what the environment asks for.
#pragma once

#include "base/thread_pool.hpp"
#include "plan/environment.hpp"

namespace nlsq::fit_impl {

using plan::evaluator_options;
using plan::useful_threads;

/// The pool that all fits share; its threads start on first use.
base::ThreadPool& shared_pool();

}  // namespace nlsq::fit_impl
