// SPDX-License-Identifier: MIT
// What follows from a result's numbers on request.
#include "nlsq/result.hpp"

#include <limits>

#include "nlsq/error.hpp"
#include "stats/covariance.hpp"
#include "stats/statistics.hpp"

namespace nlsq {
namespace {

// Half the width of an interval, in standard errors.
double half_width(const FitResult& r, double level) {
  if (!(level > 0.0 && level < 1.0)) {
    throw InputError("level", "level: " + std::to_string(level) + " is not between 0 and 1");
  }
  const double freedom =
      r.absolute_sigma ? std::numeric_limits<double>::infinity() : static_cast<double>(r.dof);
  return stats::interval_factor(level, freedom);
}

}  // namespace

std::vector<std::pair<double, double>> FitResult::intervals(double level) const {
  const double t = half_width(*this, level);
  std::vector<std::pair<double, double>> result;
  for (std::size_t i = 0; i < popt.size(); ++i) {
    // A fixed parameter has no uncertainty, whatever the degrees of freedom.
    const double half = perr[i] == 0.0 ? 0.0 : t * perr[i];
    result.emplace_back(popt[i] - half, popt[i] + half);
  }
  return result;
}

std::vector<std::pair<double, double>> FitResult::derived_intervals(double level) const {
  const double t = half_width(*this, level);
  std::vector<std::pair<double, double>> result;
  for (const Derived& each : derived) {
    const double half = each.error == 0.0 ? 0.0 : t * each.error;
    result.emplace_back(each.value - half, each.value + half);
  }
  return result;
}

double FitResult::variance_of(std::span<const double> row) const {
  const std::size_t N = names.size();
  if (pcov.empty() && covariance_columns) {
    std::vector<index_t> used;
    for (std::size_t i = 0; i < N; ++i) {
      if (row[i] != 0.0) used.push_back(static_cast<index_t>(i));
    }
    const std::vector<double> block = covariance(used);
    double variance = 0.0;
    for (std::size_t i = 0; i < used.size(); ++i) {
      for (std::size_t j = 0; j < used.size(); ++j)
        variance += row[static_cast<std::size_t>(used[i])] *
                    row[static_cast<std::size_t>(used[j])] * block[i * used.size() + j];
    }
    return variance;
  }
  const bool known =
      redundancy.empty() ||
      stats::is_determined(row, redundancy.directions, redundancy.scale, redundancy.tolerance);
  if (!known) return std::numeric_limits<double>::infinity();
  const std::vector<double>& covariance = redundancy.empty() ? pcov : redundancy.covariance;
  double variance = 0.0;
  for (std::size_t i = 0; i < N; ++i) {
    if (row[i] == 0.0) continue;  // needs nothing from an infinite variance
    for (std::size_t j = 0; j < N; ++j) {
      if (row[j] != 0.0) variance += row[i] * row[j] * covariance[i * N + j];
    }
  }
  return variance;
}

std::vector<double> FitResult::covariance(std::span<const index_t> positions) const {
  const auto N = static_cast<index_t>(names.size());
  for (const index_t at : positions) {
    if (at < 0 || at >= N)
      throw InputError("positions", "positions: there is no parameter " + std::to_string(at));
  }
  const bool at_hand = !pcov.empty() || !covariance_columns;
  const std::vector<double> columns =
      at_hand ? std::vector<double>() : covariance_columns(positions);
  std::vector<double> out;
  out.reserve(positions.size() * positions.size());
  for (std::size_t i = 0; i < positions.size(); ++i) {
    for (const index_t j : positions) {
      out.push_back(at_hand
                        ? pcov[static_cast<std::size_t>(positions[i] * N + j)]
                        : columns[i * static_cast<std::size_t>(N) + static_cast<std::size_t>(j)]);
    }
  }
  return out;
}

std::vector<double> FitResult::correlation() const {
  if (pcov.empty()) return {};
  return stats::correlation(pcov, static_cast<index_t>(names.size()));
}

}  // namespace nlsq
