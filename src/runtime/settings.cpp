// SPDX-License-Identifier: MIT
#include "runtime/settings.hpp"

namespace nlsq::fit_impl {

// Never destroyed: fits of other threads may outlive main().
base::ThreadPool& shared_pool() {
  static base::ThreadPool& pool = *new base::ThreadPool;
  return pool;
}

}  // namespace nlsq::fit_impl
