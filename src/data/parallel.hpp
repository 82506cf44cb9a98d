// SPDX-License-Identifier: MIT
// Tasks on a few short-lived threads, for reading files: started for one call, joined before it
// returns, so they do not meet fork. The caller's thread works too; with one thread or one task
// none is started.
#pragma once

#include <functional>

#include "base/thread_pool.hpp"
#include "nlsq/types.hpp"

namespace nlsq::data {

using base::thread_count;

/// Runs task(0) … task(tasks − 1), each once, in any order. The first exception is thrown again
/// here.
void run_tasks(int threads, index_t tasks, const std::function<void(index_t)>& task);

}  // namespace nlsq::data
