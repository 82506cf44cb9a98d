// SPDX-License-Identifier: MIT
// What a solver asks of the data. `reduce` implements it on an engine; tests implement it on dense
// matrices.
#pragma once

#include <span>

#include "linalg/summary.hpp"
#include "nlsq/types.hpp"

namespace nlsq::solve {

/// How accurate the triangle has to be. step: a plain Gram fold serves up to κ(JD) ≤ 1e5;
/// covariance: only up to κ(JD) ≤ 300, beyond which it is folded again in better coordinates.
enum class Grade { step, covariance };

/// Thrown during a pass to end it, when the fit was asked to stop
/// (SolverOptions::stop).
struct PassStopped {};

/// A sum of squares over rows the solver never sees. Parameters here are the *free* ones: fixed and
/// tied parameters are the caller's business. Not thread-safe: one solver, one evaluator.
class Evaluator {
 public:
  virtual ~Evaluator() = default;
  virtual index_t parameters() const = 0;  ///< n
  virtual index_t rows() const = 0;        ///< residuals m, masked ones left out

  /// Summaries hold a model (linalg/local_model.hpp) in place of a triangle.
  virtual bool has_local_models() const { return false; }

  /// Cost at p (n values); NaN or inf when a residual is not finite there. One pass.
  virtual double cost(std::span<const double> p) = 0;

  /// Summary at p (n values); out.finite is false when a residual or derivative is not finite
  /// there. Usually one pass; two when the fold had to be redone in better coordinates.
  virtual void summary(std::span<const double> p, Grade grade, linalg::Summary& out) = 0;

  /// As summary, of a trial that is rejected if its cost is above `limit`, whatever its derivatives
  /// are: out.cost and out.finite are then all that is needed.
  virtual void trial(std::span<const double> p, Grade grade, [[maybe_unused]] double limit,
                     linalg::Summary& out) {
    summary(p, grade, out);
  }

  /// Derivatives are dear: a step is judged by its cost, they are asked for if more steps follow.
  virtual bool ends_with_cost() const { return false; }
  /// The summary at p, where a fit ended, if the one at hand is an estimate: for the covariance.
  /// True if derivatives were found anew for it, and one step more from there is of use.
  virtual bool last(std::span<const double> p, linalg::Summary& out) {
    summary(p, Grade::covariance, out);
    return false;
  }
  /// The summary after that step from what is known; false: there is none.
  virtual bool estimate(std::span<const double> /*p*/, linalg::Summary& /*out*/) { return false; }

  /// There are passes whose residuals and derivatives are float32 (solve/precision.hpp).
  virtual bool offers_float32() const { return false; }
  /// The passes that follow are such ones; false where these data cannot have them.
  virtual bool begin_float32() { return false; }
  /// The passes that follow are float64 again.
  virtual void end_float32() {}
};

}  // namespace nlsq::solve
