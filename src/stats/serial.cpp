// SPDX-License-Identifier: MIT
// Sums in lanes, which a compiler vectorizes without reordering.
#include "stats/serial.hpp"

#include <cmath>
#include <cstddef>

namespace nlsq::stats {
namespace {

constexpr std::size_t kLanes = 4;
constexpr double kMostT = 3.7;
constexpr double kMostCorrelation = 0.3;
constexpr index_t kFewRows = 24;

double total(const double (&lanes)[kLanes]) {
  return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

}  // namespace

void SerialSums::add(std::span<const double> r) {
  double first[kLanes] = {}, square[kLanes] = {}, second[kLanes] = {}, own[kLanes] = {};
  const std::size_t m = r.size();
  const auto add_row = [&](std::size_t i, std::size_t lane, double next, double after) {
    const double product = r[i] * next;
    first[lane] += product;
    square[lane] += product * product;
    second[lane] += r[i] * after;
    own[lane] += r[i] * r[i];
  };
  std::size_t i = 0;
  for (; i + kLanes + 2 <= m; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane)
      add_row(i + lane, lane, r[i + lane + 1], r[i + lane + 2]);
  }
  for (; i < m; ++i) {
    add_row(i, i % kLanes, i + 1 < m ? r[i + 1] : 0.0, i + 2 < m ? r[i + 2] : 0.0);
  }
  products += total(first);
  squares += total(square);
  skipped += total(second);
  energy += total(own);
  rows += static_cast<index_t>(m);
}

double SerialSums::t() const { return squares > 0.0 ? products / std::sqrt(squares) : 0.0; }

bool is_unlikely(double products, double squares) {
  return products > 0.0 && products * products > kMostT * kMostT * squares;
}

bool go_together(const SerialSums& sums) {
  return sums.rows >= kFewRows && is_unlikely(sums.products, sums.squares) &&
         sums.correlation() > kMostCorrelation;
}

}  // namespace nlsq::stats
