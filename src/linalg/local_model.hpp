// SPDX-License-Identifier: MIT
// The quadratic model of a cost around a point where JᵀJ is not kept as a triangle. What a step
// needs of it are products and solutions of S = diag(s)·JᵀJ·diag(s) + diag(c) + λI: a model stays
// with its point, a solver with whoever proposes steps, so that what all points have in common (an
// elimination order, a preconditioner) is found once. A parameter that is held has s = 0 and c = 1.
// The dense triangle is no such model, so that its steps call nothing virtual (docs/adr/0020).
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "nlsq/types.hpp"

namespace nlsq::linalg {

class LocalSolver;

class LocalModel {
 public:
  virtual ~LocalModel() = default;
  virtual index_t n() const = 0;
  /// ‖J_j‖².
  virtual double diagonal(std::size_t j) const = 0;
  /// out ← diag(s)·JᵀJ·diag(s)·v.
  virtual void multiply(std::span<const double> v, std::span<const double> scale,
                        std::span<double> out) const = 0;
  /// uᵀ·diag(s)·JᵀJ·diag(s)·v.
  virtual double product(std::span<const double> u, std::span<const double> v,
                         std::span<const double> scale) const;
  /// Serves this model and those of other points of the same problem.
  virtual std::unique_ptr<LocalSolver> solver() const = 0;

 protected:
  LocalModel() = default;
  LocalModel(const LocalModel&) = default;
  LocalModel& operator=(const LocalModel&) = default;
};

class LocalSolver {
 public:
  virtual ~LocalSolver() = default;
  LocalSolver(const LocalSolver&) = delete;
  LocalSolver& operator=(const LocalSolver&) = delete;

  /// Turns to S; `scale` and `added` (c) have n values. The model outlives its solutions. False
  /// where S is not positive definite beyond rounding.
  virtual bool factor(const LocalModel& model, std::span<const double> scale,
                      std::span<const double> added, double lambda) = 0;
  /// b ← S⁻¹ b.
  virtual void solve(std::span<double> b) const = 0;
  /// The diagonal of S⁻¹; the usual way takes n solutions.
  virtual std::vector<double> inverse_diagonal() const;
  /// Of a singular S, where λ is small and the limit somewhat larger: dimensions of its null space.
  virtual index_t pivots_below(double limit) const;

 protected:
  explicit LocalSolver(index_t n) : n_(n) {}

 private:
  index_t n_;
};

}  // namespace nlsq::linalg
