// SPDX-License-Identifier: MIT
// CPU quotas of Linux control groups.
#pragma once

#include <string>

namespace nlsq::base {

/// CPUs that the quotas of this process's control groups allow, or infinity. The least of its group
/// and all groups above it counts: a container's quota may be set on any of them. `membership`
/// lists the groups (/proc/self/cgroup); `root` is where they are mounted (/sys/fs/cgroup).
double cgroup_cpus(const std::string& membership, const std::string& root);

}  // namespace nlsq::base
