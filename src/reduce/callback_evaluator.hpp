// SPDX-License-Identifier: MIT
// The Evaluator of a user's residual function: the whole Jacobian at hand, triangle by Householder.
// Differences cost a call a parameter, so after a step along which the function was nearly linear
// the Jacobian is brought up to date by what the step showed: J + e (D²s)ᵀ/(sᵀD²s), e the change of
// the residuals that J does not explain, D the lengths of its columns (Broyden 1965). Such a
// Jacobian is marked as an estimate; the minimizer stops on none (linalg::Summary::estimated).
#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "engine/callback/jacobian.hpp"
#include "nlsq/options.hpp"
#include "reduce/dependent_columns.hpp"
#include "reduce/householder_kernels.hpp"
#include "solve/evaluator.hpp"

namespace nlsq::reduce {

/// What differences are for.
struct CallbackUse {
  bool estimates = true;  ///< Jacobians may be estimates on the way
  bool at_end =
      true;  ///< the last one is of the last point, however near that is to the one before
  /// Told of Jacobians by differences (row-major m×n): of the last one, or of each.
  std::function<void(std::span<const double> p, std::span<const double> f,
                     std::span<const double> jacobian)>
      told;
  bool told_each = false;
};

class CallbackEvaluator final : public solve::Evaluator {
 public:
  CallbackEvaluator(engine::CallbackProblem problem, index_t n, Loss loss, double f_scale,
                    CallbackUse use = {});
  /// Bytes that one of m residuals allocates, those of central differences included.
  static index_t bytes(index_t m, index_t n) {
    return static_cast<index_t>(sizeof(double)) *
           (5 * m + m * n + 2 * n + (n + 1) * (n + 1 + HouseholderKernels::block_rows(n + 1)));
  }
  index_t parameters() const override { return n_; }
  index_t rows() const override { return problem_.m; }
  double cost(std::span<const double> p) override;
  /// With a Jacobian that is no estimate.
  void summary(std::span<const double> p, solve::Grade grade, linalg::Summary& out) override;
  /// The Jacobian is asked for only where the cost is not above the limit.
  void trial(std::span<const double> p, solve::Grade grade, double limit,
             linalg::Summary& out) override;
  bool ends_with_cost() const override { return true; }
  bool estimate(std::span<const double> p, linalg::Summary& out) override;
  bool last(std::span<const double> p, linalg::Summary& out) override;

  /// What is known of the function is of another place than where the next fit begins.
  void forget();

  /// Tells the Jacobian at p, where a fit ended, if that is the last one; with `anew` it is made
  /// for that if it is not.
  void tell_last(std::span<const double> p, bool anew);
  /// First residual that is not finite at p; −1 if there is none.
  index_t first_not_finite(std::span<const double> p);
  /// By differences: the residuals change in jumps with this parameter.
  bool acts_in_jumps(std::size_t parameter) const { return differences_.acts_in_jumps(parameter); }
  /// Calls of the residual function for finite differences so far.
  index_t difference_evaluations() const { return difference_evaluations_; }
  /// Jacobians so far, by differences or the caller's function.
  index_t jacobians() const { return jacobians_; }

 private:
  bool evaluate(std::span<const double> p, double limit, linalg::Summary& out);
  void differentiate(std::span<const double> p);
  bool estimate(std::span<const double> p, double most);
  bool serves(const linalg::Summary& sum) const;
  bool is_at(std::span<const double> p) const;
  void fold(linalg::Summary& out);
  void load_block(index_t first, index_t rows, linalg::Summary& out);
  void fold_checked(std::span<const double> p, linalg::Summary& out);
  void tell(std::span<const double> p) const;

  engine::CallbackProblem problem_;
  engine::DifferenceJacobian differences_;
  index_t n_;
  Loss loss_;
  double f_scale_;
  CallbackUse use_;

  // One allocation holds all that follows, and room that is never touched: the C library keeps
  // memory up to twice the largest piece it was given back, so that the next fit, and the model's
  // own arrays, need no new pages of the system.
  std::unique_ptr<double[]> room_;
  std::span<double> f_, base_f_;  // residuals, and those at base_
  std::span<double> jacobian_;    // m×n by columns, at base_
  std::span<double> work_;        // m
  // Rows of the Jacobian and of f_ on their way into the triangle of both, (n+1)×(n+1).
  linalg::Vector block_, triangle_;
  index_t block_rows_ = 0;
  const HouseholderKernels* householder_ = nullptr;
  std::vector<double> at_, base_;  // where; empty: nowhere
  double drift_ = 0.0;  // of the Jacobian since the last one that is no estimate, relative
  double rate_ = std::numeric_limits<double>::infinity();  // drift by the change that came with it
  double nearly_linear_ = 0.0;       // what a change may leave unexplained for an estimate
  double exact_ = 0.0, same_ = 0.0;  // drift that does not matter for a step, for the covariance
  index_t difference_evaluations_ = 0, jacobians_ = 0;
  index_t checked_ = 0;              // the last Jacobian that was looked into for null directions
  std::vector<NullDirection> null_;  // of the Jacobian, by differences
  int in_vain_ = 0;                  // looks that found none
};

}  // namespace nlsq::reduce
