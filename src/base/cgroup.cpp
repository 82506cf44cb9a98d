// SPDX-License-Identifier: MIT
// Version 2 (one hierarchy, cpu.max) and version 1 (cpu.cfs_quota_us in the hierarchy of `cpu`);
// see the kernel's Documentation/admin-guide/cgroup-v2.rst. In a container the path that the
// process is told may lie outside of what is mounted: then the mount's root is its group.
#include "base/cgroup.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>

namespace nlsq::base {
namespace {

constexpr double kUnlimited = INFINITY;

double quota_v2(const std::string& folder) {
  std::ifstream file(folder + "/cpu.max");
  std::string quota;
  double period = 0.0;
  if (!(file >> quota >> period) || quota == "max" || !(period > 0.0)) return kUnlimited;
  const double cpus = std::atof(quota.c_str()) / period;
  return cpus > 0.0 ? cpus : kUnlimited;
}

double quota_v1(const std::string& folder) {
  std::ifstream quota_file(folder + "/cpu.cfs_quota_us"),
      period_file(folder + "/cpu.cfs_period_us");
  double quota = -1.0, period = 0.0;
  if (!(quota_file >> quota) || !(period_file >> period)) return kUnlimited;
  return quota > 0.0 && period > 0.0 ? quota / period : kUnlimited;
}

// The least quota from `path` up to the root of the hierarchy mounted at `mount`.
double least(double (*quota)(const std::string&), const std::string& mount, std::string path) {
  double cpus = quota(mount);
  while (!path.empty() && path != "/") {
    cpus = std::min(cpus, quota(mount + path));
    path.resize(path.find_last_of('/'));
  }
  return cpus;
}

bool lists_cpu(const std::string& controllers) {
  return ("," + controllers + ",").find(",cpu,") != std::string::npos;
}

}  // namespace

double cgroup_cpus(const std::string& membership, const std::string& root) {
  double cpus = std::min(quota_v2(root), quota_v1(root + "/cpu"));
  std::ifstream file(membership);
  for (std::string line; std::getline(file, line);) {
    // hierarchy:controllers:path, of version 2 "0::path"
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos || line.find('/', second) != second + 1) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    if (controllers.empty()) {
      cpus = std::min(cpus, least(quota_v2, root, path));
      cpus = std::min(cpus, least(quota_v2, root + "/unified", path));
    } else if (lists_cpu(controllers)) {
      cpus = std::min(cpus, least(quota_v1, root + "/cpu", path));
      cpus = std::min(cpus, least(quota_v1, root + "/" + controllers, path));
    }
  }
  return cpus;
}

}  // namespace nlsq::base
