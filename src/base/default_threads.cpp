// SPDX-License-Identifier: MIT
// How many threads this process may use: environment, affinity mask, cgroup v2 and v1 CPU quota.
#include <sched.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include "base/thread_pool.hpp"

namespace nlsq::base {
namespace {

int affinity_count() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return CPU_COUNT(&set);
  return static_cast<int>(std::thread::hardware_concurrency());
}

// CPUs of the quota, or infinity.
double cgroup_quota() {
  std::ifstream v2("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0.0;
  if (v2 >> quota >> period)
    return quota == "max" || period <= 0 ? INFINITY : std::atof(quota.c_str()) / period;
  std::ifstream v1_quota("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"),
      v1_period("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  double q = -1.0;
  if (v1_quota >> q && v1_period >> period && q > 0 && period > 0) return q / period;
  return INFINITY;
}

int machine_threads() {
  const double quota = std::ceil(cgroup_quota());
  const int cpus = std::max(1, affinity_count());
  return quota < cpus ? std::max(1, static_cast<int>(quota)) : cpus;
}

// A positive number in the environment (the first of a list, as OpenMP has them); 0: none.
int threads_of(const char* variable) {
  const char* const wanted = std::getenv(variable);
  if (wanted == nullptr) return 0;
  char* end = nullptr;
  const long count = std::strtol(wanted, &end, 10);
  const bool is_number = end != wanted && (*end == '\0' || *end == ',');
  return is_number && count > 0 ? static_cast<int>(std::min(count, 1024L)) : 0;
}

}  // namespace

int default_threads() {
  if (const int wanted = threads_of("NLSQ_NUM_THREADS"); wanted > 0) return wanted;
  static const int count = machine_threads();
  // joblib, Dask and batch systems tell each of their processes its share so.
  const int share = threads_of("OMP_NUM_THREADS");
  return share > 0 ? std::min(share, count) : count;
}

}  // namespace nlsq::base
