// SPDX-License-Identifier: MIT
// The Evaluator of a user's residual function: the whole Jacobian at hand, triangle by Householder.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "engine/callback/differences.hpp"
#include "nlsq/options.hpp"
#include "solve/evaluator.hpp"

namespace nlsq::reduce {

class CallbackEvaluator final : public solve::Evaluator {
 public:
  CallbackEvaluator(engine::CallbackProblem problem, index_t n, Loss loss, double f_scale);
  /// Bytes that one of m residuals allocates.
  static index_t bytes(index_t m, index_t n) {
    return static_cast<index_t>(sizeof(double)) * (m + m * (n + 1) + n + (n + 1) * (n + 1));
  }
  index_t parameters() const override { return n_; }
  index_t rows() const override { return problem_.m; }
  double cost(std::span<const double> p) override;
  void summary(std::span<const double> p, solve::Grade grade, linalg::Summary& out) override;
  /// The Jacobian is asked for only where the cost is not above the limit.
  void trial(std::span<const double> p, solve::Grade grade, double limit,
             linalg::Summary& out) override;

  bool ends_with_cost() const override { return ends_with_cost_; }
  void set_ends_with_cost(bool ends) { ends_with_cost_ = ends; }

  /// The Jacobian from now on, as CallbackProblem::jacobian; gives the one so far.
  std::function<void(std::span<const double>, std::span<double>)> use_jacobian(
      std::function<void(std::span<const double>, std::span<double>)> jacobian) {
    return std::exchange(problem_.jacobian, std::move(jacobian));
  }
  /// First residual that is not finite at p; −1 if there is none.
  index_t first_not_finite(std::span<const double> p);
  /// Calls of the residual function for finite differences so far.
  index_t difference_evaluations() const { return difference_evaluations_; }

 private:
  engine::CallbackProblem problem_;
  index_t n_;
  Loss loss_;
  double f_scale_;
  void evaluate(std::span<const double> p);

  std::vector<double> f_, columns_;  // m; m×(n+1), the last column for Qᵀf
  std::vector<double> at_;           // where f_ was evaluated; empty: nowhere
  bool ends_with_cost_ = false;
  index_t difference_evaluations_ = 0;
};

}  // namespace nlsq::reduce
