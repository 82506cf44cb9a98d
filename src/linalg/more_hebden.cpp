// SPDX-License-Identifier: MIT
// Moré's iteration for the damping λ of a trust-region step, see more_hebden.hpp. Locals: phi = ‖p‖
// − radius, low ≤ λ ≤ high, slope = −radius-free derivative of ‖p(λ)‖.
#include "linalg/more_hebden.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "linalg/least_norm.hpp"

namespace nlsq::linalg {
namespace {
constexpr double kSuspectDiagonal = 1e-12;
constexpr double kTolerance = 0.1;
constexpr int kIterations = 10;
}  // namespace

MoreHebden::MoreHebden(index_t n) { resize(n); }

void MoreHebden::resize(index_t n) {
  s_.resize(n);
  newton_.resize(static_cast<std::size_t>(n));
  work_.resize(static_cast<std::size_t>(n));
}

void MoreHebden::load(const Triangle& t, bool suspect) {
  if (s_.n != t.n) resize(t.n);
  t_ = &t;
  complete_ = true;
  lambda_ = 0.0;
  gradient_length_ = -1.0;
  if (suspect || min_diagonal(t) < kSuspectDiagonal) {
    const LeastNorm least = least_norm(t);
    rank_ = least.rank;
    null_.assign(least.null.begin(), least.null.end());
    std::copy(least.p.begin(), least.p.end(), newton_.begin());
    multiply(t, newton_, work_);
    newton_reduction_ = 0.5 * dot(work_, work_);
  } else {
    rank_ = t.n;
    null_.clear();
    for (std::size_t i = 0; i < newton_.size(); ++i) newton_[i] = -t.b[i];
    solve(t, newton_);
    newton_reduction_ = 0.5 * dot(t.b, t.b);  // A p = −b
  }
  newton_length_ = norm(newton_);
}

void MoreHebden::load_incomplete(const Triangle& t, std::span<const double> g) {
  if (s_.n != t.n) resize(t.n);
  t_ = &t;
  g_ = g;
  complete_ = false;
  null_.clear();
  lambda_ = 0.0;
  rank_ = 0;
  std::fill(newton_.begin(), newton_.end(), 0.0);
  newton_length_ = newton_reduction_ = std::numeric_limits<double>::infinity();
  gradient_length_ = norm(g);
}

void MoreHebden::damped(double lambda, std::span<double> p) {
  std::copy(t_->a.begin(), t_->a.end(), s_.a.begin());
  std::copy(t_->b.begin(), t_->b.end(), s_.b.begin());
  append_identity(s_, std::sqrt(lambda), work_);
  if (complete_) {
    for (std::size_t i = 0; i < p.size(); ++i) p[i] = -s_.b[i];
  } else {
    for (std::size_t i = 0; i < p.size(); ++i) p[i] = -g_[i];
    solve_transposed(s_, p);
  }
  solve(s_, p);
  if (!null_.empty()) project_out(null_, p);
}

double MoreHebden::slope(std::span<const double> p, double length, const Triangle& t) {
  for (std::size_t i = 0; i < p.size(); ++i) work_[i] = p[i] / length;
  solve_transposed(t, work_);
  return dot(work_, work_);
}

void MoreHebden::step(double radius, std::span<double> p) {
  const double start = lambda_;
  lambda_ = 0.0;
  std::copy(newton_.begin(), newton_.end(), p.begin());
  double phi = newton_length_ - radius;
  if (phi <= kTolerance * radius) return;
  if (gradient_length_ < 0.0) {
    multiply_transposed(*t_, t_->b, work_);
    gradient_length_ = norm(work_);
  }
  if (gradient_length_ == 0.0) return;

  double low = 0.0;
  if (rank_ == t_->n) low = phi / (radius * slope(newton_, newton_length_, *t_));
  double high = gradient_length_ / radius;
  if (high == 0.0) high = std::numeric_limits<double>::min() / std::min(radius, 0.1);
  double lambda = std::clamp(start, std::min(low, high), high);
  if (lambda == 0.0) lambda = gradient_length_ / newton_length_;

  for (int iteration = 1;; ++iteration) {
    if (lambda == 0.0) lambda = std::max(std::numeric_limits<double>::min(), 1e-3 * high);
    damped(lambda, p);
    const double length = norm(p);
    const double before = phi;
    phi = length - radius;
    const bool stuck = low == 0.0 && phi <= before && before < 0.0;
    if (std::abs(phi) <= kTolerance * radius || stuck || iteration == kIterations) break;
    const double correction = phi / (radius * slope(p, length, s_));
    if (phi > 0.0) low = std::max(low, lambda);
    if (phi < 0.0) high = std::min(high, lambda);
    lambda = std::max(low, lambda + correction);
  }
  lambda_ = lambda;
}

}  // namespace nlsq::linalg
