// SPDX-License-Identifier: MIT
#include "stats/serial.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace nlsq::stats {
namespace {

constexpr double kMostZ = 3.1;
constexpr double kCorrelated = 0.3, kCorrelatedFour = 0.2;
constexpr double kMostTransformed = 0.999;  // correlation
constexpr double kLeastT = 0.7;             // below which no correlation makes 3 of it

double z_of(const SerialSums::Products& of, double most, double correlated) {
  if (!(of.sum > correlated * most) || !(of.sum * of.sum > kLeastT * kLeastT * of.squares))
    return 0.0;
  const double rho = std::min(of.sum / most, kMostTransformed);
  return of.t() * std::atanh(rho) / rho;
}

double largest(std::span<const double> r) {
  double most = 0.0;
  for (const double value : r) {
    if (!std::isfinite(value)) return 0.0;
    most = std::max(most, std::abs(value));
  }
  return most;
}

}  // namespace

double SerialSums::Products::t() const { return squares > 0.0 ? sum / std::sqrt(squares) : 0.0; }

double SerialSums::z() const {
  return std::max(z_of(next, energy, kCorrelated), z_of(four, 4.0 * energy, kCorrelatedFour));
}

SerialSums serial_sums(std::span<const double> r) {
  SerialSums sums;
  const std::size_t m = r.size();
  const double most = largest(r);
  if (!(most > 0.0)) return sums;
  const int exponent = -std::ilogb(most);
  const auto at = [&](std::size_t i) { return i < m ? std::scalbn(r[i], exponent) : 0.0; };
  for (std::size_t i = 0; i < m; ++i) {
    const double here = at(i);
    const double one = here * at(i + 1);
    const double four = here * ((at(i + 1) + at(i + 2)) + (at(i + 3) + at(i + 4)));
    sums.next.sum += one;
    sums.next.squares += one * one;
    sums.four.sum += four;
    sums.four.squares += four * four;
    sums.skipped += here * at(i + 2);
    sums.energy += here * here;
  }
  return sums;
}

bool go_together(const SerialSums& sums, int orders) {
  const double z = sums.z();
  return z > kMostZ && z * z > kMostZ * kMostZ + 2.0 * std::log(static_cast<double>(orders));
}

}  // namespace nlsq::stats
