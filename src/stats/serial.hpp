// SPDX-License-Identifier: MIT
// Whether residuals that follow one another go together, as those of a curve that misses its data
// do. With r₁ … r_m in some order that does not depend on them and U_i the sum of the k that
// follow,
//   t = Σ rᵢ Uᵢ / √Σ rᵢ² Uᵢ²   and   ρ̂ = Σ rᵢ Uᵢ / (k Σ rᵢ²),   k = 1 and 4.
// For independent residuals of mean 0 the products are uncorrelated, whatever the sizes of the
// residuals are, and t is about standard normal: the sum is judged by its own terms, so unequal
// variances need no estimate. But |t| ≤ √(m − 1): where ρ̂ is large, t says too little. With (t/ρ̂)²
// for the number of residuals that count, Fisher's transformation of ρ̂ is
//   z = t · artanh(ρ̂)/ρ̂,
// about normal as well where ρ̂ is small, and beyond t where it is not. Pure functions.
#pragma once

#include <span>

#include "nlsq/types.hpp"

namespace nlsq::stats {

/// Sums over rows and those that follow them.
struct SerialSums {
  struct Products {
    double sum = 0.0;      ///< Σ rᵢ Uᵢ
    double squares = 0.0;  ///< Σ rᵢ² Uᵢ²
    /// The statistic t; 0 where all products vanish.
    double t() const;
  };
  Products next;         ///< k = 1
  Products four;         ///< k = 4
  double energy = 0.0;   ///< Σ rᵢ²
  double skipped = 0.0;  ///< Σ rᵢ rᵢ₊₂

  /// ρ̂ for k = 1.
  double correlation() const { return energy > 0.0 ? next.sum / energy : 0.0; }
  /// The correlation with the second next.
  double second() const { return energy > 0.0 ? skipped / energy : 0.0; }
  /// The larger z of the two whose ρ̂ is beyond 0.3 and 0.2; 0 where none is.
  double z() const;
};

/// Of r in units of 2^e, the power of two next below the largest |r|, so that no square overflows or
/// vanishes; all 0 where r vanishes or is not finite.
SerialSums serial_sums(std::span<const double> r);

/// Residuals go together: z > 3.1; as rarely in the largest z of so many orders.
bool go_together(const SerialSums& sums, int orders = 1);

}  // namespace nlsq::stats
