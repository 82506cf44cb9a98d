// SPDX-License-Identifier: MIT
// What follows from a result's numbers on request.
#include "nlsq/result.hpp"

#include <limits>

#include "nlsq/error.hpp"
#include "stats/covariance.hpp"
#include "stats/statistics.hpp"

namespace nlsq {

std::vector<std::pair<double, double>> FitResult::intervals(double level) const {
  if (!(level > 0.0 && level < 1.0)) {
    throw InputError("level", "level: " + std::to_string(level) + " is not between 0 and 1");
  }
  const double freedom =
      absolute_sigma ? std::numeric_limits<double>::infinity() : static_cast<double>(dof);
  const double t = stats::interval_factor(level, freedom);
  std::vector<std::pair<double, double>> result;
  for (std::size_t i = 0; i < popt.size(); ++i) {
    // A fixed parameter has no uncertainty, whatever the degrees of freedom.
    const double half = perr[i] == 0.0 ? 0.0 : t * perr[i];
    result.emplace_back(popt[i] - half, popt[i] + half);
  }
  return result;
}

std::vector<double> FitResult::correlation() const {
  return stats::correlation(pcov, static_cast<index_t>(names.size()));
}

}  // namespace nlsq
