// SPDX-License-Identifier: MIT
// An axis of a plot, linear or logarithmic: its range, ticks at 1, 2 or 5 times a power of ten,
// their labels.
#pragma once

#include <string>
#include <vector>

namespace nlsq::command {

struct Tick {
  double value = 0.0;
  std::string label;  ///< empty: a line without one
};

enum class Scale { linear, log };

class Axis {
 public:
  /// Covers [low, high], a little more when `padding` (a part of the range) is given. An empty
  /// range is opened up. The ends of a logarithmic axis are positive.
  Axis(double low, double high, double padding, Scale scale = Scale::linear);
  double low() const { return value_at(low_); }
  double high() const { return value_at(high_); }
  /// About `wanted` ticks inside the range.
  std::vector<Tick> ticks(int wanted) const;
  /// A power of ten that all labels leave out, as "×10⁶"; empty when they leave out none.
  std::string factor() const;
  /// Position of `value` when low is at `at_low` and high at `at_high`. What a logarithmic axis
  /// cannot show lies far below it.
  double place(double value, double at_low, double at_high) const;

 private:
  double value_at(double coordinate) const;
  int factor_exponent() const;
  std::vector<Tick> log_ticks(int wanted) const;

  Scale scale_;
  double low_, high_;  // of a logarithmic axis: powers of ten
};

}  // namespace nlsq::command
