// SPDX-License-Identifier: MIT
// The Coleman-Li scaling of a bounded problem and the choice of a step at its bounds.
// Coleman & Li (1996), "An interior trust region approach for nonlinear minimization subject to
// bounds"; Branch, Coleman, Li (1999), §3. For a parameter whose descent direction heads for a
// finite bound at distance s, v = min(1, s / reach) with reach = kReach·|g_j|/‖J_j‖², the length
// of its own Gauss-Newton step: v falls to zero linearly at an active bound, as the theory asks,
// and is 1 (so the bound is not felt at all) as long as the bound is farther than the step. All
// quantities are free of units.
#pragma once

#include <span>
#include <vector>

#include "linalg/triangle.hpp"
#include "solve/state.hpp"

namespace nlsq::solve {

/// d = scale·√v and c = |g|·d(v)/dx·scale² (0 where v = 1), at state.here.
void coleman_li(const State& state, std::span<double> d, std::span<double> c);

/// The quadratic part of a model: uᵀ A v of a symmetric matrix A.
class Quadratic {
 public:
  virtual ~Quadratic() = default;
  virtual double product(std::span<const double> u, std::span<const double> v) = 0;
};

/// Chooses a step at the bounds. Workspace is allocated once.
class ReflectiveStep {
 public:
  explicit ReflectiveStep(index_t n);

  /// `p`: a trust-region step in hat coordinates that leaves the box; replaced by the best of the
  /// cut step, the reflected step and steepest descent, each stopped short of the bounds by the
  /// factor theta = max(0.995, 1 − optimality). Returns the reduction the model promises.
  double select(const State& state, Quadratic& model, std::span<const double> d,
                std::span<const double> g, std::span<double> p);
  double select(const State& state, const linalg::Triangle& model, std::span<const double> d,
                std::span<const double> g, std::span<double> p);

 private:
  double value(Quadratic& model, std::span<const double> g, std::span<const double> p);
  void to_x(std::span<const double> d, std::span<const double> p);

  linalg::Vector projected_, reflected_, descent_, x_, direction_, work_, work2_;  // for triangles
};

}  // namespace nlsq::solve
