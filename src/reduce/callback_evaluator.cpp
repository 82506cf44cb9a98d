// SPDX-License-Identifier: MIT
// One summary: residuals, Jacobian, loss, Householder.
#include "reduce/callback_evaluator.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "linalg/gram.hpp"
#include "reduce/householder_kernels.hpp"
#include "reduce/loss_rows.hpp"

namespace nlsq::reduce {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNearlyLinear = 0.1;  // share of a change that a Jacobian may leave unexplained,
constexpr double kOfEach = 0.01;       // and of each parameter: where few calls make a new one
constexpr double kMostRest = 10.0;     // of the residuals: little of a change that was vast
constexpr double kVast = 1e3;          // times the residuals, a change from far away
constexpr double kMostDrift = 0.5;
constexpr double kExact = 16.0;          // of what differences are off by: drift that is not more
constexpr double kSame = 1e-5;           // drift that leaves a covariance the same
constexpr index_t kMostParameters = 16;  // a step tells about one direction of n
constexpr double kRoundings = 64.0;      // of residuals: an unexplained change that says nothing
constexpr double kTold = 0.1;            // share of the gradient that the drift may be
constexpr double kIllConditioned = 1e5;  // κ beyond which forward differences spoil a covariance
constexpr std::size_t kUntouched = 2;    // times what is used, that is asked for
constexpr double kSingular = 1e12;
constexpr int kMostInVain = 3;  // looks for redundant parameters on the way

bool all_finite(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

// Eight sums side by side: one alone waits for each addition.
double dot(std::span<const double> a, std::span<const double> b) {
  constexpr std::size_t kLanes = 8;
  double sums[kLanes] = {};
  const std::size_t whole = a.size() / kLanes * kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    for (std::size_t k = 0; k < kLanes; ++k) sums[k] += a[i + k] * b[i + k];
  }
  for (std::size_t i = whole; i < a.size(); ++i) sums[i - whole] += a[i] * b[i];
  double sum = 0.0;
  for (const double s : sums) sum += s;
  return sum;
}

// Rows of a block of so many, filled up.
index_t padded(index_t rows) {
  constexpr index_t kLanes = HouseholderKernels::kLanes;
  return (rows + kLanes - 1) / kLanes * kLanes;
}

}  // namespace

CallbackEvaluator::CallbackEvaluator(engine::CallbackProblem problem, index_t n, Loss loss,
                                     double f_scale, CallbackUse use)
    : problem_(std::move(problem)),
      differences_(n),
      n_(n),
      loss_(loss),
      f_scale_(f_scale),
      use_(std::move(use)) {
  const auto m = static_cast<std::size_t>(problem_.m), width = static_cast<std::size_t>(n);
  const std::size_t used = m * (width + 3);
  room_ = std::make_unique_for_overwrite<double[]>(kUntouched * used);
  double* next = room_.get();
  const auto take = [&](std::size_t columns) {
    return std::span(std::exchange(next, next + m * columns), m * columns);
  };
  f_ = take(1), base_f_ = take(1), work_ = take(1);
  jacobian_ = take(width);
  householder_ = &householder_kernels(engine::chosen_isa());
  block_rows_ = HouseholderKernels::block_rows(n + 1);
  block_.resize(static_cast<std::size_t>(padded(std::min(block_rows_, problem_.m)) * (n + 1)));
  triangle_.resize((width + 1) * (width + 1));
  use_.estimates = use_.estimates && !problem_.jacobian && n <= kMostParameters;
  // Whoever asks for central differences wants their digits, of the covariance, too.
  const bool central = problem_.rule.kind == Differences::three_point;
  const double off =
      central ? std::pow(problem_.rule.epsilon, 2.0 / 3.0) : std::sqrt(problem_.rule.epsilon);
  exact_ = problem_.jacobian ? 0.0 : kExact * off;
  same_ = central ? exact_ : std::max(kSame, exact_);
  nearly_linear_ = std::min(kNearlyLinear, kOfEach * static_cast<double>(n));
}

// Fills f_, unless it holds the residuals at p.
double CallbackEvaluator::cost(std::span<const double> p) {
  if (at_.empty() || !std::equal(p.begin(), p.end(), at_.begin())) {
    at_.clear();
    if (is_at(p)) {
      std::ranges::copy(base_f_, f_.begin());
    } else {
      problem_.residuals(p, f_);
    }
    at_.assign(p.begin(), p.end());
  }
  if (loss_ == Loss::linear) return 0.5 * dot(f_, f_);
  double sum = 0.0;
  for (const double f : f_) sum += f_scale_ * f_scale_ * loss_row(loss_, f, f_scale_).rho;
  return 0.5 * sum;
}

// Whether the Jacobian is that at p, or an estimate of it.
bool CallbackEvaluator::is_at(std::span<const double> p) const {
  return !base_.empty() && std::equal(p.begin(), p.end(), base_.begin());
}

// The cost at p; whether that is finite and not above the limit.
bool CallbackEvaluator::evaluate(std::span<const double> p, double limit, linalg::Summary& out) {
  out.resize(n_);
  out.rows = problem_.m;
  out.fold = linalg::Fold::qr;
  out.cost = cost(p);
  out.sum_f2 = loss_ == Loss::linear ? 2.0 * out.cost : dot(f_, f_);
  out.finite = std::isfinite(out.cost);
  out.estimated = true;
  return out.finite && out.cost <= limit;
}

void CallbackEvaluator::summary(std::span<const double> p, solve::Grade, linalg::Summary& out) {
  if (!evaluate(p, kInfinity, out)) return;
  if (!is_at(p) || drift_ > exact_) differentiate(p);
  fold_checked(p, out);
}

void CallbackEvaluator::trial(std::span<const double> p, solve::Grade, double limit,
                              linalg::Summary& out) {
  if (!evaluate(p, limit, out)) return;
  if (!is_at(p) && !(use_.estimates && estimate(p, nearly_linear_))) differentiate(p);
  fold_checked(p, out);
  if (out.estimated && !serves(out)) {
    differentiate(p);
    fold_checked(p, out);
  }
}

// Whether the gradient is more than what the Jacobian's error makes of the residuals, were they
// noise.
bool CallbackEvaluator::serves(const linalg::Summary& sum) const {
  const double rows = std::sqrt(static_cast<double>(problem_.m));
  return drift_ * std::sqrt(sum.sum_f2) / rows <= kTold * std::sqrt(dot(sum.qtf, sum.qtf));
}

bool CallbackEvaluator::estimate(std::span<const double> p, linalg::Summary& out) {
  if (!use_.estimates || !evaluate(p, kInfinity, out)) return false;
  if (!is_at(p) && !estimate(p, nearly_linear_)) return false;
  fold(out);
  out.estimated = false;
  return out.finite;
}

// Differences are made anew at the end where the Jacobian at hand is that of another point and may
// not serve, or where it takes central ones to tell what the covariance is.
bool CallbackEvaluator::last(std::span<const double> p, linalg::Summary& out) {
  if (!evaluate(p, kInfinity, out)) return false;
  const index_t before = jacobians_;
  in_vain_ = 0;
  if (!is_at(p) || drift_ > exact_) {
    const bool serves = !use_.at_end && !is_at(p) && estimate(p, same_) && drift_ <= same_;
    if (!serves) differentiate(p);
  }
  fold_checked(p, out);
  const bool forward = !problem_.jacobian && problem_.rule.relative.empty() &&
                       problem_.rule.kind == Differences::two_point;
  if (forward && out.finite && out.kappa > kIllConditioned && out.kappa < kSingular) {
    problem_.rule.kind = Differences::three_point;
    differentiate(p);
    fold_checked(p, out);
    problem_.rule.kind = Differences::two_point;
  }
  out.estimated = false;
  return jacobians_ > before && use_.estimates && !use_.at_end;
}

void CallbackEvaluator::differentiate(std::span<const double> p) {
  const index_t m = problem_.m;
  if (problem_.jacobian) {
    std::vector<double> rows(jacobian_.size());
    problem_.jacobian(p, rows);
    for (index_t i = 0; i < m; ++i) {
      for (index_t j = 0; j < n_; ++j) {
        jacobian_[static_cast<std::size_t>(i + j * m)] = rows[static_cast<std::size_t>(i * n_ + j)];
      }
    }
  } else {
    difference_evaluations_ += differences_.evaluate(problem_, p, f_, jacobian_);
  }
  ++jacobians_;
  drift_ = 0.0;
  null_.clear();
  base_.assign(p.begin(), p.end());
  std::ranges::copy(f_, base_f_.begin());
  if (use_.told && use_.told_each) tell(p);
}

// Brings the Jacobian to p, where f_ is known; false where it explains too little of the change.
bool CallbackEvaluator::estimate(std::span<const double> p, double most) {
  if (base_.empty() || jacobians_ == 0) return false;
  const auto m = static_cast<std::size_t>(problem_.m), n = static_cast<std::size_t>(n_);
  const std::span<double> explained = work_;
  std::ranges::fill(explained, 0.0);
  std::vector<double> weight(n);
  double length = 0.0;  // sᵀD²s
  for (std::size_t j = 0; j < n; ++j) {
    const double step = p[j] - base_[j];
    const std::span<const double> column = jacobian_.subspan(j * m, m);
    for (std::size_t i = 0; i < m; ++i) explained[i] += column[i] * step;
    weight[j] = dot(column, column) * step;
  }
  // What changes nothing at the base does not begin to: the estimate stays singular.
  for (const NullDirection& null : null_) {
    const double share = dot(weight, null.d);
    for (std::size_t j = 0; j < n; ++j) weight[j] -= share * null.e[j];
  }
  for (std::size_t j = 0; j < n; ++j) length += weight[j] * (p[j] - base_[j]);
  if (!(length > 0.0 && std::isfinite(length))) return false;
  const double size = std::sqrt(dot(explained, explained));
  for (std::size_t i = 0; i < m; ++i) explained[i] = f_[i] - base_f_[i] - explained[i];
  const double rest = std::sqrt(dot(explained, explained));
  const double signal = std::max(std::sqrt(dot(f_, f_)), problem_.data_norm);
  const double noise = kRoundings * problem_.rule.epsilon * signal;
  // A step that residuals shrink by so much along says nothing of the other columns.
  if (rest > kMostRest * signal || size > kVast * signal) return false;
  const bool shows = rest > noise;
  const double share = shows ? rest / size : std::min(noise / size, rate_ * size);
  if (!(share <= most && drift_ + share <= kMostDrift)) return false;
  rate_ = std::isfinite(rate_) ? std::max(rate_, share / size) : share / size;
  for (std::size_t j = 0; j < n; ++j) {
    const double factor = shows ? weight[j] / length : 0.0;
    for (std::size_t i = 0; i < m; ++i) jacobian_[j * m + i] += explained[i] * factor;
  }
  drift_ += share;
  base_.assign(p.begin(), p.end());
  std::ranges::copy(f_, base_f_.begin());
  return true;
}

// As fold, after a look at what differences make of redundant parameters: once a Jacobian, and on
// the way only until it has been in vain some times.
void CallbackEvaluator::fold_checked(std::span<const double> p, linalg::Summary& out) {
  fold(out);
  if (problem_.jacobian || drift_ != 0.0 || checked_ == jacobians_ || !out.finite) return;
  checked_ = jacobians_;
  if (!(out.kappa > suspect_kappa(problem_.rule)) || in_vain_ >= kMostInVain) return;
  null_ = remove_null_directions(problem_, p, f_, jacobian_, difference_evaluations_);
  if (null_.empty()) {
    ++in_vain_;
  } else {
    fold(out);
  }
}

// Copies rows of the Jacobian and of f_, made ready for the loss, and fills up with zeros. Adds
// their part of the gradient of a loss that is not linear.
void CallbackEvaluator::load_block(index_t first, index_t rows, linalg::Summary& out) {
  const index_t m = problem_.m, apart = padded(rows);
  for (index_t j = 0; j <= n_; ++j) {
    double* const to = block_.data() + j * apart;
    std::copy_n((j < n_ ? jacobian_.data() + j * m : f_.data()) + first, rows, to);
    std::fill(to + rows, to + apart, 0.0);
  }
  if (loss_ == Loss::linear) return;
  for (index_t i = 0; i < rows; ++i) {
    const LossRow row = loss_row(loss_, f_[static_cast<std::size_t>(first + i)], f_scale_);
    for (index_t j = 0; j < n_; ++j) {
      double& value = block_[static_cast<std::size_t>(i + j * apart)];
      out.g[static_cast<std::size_t>(j)] += row.weighted_f * value;
      value *= row.root_scale;
    }
  }
}

// The summary of f_ and the Jacobian.
void CallbackEvaluator::fold(linalg::Summary& out) {
  const index_t m = problem_.m;
  out.finite = false;
  out.estimated = drift_ > exact_;
  out.error = problem_.jacobian ? 0.0 : difference_error(problem_.rule);
  out.g.assign(out.g.size(), 0.0);
  const index_t q = n_ + 1;
  std::ranges::fill(triangle_, 0.0);
  for (index_t first = 0; first < m; first += block_rows_) {
    const index_t rows = std::min(block_rows_, m - first);
    load_block(first, rows, out);
    householder_->add_block(block_.data(), padded(rows), q, triangle_.data());
  }
  if (!all_finite(triangle_)) return;  // nor are they where the Jacobian is not
  for (index_t j = 0; j < n_; ++j) {
    std::copy_n(triangle_.data() + j * q, n_, out.R.data() + j * n_);
    out.qtf[static_cast<std::size_t>(j)] = triangle_[static_cast<std::size_t>(j + n_ * q)];
  }
  if (loss_ == Loss::linear) {
    linalg::multiply_transposed_upper(out.R, n_, out.qtf, out.g);
  } else {
    out.qtf = out.g;
    linalg::solve_transposed_upper(out.R, n_, out.qtf);
  }
  out.kappa = linalg::kappa_upper(out.R, n_);
  out.finite = all_finite(out.R) && all_finite(out.g) && all_finite(out.qtf);
}

void CallbackEvaluator::forget() {
  differences_ = engine::DifferenceJacobian(n_);
  at_.clear();
  base_.clear();
  drift_ = 0.0;
  rate_ = kInfinity;
}

void CallbackEvaluator::tell_last(std::span<const double> p, bool anew) {
  if (!use_.told || !(is_at(p) || anew)) return;
  cost(p);
  if (!is_at(p)) differentiate(p);
  tell(p);
}

void CallbackEvaluator::tell(std::span<const double> p) const {
  const index_t m = problem_.m;
  std::vector<double> rows(jacobian_.size());
  for (index_t i = 0; i < m; ++i) {
    for (index_t j = 0; j < n_; ++j) {
      rows[static_cast<std::size_t>(i * n_ + j)] = jacobian_[static_cast<std::size_t>(i + j * m)];
    }
  }
  use_.told(p, f_, rows);
}

index_t CallbackEvaluator::first_not_finite(std::span<const double> p) {
  cost(p);
  for (std::size_t i = 0; i < f_.size(); ++i) {
    if (!std::isfinite(f_[i])) return static_cast<index_t>(i);
  }
  return -1;
}

}  // namespace nlsq::reduce
