// SPDX-License-Identifier: MIT
#include "search/serial.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace nlsq::search {

double serial_statistic(std::span<const double> residuals) {
  double most = 0.0;
  for (const double r : residuals) most = std::max(most, std::abs(r));
  if (!(most > 0.0) || !std::isfinite(most)) return 0.0;
  double sum = 0.0, squares = 0.0;
  for (std::size_t i = 1; i < residuals.size(); ++i) {
    const double product = (residuals[i - 1] / most) * (residuals[i] / most);
    sum += product;
    squares += product * product;
  }
  return squares > 0.0 ? sum / std::sqrt(squares) : 0.0;
}

}  // namespace nlsq::search
