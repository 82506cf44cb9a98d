// SPDX-License-Identifier: MIT
// Where to look for a parameter of a role, in units of the data it meets: ranges that a number
// between 0 and 1 picks a value from.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "search/roles.hpp"

namespace nlsq::search {

/// What is known of the values that a parameter meets.
struct Facts {
  std::vector<double> sorted;  ///< distinct
  double span = 0.0;           ///< largest − smallest
  double spacing = 0.0;        ///< of neighbours, the median; all rows counted
  double least = 0.0;          ///< smallest size above 0
  double most = 0.0;           ///< largest size
  double count = 0.0;          ///< of distinct values among all rows, about

  double quantile(double share) const;
};

/// `all_rows`: how many rows the values are a sample of.
Facts facts_of(std::span<const double> values, index_t all_rows);

/// Places where a curve has peaks, dips, steps and bends, the most marked first.
std::vector<double> features(std::span<const double> x, std::span<const double> y);

/// Ranges with shares of the picks.
class Box {
 public:
  /// low·(high/low)^t, times sign.
  void add_log(double share, double low, double high, double sign = 1.0, double offset = 0.0);
  void add_even(double share, double low, double high);
  void add_values(double share, std::vector<double> values);
  /// A value inside the bounds; u in (0, 1).
  double pick(double u) const;
  bool is_empty() const { return pieces_.empty(); }

  double lower = -std::numeric_limits<double>::infinity();
  double upper = std::numeric_limits<double>::infinity();
  /// The power that turns what is picked into θ: −1 where the data are divided by it.
  double power = 1.0;

 private:
  struct Piece {
    double share, low, high, sign, offset;
    enum class Kind : std::uint8_t { log, even, values } kind;
    std::vector<double> values;
  };
  double inside(double value, double u) const;
  std::vector<Piece> pieces_;
  double total_ = 0.0;
};

/// The box of a role. `product`: of the factors of its argument; `partner`: of what it is added to
/// or of the difference that multiplies it; `places`: features along the partner; `peaks`: likely
/// angular frequencies. `both_signs`: the sign of θ matters.
Box box_of(const Meeting& meeting, const Facts& product, const Facts& partner,
           std::span<const double> places, std::span<const double> peaks, bool both_signs);

}  // namespace nlsq::search
