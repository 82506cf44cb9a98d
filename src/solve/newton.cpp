// SPDX-License-Identifier: MIT
#include "solve/newton.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "linalg/gram.hpp"
#include "linalg/triangle.hpp"
#include "solve/bounds.hpp"
#include "solve/polish.hpp"

namespace nlsq::solve {
namespace {

constexpr double kLeastGain = 0.5;   // of the promise; less, and the Hessian is another's
constexpr double kRounding = 1e-13;  // relative change of the cost that tells nothing
constexpr index_t kMostSteps = 20;

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

/// A symmetric matrix that is known better with every step.
class Hessian {
 public:
  Hessian(std::span<const double> values, index_t n) : n_(n), H_(values), product_(z(n)) {
    for (index_t j = 0; j < n; ++j) {
      for (index_t i = 0; i < j; ++i) H_[z(j + i * n)] = H_[z(i + j * n)];
    }
  }

  /// step ← −H⁻¹g; returns what it promises, ½ gᵀH⁻¹g, or NaN when H is not positive definite.
  double solve(std::span<const double> g, std::span<double> step) {
    linalg::factor_gram(H_, n_, 0.0, factor_);
    if (!factor_.ok) return std::numeric_limits<double>::quiet_NaN();
    for (index_t j = 0; j < n_; ++j) {
      product_[z(j)] = 0.0;
      for (index_t i = 0; i <= j; ++i) product_[z(j)] += factor_.inverse[z(i + j * n_)] * g[z(i)];
    }
    for (index_t i = 0; i < n_; ++i) {
      step[z(i)] = 0.0;
      for (index_t j = i; j < n_; ++j)
        step[z(i)] -= factor_.inverse[z(i + j * n_)] * product_[z(j)];
    }
    return 0.5 * linalg::dot(product_, product_);
  }

  /// H ← H − (Hs)(Hs)ᵀ/(sᵀHs) + yyᵀ/(yᵀs) with y the change of the gradient along s.
  void learn(std::span<const double> s, std::span<const double> y) {
    const double along = linalg::dot(y, s);
    if (!(along > 0.0)) return;
    for (index_t i = 0; i < n_; ++i) product_[z(i)] = linalg::dot({H_.data() + i * n_, z(n_)}, s);
    const double curved = linalg::dot(product_, s);
    for (index_t j = 0; j < n_; ++j) {
      for (index_t i = 0; i < n_; ++i) {
        H_[z(i + j * n_)] += y[z(i)] * y[z(j)] / along - product_[z(i)] * product_[z(j)] / curved;
      }
    }
  }

 private:
  index_t n_;
  linalg::Matrix H_;
  linalg::Vector product_;
  linalg::Factor factor_;
};

}  // namespace

Stop newton_steps(Evaluator& evaluator, State& state, std::span<const double> hessian,
                  const SolverOptions& options, index_t limit) {
  Hessian H(hessian, state.n);
  const double length = enough(state, options);
  linalg::Vector change(z(state.n));
  for (index_t k = 0; k < kMostSteps && state.nfev < limit; ++k) {
    const double cost = state.here->sum.cost;
    const double share = H.solve(state.here->sum.g, state.step) / cost;
    if (share <= length * length && share <= options.ftol) {
      state.settled = true;
      return {true, Status::ftol,
              fmt::format("ftol: the next step would reduce the cost by {:.3g} of its value, not "
                          "more than {:.3g}, and is {:.2g} standard errors long.",
                          share, options.ftol, std::sqrt(share * static_cast<double>(state.rows)))};
    }
    for (std::size_t j = 0; j < state.step.size(); ++j)
      state.trial->x[j] = state.here->x[j] + state.step[j];
    if (!inside(state.trial->x, state.lower, state.upper)) return {};  // nor is a NaN inside
    if (options.before_pass) options.before_pass();
    evaluator.trial(state.trial->x, Grade::step, std::numeric_limits<double>::infinity(),
                    state.trial->sum);
    ++state.nfev;
    const linalg::Summary& reached = state.trial->sum;
    if (!reached.finite) return {};
    const double gain = (cost - reached.cost) / cost;
    if (share > kRounding ? gain < kLeastGain * share : gain < -kRounding) return {};
    for (std::size_t j = 0; j < change.size(); ++j) change[j] = reached.g[j] - state.here->sum.g[j];
    H.learn(state.step, change);
    accept(state);
    if (options.stop && options.stop()) return stopped(state);
  }
  return {};
}

}  // namespace nlsq::solve
