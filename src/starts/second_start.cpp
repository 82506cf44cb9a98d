// SPDX-License-Identifier: MIT
// Which attempts follow an end that is not well, see second_start.hpp.
#include "starts/second_start.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "linalg/triangle.hpp"
#include "nlsq/error.hpp"
#include "stats/covariance.hpp"

namespace nlsq::fit_impl {
namespace {

constexpr double kGain = 1e-6;    // of the cost, which another attempt must save
constexpr double kLittle = 0.25;  // of the sum of squares about the mean, in cost: R² below 1/2
constexpr double kApart = 1e-3;   // of a parameter, by which equal starts are set apart
constexpr double kClear =
    0.025;  // as kLittle: R² below 0.95, which a parameter without effect leaves open
constexpr index_t kFewPasses = 24;  // in which an attempt shows whether it gains anything
constexpr index_t kUnlimited = std::numeric_limits<index_t>::max();

bool converged(const solve::Outcome& end) { return static_cast<int>(end.status) > 0; }

bool is_lower(const solve::Outcome& end, const solve::Outcome& best) {
  return end.summary.cost < (1.0 - kGain) * best.summary.cost;
}

// A failure is better than a success only where that explains nothing.
bool is_better(const solve::Outcome& end, const solve::Outcome& best, double total) {
  const double cost = end.summary.cost, least = best.summary.cost;
  if (converged(best) && !converged(end))
    return explains_nothing(best, total) && cost < 0.5 * least;
  if (is_lower(end, best)) return true;
  return converged(end) && !converged(best) && cost <= (1.0 + kGain) * least;
}

bool has_flat_column(const linalg::Summary& sum) {
  linalg::Vector size(static_cast<std::size_t>(sum.n));
  linalg::column_norms(sum, size);
  return std::ranges::find(size, 0.0) != size.end();
}

class Attempts {
 public:
  Attempts(solve::Outcome first, double total, const SolverOptions& options, const Attempt& attempt)
      : best_(std::move(first)),
        total_(total),
        options_(&options),
        attempt_(&attempt),
        nfev_(best_.nfev),
        njev_(best_.njev),
        nfev_float32_(best_.nfev_float32),
        iterations_(best_.iterations) {
    is_over_ = best_.status == Status::stopped;
  }

  const solve::Outcome& best() const { return best_; }

  /// most: evaluations after which an attempt is given up that is no better by then.
  void add(std::span<const double> x0, SolverOptions options, index_t most = kUnlimited) {
    if (is_over_ || left() < 1) return;
    try {
      const index_t tried = std::min(left(), most);
      solve::Outcome end = run(x0, options, tried);
      ++count_;
      const bool is_cut = tried == most && most < kUnlimited && end.status == Status::max_nfev;
      if (is_cut && !is_over_ && left() > 0 && is_lower(end, best_))
        end = run(x0, options, left());
      else if (is_cut)
        return;
      if (is_better(end, best_, total_)) best_ = std::move(end);
    } catch (const InputError&) {  // the model is not finite there
    }
  }

  solve::Outcome finish() {
    best_.nfev = nfev_;
    best_.njev = njev_;
    best_.nfev_float32 = nfev_float32_;
    best_.iterations = iterations_;
    best_.attempts = count_;
    return std::move(best_);
  }

 private:
  index_t left() const { return options_->max_nfev ? *options_->max_nfev - nfev_ : kUnlimited; }

  solve::Outcome run(std::span<const double> x0, SolverOptions& options, index_t most) {
    options.max_nfev.reset();
    if (most < kUnlimited) options.max_nfev = most;
    solve::Outcome end = (*attempt_)(x0, options);
    is_over_ = end.status == Status::stopped;
    nfev_ += end.nfev;
    njev_ += end.njev;
    nfev_float32_ += end.nfev_float32;
    iterations_ += end.iterations;
    return end;
  }

  solve::Outcome best_;
  double total_;
  const SolverOptions* options_;
  const Attempt* attempt_;
  index_t nfev_, njev_, nfev_float32_, iterations_;
  index_t count_ = 1;
  bool is_over_;
};

// Each parameter moved by another share of itself, away from a bound.
linalg::Vector apart(std::span<const double> x0, std::span<const double> lower,
                     std::span<const double> upper) {
  linalg::Vector x;
  for (std::size_t j = 0; j < x0.size(); ++j) {
    const double share = kApart * static_cast<double>(j + 1);
    const double change = x0[j] == 0.0 ? share : x0[j] * share;
    const bool leaves = x0[j] + change > upper[j] || x0[j] + change < lower[j];
    x.push_back(std::clamp(leaves ? x0[j] - change : x0[j] + change, lower[j], upper[j]));
  }
  return x;
}

SolverOptions with_other_scales(const SolverOptions& options, std::size_t n) {
  SolverOptions other(options);
  other.x_scale.assign(options.x_scale.empty() ? n : 0, 1.0);
  return other;
}

// No step changes a parameter by more than its size at the start until the first ones succeed.
SolverOptions by_sizes(const SolverOptions& options, std::span<const double> x0) {
  SolverOptions sized(options);
  sized.method = Method::dogbox;
  sized.x_scale.assign(x0.begin(), x0.end());
  for (double& size : sized.x_scale) size = size == 0.0 ? 1.0 : std::abs(size);
  return sized;
}

}  // namespace

solve::Outcome best_end(solve::Outcome first, const Expectation& expected,
                        std::span<const double> x0, std::span<const double> lower,
                        std::span<const double> upper, const SolverOptions& options,
                        const Attempt& attempt) {
  const auto n = static_cast<index_t>(x0.size());
  const SecondStart allowed = options.second_start.value_or(
      options.x_scale.empty() ? SecondStart::any : SecondStart::same_scales);
  if (allowed == SecondStart::none || n == 0 || first.summary.rows < n) return first;
  const auto lacks_rank = [n](const solve::Outcome& end) {
    return !(end.summary.kappa <= Expectation{}.kappa) &&
           stats::unscaled_covariance(end.summary).rank < n;
  };
  const auto is_ill = [&](const solve::Outcome& end) {
    return !(end.summary.kappa <= expected.kappa) &&
           stats::unscaled_covariance(end.summary).kappa > expected.kappa;
  };
  const auto fails = [&](const solve::Outcome& end) {
    return !converged(end) || explains_nothing(end, expected.total);
  };
  // A parameter without effect, or no more than half of the data explained: a peak that vanished.
  const auto is_lost = [&](const solve::Outcome& end) {
    return lacks_rank(end) &&
           (end.summary.cost > kLittle * expected.total || has_flat_column(end.summary));
  };
  const bool is_no_better =
      converged(first) && (explains_nothing(first, expected.total) ||
                           (is_lost(first) && first.summary.cost > kClear * expected.total));
  if (allowed == SecondStart::no_better && !is_no_better) return first;
  Attempts attempts(std::move(first), expected.total, options, attempt);
  // Calls of a function may be dear: a way that gains nothing soon is left.
  const index_t most = allowed == SecondStart::no_better ? kFewPasses : kUnlimited;
  if (lacks_rank(attempts.best())) attempts.add(apart(x0, lower, upper), options);
  if (allowed == SecondStart::same_scales) return attempts.finish();
  if (fails(attempts.best()) || is_ill(attempts.best()))
    attempts.add(x0, with_other_scales(options, x0.size()), most);
  if (fails(attempts.best()) || is_lost(attempts.best()))
    attempts.add(x0, by_sizes(options, x0), most);
  return attempts.finish();
}

}  // namespace nlsq::fit_impl
