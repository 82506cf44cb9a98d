// SPDX-License-Identifier: MIT
// All that a step needs to know about m rows: the triangle R of the Jacobian and a few numbers.
// See docs/architecture.md ("One idea").
#pragma once

#include <cstdint>
#include <limits>
#include <memory>

#include "linalg/local_model.hpp"
#include "linalg/vector.hpp"
#include "nlsq/types.hpp"

namespace nlsq::linalg {

/// How a triangle was made. gram: chol((JD)ᵀ(JD)); pgram: chol of the Gram matrix of Z = J·P⁻¹,
/// multiplied back; qr: Householder. sparse: there is none, but a model that knows JᵀJ (local).
enum class Fold : std::uint8_t { gram, pgram, qr, sparse };

/// n: parameters. R is n×n, upper triangular, column-major (R[i + j·n]), with RᵀR = J̃ᵀJ̃; rows that
/// a rank-deficient J cannot fill are zero. J̃ is J scaled for the loss (J itself for the linear
/// loss).
struct Summary {
  index_t n = 0;
  index_t rows = 0;  ///< rows used (masked ones left out)
  Matrix R;          ///< n×n
  /// J̃ᵀJ̃, in place of R and qtf, which are empty then.
  std::shared_ptr<LocalModel> local;
  Vector qtf;         ///< n: Rᵀ qtf = g up to rounding; Qᵀf itself for the linear loss
  Vector g;           ///< n: gradient Jᵀρ′f of the cost
  double cost = 0;    ///< ½ Σ f_scale² ρ(z)
  double sum_f2 = 0;  ///< Σ f², before the loss
  double error = 0;   ///< relative, of the columns of J̃ where they are no exact derivatives
  /// Upper bound of κ(J̃D), columns scaled to length 1; inf: rank-deficient, or not known.
  double kappa = std::numeric_limits<double>::infinity();
  bool finite = false;  ///< cost, R and g hold finite numbers only
  Fold fold = Fold::gram;
  /// R, qtf and g are estimates, or were not asked for: no reason to stop at them.
  bool estimated = false;

  void resize_local(index_t parameters) {
    n = parameters;
    g.assign(static_cast<std::size_t>(n), 0.0);
  }
  void resize(index_t parameters) {
    n = parameters;
    R.assign(static_cast<std::size_t>(n * n), 0.0);
    qtf.assign(static_cast<std::size_t>(n), 0.0);
    g.assign(static_cast<std::size_t>(n), 0.0);
  }
};

}  // namespace nlsq::linalg
