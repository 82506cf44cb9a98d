// SPDX-License-Identifier: MIT
// How many threads this process may use: environment, affinity mask, cgroup v2 and v1 CPU quotas.
#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <string>
#include <string_view>
#include <thread>

#include "base/cgroup.hpp"
#include "base/environment.hpp"
#include "base/printable.hpp"
#include "base/thread_pool.hpp"
#include "nlsq/error.hpp"

namespace nlsq::base {
namespace {

constexpr int kMostThreads = 1024;
constexpr int kLeastCap = 64;  // threads that may be asked for on the smallest machine
constexpr int kThreadsPerProcessor = 4;

int affinity_count() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return CPU_COUNT(&set);
  return static_cast<int>(std::thread::hardware_concurrency());
}

int machine_threads() {
  const double quota = std::ceil(cgroup_cpus("/proc/self/cgroup", "/sys/fs/cgroup"));
  const int cpus = std::max(1, affinity_count());
  return quota < cpus ? std::max(1, static_cast<int>(quota)) : cpus;
}

// A positive number in the environment (the first of a list, as OpenMP has them); 0: none. A number
// that is no int is the largest one.
int threads_of(Variable variable) {
  const char* const wanted = value_of(variable);
  if (wanted == nullptr) return 0;
  char* end = nullptr;
  errno = 0;
  const long count = std::strtol(wanted, &end, 10);
  const bool is_number = end != wanted && (*end == '\0' || *end == ',');
  if (!is_number || count <= 0) return 0;
  return static_cast<int>(std::min<long>(count, std::numeric_limits<int>::max()));
}

}  // namespace

int most_threads() {
  static const int most =
      std::clamp(kThreadsPerProcessor * static_cast<int>(std::thread::hardware_concurrency()),
                 kLeastCap, kMostThreads);
  return most;
}

int default_threads() {
  if (const char* const text = value_of(Variable::num_threads); text != nullptr && *text != '\0') {
    const int wanted = threads_of(Variable::num_threads);
    const bool is_zero = std::string_view(text) == "0";
    if (wanted == std::numeric_limits<int>::max() || (wanted == 0 && !is_zero)) {
      throw InputError("NLSQ_NUM_THREADS", "NLSQ_NUM_THREADS='" + printable(text) +
                                               "' is no number of threads; 0 or empty stands for "
                                               "the default of the machine");
    }
    if (wanted > 0) return std::min(wanted, most_threads());
  }
  static const int count = machine_threads();
  // joblib, Dask and batch systems tell each of their processes its share so.
  const int share = threads_of(Variable::omp_num_threads);
  return share > 0 ? std::min(share, count) : count;
}

int thread_count(int wanted) {
  if (wanted < 0) {
    throw InputError("threads", "threads is " + std::to_string(wanted) +
                                    "; it must be positive, or 0 for the default of the machine");
  }
  return wanted > 0 ? std::min(wanted, most_threads()) : default_threads();
}

}  // namespace nlsq::base
