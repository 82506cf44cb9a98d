// SPDX-License-Identifier: MIT
// An axis of a plot: its range, ticks at 1, 2 or 5 times a power of ten, their labels.
#pragma once

#include <string>
#include <vector>

namespace nlsq::command {

struct Tick {
  double value = 0.0;
  std::string label;
};

class Axis {
 public:
  /// Covers [low, high], a little more when `padding` (a part of the range) is given. An empty
  /// range is opened up.
  Axis(double low, double high, double padding);
  double low() const { return low_; }
  double high() const { return high_; }
  /// About `wanted` ticks inside the range.
  std::vector<Tick> ticks(int wanted) const;
  /// A power of ten that all labels leave out, as "×10⁶"; empty when they leave out none.
  std::string factor() const;
  /// Position of `value` when low is at `at_low` and high at `at_high`.
  double place(double value, double at_low, double at_high) const {
    return at_low + (value - low_) / (high_ - low_) * (at_high - at_low);
  }

 private:
  int factor_exponent() const;

  double low_, high_;
};

}  // namespace nlsq::command
