// SPDX-License-Identifier: MIT
// Whether residuals that follow one another go together, as those of a curve that misses its data
// do. With r₁ … r_m in some order that does not depend on them,
//   t = Σ rᵢ rᵢ₊₁ / √Σ rᵢ² rᵢ₊₁²   and   ρ̂ = Σ rᵢ rᵢ₊₁ / Σ rᵢ².
// For independent residuals of mean 0 the products are uncorrelated, whatever the sizes of the
// residuals are, and t is about standard normal: the sum is judged by its own terms, so unequal
// variances need no estimate. |t| ≤ √(m − 1), which is why few rows tell nothing. Pure functions.
#pragma once

#include <span>

#include "nlsq/types.hpp"

namespace nlsq::stats {

/// Sums over neighbours; runs of rows that do not touch are added one after the other.
struct SerialSums {
  double products = 0.0;  ///< Σ rᵢ rᵢ₊₁
  double squares = 0.0;   ///< Σ rᵢ² rᵢ₊₁²
  double skipped = 0.0;   ///< Σ rᵢ rᵢ₊₂
  double energy = 0.0;    ///< Σ rᵢ²
  index_t rows = 0;

  void add(std::span<const double> r);
  /// 0 where all products are 0.
  double t() const;
  double correlation() const { return energy > 0.0 ? products / energy : 0.0; }
  /// The correlation with the second next.
  double second() const { return energy > 0.0 ? skipped / energy : 0.0; }
};

/// t > 3.7, of the sums alone.
bool is_unlikely(double products, double squares);
/// Neighbours go together: t > 3.7, ρ̂ > 0.3, and 24 rows at least.
bool go_together(const SerialSums& sums);

}  // namespace nlsq::stats
