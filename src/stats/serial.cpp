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
  return of.sum / std::sqrt(of.squares) * std::atanh(rho) / rho;
}

}  // namespace

double SerialSums::z() const {
  return std::max(z_of(next, energy, kCorrelated), z_of(four, 4.0 * energy, kCorrelatedFour));
}

SerialSums serial_sums(std::span<const double> r) {
  SerialSums sums;
  const std::size_t m = r.size();
  const auto at = [&](std::size_t i) { return i < m ? r[i] : 0.0; };
  for (std::size_t i = 0; i < m; ++i) {
    const double one = r[i] * at(i + 1);
    const double four = r[i] * ((at(i + 1) + at(i + 2)) + (at(i + 3) + at(i + 4)));
    sums.next.sum += one;
    sums.next.squares += one * one;
    sums.four.sum += four;
    sums.four.squares += four * four;
    sums.skipped += r[i] * at(i + 2);
    sums.energy += r[i] * r[i];
  }
  return sums;
}

bool go_together(const SerialSums& sums, int orders) {
  const double z = sums.z();
  return z > kMostZ && z * z > kMostZ * kMostZ + 2.0 * std::log(static_cast<double>(orders));
}

}  // namespace nlsq::stats
