// SPDX-License-Identifier: MIT
// The trust-region step: min gᵀp + ½‖A p‖² subject to ‖p‖ ≤ radius, A a triangle and g = Aᵀb.
// Moré (1978), "The Levenberg-Marquardt algorithm: implementation and theory", eq. (5.4)-(5.7):
// Newton's iteration on 1/radius − 1/‖p(λ)‖ with p(λ) from the triangle of [A; √λ I], safeguarded
// by bounds on λ, until | ‖p‖ − radius | ≤ radius/10. A Gauss-Newton step within 1.1 radius is
// taken as it is. A singular A gets the Gauss-Newton step of smallest norm, and damped steps
// without a part in its null space, where rounding alone would lead them. When g is not Aᵀb for any
// b (the triangle of a robust loss may have lost rows) there is no Gauss-Newton step, only damped
// ones. Cost: about three n³ row updates, no SVD unless the diagonal looks singular, and no
// allocation but then.
#pragma once

#include <span>
#include <vector>

#include "linalg/triangle.hpp"
#include "nlsq/types.hpp"

namespace nlsq::linalg {

class MoreHebden {
 public:
  explicit MoreHebden(index_t n);

  /// Takes a new problem (kept by reference; n may be smaller) and finds its Gauss-Newton step.
  /// `suspect`: the caller knows of a condition beyond 1e12.
  void load(const Triangle& t, bool suspect);

  /// Takes a problem whose gradient `g` (kept by reference) the triangle does not explain.
  void load_incomplete(const Triangle& t, std::span<const double> g);

  /// The step for a radius, into p (n values). Any number of times after one load.
  void step(double radius, std::span<double> p);

  double lambda() const { return lambda_; }  ///< of the last step; 0: Gauss-Newton
  index_t rank() const { return rank_; }
  /// What the full Gauss-Newton step promises: ½‖b‖² restricted to the range of A; inf without such
  /// a step.
  double newton_reduction() const { return newton_reduction_; }
  /// The Gauss-Newton step; 0 when there is none.
  std::span<const double> newton_step() const { return newton_; }
  bool complete() const { return complete_; }
  /// A basis of the null space of A (n×(n − rank), column-major), empty at full rank.
  std::span<const double> null_space() const { return null_; }

 private:
  void resize(index_t n);
  void damped(double lambda, std::span<double> p);
  double slope(std::span<const double> p, double length, const Triangle& t);

  const Triangle* t_ = nullptr;
  std::span<const double> g_;
  Triangle s_;
  Vector newton_, work_;
  std::vector<double> null_;  // a basis of the null space of a singular A: steps have no part in it
  double lambda_ = 0, newton_length_ = 0, newton_reduction_ = 0;
  double gradient_length_ = 0;  // −1: not measured yet
  index_t rank_ = 0;
  bool complete_ = true;
};

}  // namespace nlsq::linalg
