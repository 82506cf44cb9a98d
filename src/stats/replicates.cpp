// SPDX-License-Identifier: MIT
#include "stats/replicates.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "stats/statistics.hpp"

namespace nlsq::stats {
namespace {

constexpr double kFewFreedoms = 8.0;
constexpr double kLeastOfPooled = 0.25;  // a group's variance that is less is chance, or rounding

struct Group {
  double rows = 0.0, mean = 0.0, within = 0.0;
};

std::vector<Group> groups_of(std::span<const double> r, std::span<const index_t> ends) {
  std::vector<Group> groups;
  std::size_t first = 0;
  for (const index_t end : ends) {
    Group g;
    const auto last = static_cast<std::size_t>(end);
    g.rows = static_cast<double>(last - first);
    for (std::size_t i = first; i < last; ++i) g.mean += r[i] / g.rows;
    for (std::size_t i = first; i < last; ++i) g.within += (r[i] - g.mean) * (r[i] - g.mean);
    groups.push_back(g);
    first = last;
  }
  return groups;
}

}  // namespace

LackOfFit lack_of_fit(std::span<const double> r, std::span<const index_t> ends) {
  const std::vector<Group> groups = groups_of(r, ends);
  double within = 0.0, between = 0.0, freedoms = 0.0;
  for (const Group& g : groups) {
    if (g.rows < 2.0) continue;
    within += g.within;
    between += g.rows * g.mean * g.mean;
    freedoms += g.rows - 1.0;
  }
  LackOfFit found;
  if (freedoms < kFewFreedoms || !(within > 0.0)) return found;
  found.share = between / (between + within);
  double log_p = 0.0, count = 0.0;
  for (const Group& g : groups) {
    if (g.rows < 2.0) continue;
    const double variance = std::max(g.within / (g.rows - 1.0), kLeastOfPooled * within / freedoms);
    const double t = std::sqrt(g.rows / variance) * g.mean;
    log_p += std::log(std::max(t_p_value(t, g.rows - 1.0), 1e-300));
    count += 1.0;
  }
  found.p = chi2_p_value(-2.0 * log_p, 2.0 * count);
  return found;
}

}  // namespace nlsq::stats
