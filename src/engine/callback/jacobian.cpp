// SPDX-License-Identifier: MIT
// The choice of a step, and what a column tells about it; see jacobian.hpp.
#include "engine/callback/jacobian.hpp"

#include <algorithm>
#include <cmath>

#include "engine/callback/differences.hpp"

namespace nlsq::engine {
namespace {

constexpr double kLeastCurved = 1e-6;  // of N: the least c
constexpr double kFar = 1e-3;          // of N: a longer step says little about the derivative,
constexpr double kRoots = 16.0;        // unless values have so few digits
constexpr double kSteep = 1e-3;        // of |p|: a smaller N is looked at twice
constexpr double kNear = 30.0;         // roundings: a change that is no more says nothing
constexpr double kShorter = 1e-3;      // what a step that is too long is cut to
constexpr double kSameChange = 0.3;    // of the change, after a shorter step: a jump
constexpr double kNoJump = 1e-3;       // of a jump: the function is smooth on this side of it
constexpr int kMostCuts = 3;
constexpr double kShorten = 0.1;
constexpr double kLonger = 1e3;
constexpr double kEnoughLonger = 4.0;
constexpr double kMuchSteeper = 1e3;
constexpr double kUlps = 4.0;     // the shortest step
constexpr double kLongest = 1.0;  // and the longest, of the largest |p| so far

double root_of(const DifferenceRule& rule) {
  return std::pow(rule.epsilon, rule.kind == Differences::three_point ? 1.0 / 3.0 : 0.5);
}

double far_of(const DifferenceRule& rule) { return std::max(kFar, kRoots * root_of(rule)); }

double norm_of(std::span<const double> values) {
  double square = 0.0;
  for (const double v : values) square += v * v;
  if (std::isfinite(square) && square > std::numeric_limits<double>::min())
    return std::sqrt(square);
  double largest = 0.0;  // the squares overflow, or vanish
  for (const double v : values) {
    if (!std::isfinite(v)) return std::numeric_limits<double>::quiet_NaN();
    largest = std::max(largest, std::abs(v));
  }
  if (largest == 0.0) return 0.0;
  square = 0.0;
  for (const double v : values) square += (v / largest) * (v / largest);
  return largest * std::sqrt(square);
}

}  // namespace

// A column as it is made again until its step is right.
class DifferenceJacobian::Column {
 public:
  Column(const CallbackProblem& problem, std::span<double> point, std::span<const double> f,
         std::span<double> work, std::size_t j, double* column)
      : problem_(problem), point_(point), f_(f), work_(work), j_(j), column_(column) {}

  // With a step of this size, wherever the bounds put it.
  void make(double size) {
    const DifferenceStep step = fit_into_bounds(problem_.rule, point_[j_], j_, off_bounds(size));
    evaluate(step);
    if (finite() || problem_.rule.kind != Differences::three_point || step.one_sided) return;
    evaluate({step.size, true});
    if (!finite()) evaluate({-step.size, true});
  }

  bool finite() const { return std::isfinite(norm_); }
  double norm() const { return norm_; }
  double size() const { return std::abs(size_); }
  double signed_size() const { return size_; }
  double change() const { return norm_ * size(); }
  index_t calls() const { return calls_; }

  void clear() {
    std::fill_n(column_, f_.size(), 0.0);
    norm_ = 0.0;
  }

 private:
  // No longer than half the way to the farther bound: long steps, of a parameter without effect,
  // would end on it, where a function of an open interval is not defined.
  double off_bounds(double size) const {
    const DifferenceRule& rule = problem_.rule;
    if (!rule.relative.empty() || rule.lower.empty() || rule.upper.empty()) return size;
    const double room = std::max(point_[j_] - rule.lower[j_], rule.upper[j_] - point_[j_]);
    return std::copysign(std::min(std::abs(size), 0.5 * room), size);
  }

  void evaluate(DifferenceStep step) {
    size_ = step.size;
    const ResidualFunction& function = problem_.probe ? problem_.probe : problem_.residuals;
    calls_ +=
        difference_column(problem_.rule.kind, function, point_, f_, j_, step, work_, column_, 1);
    norm_ = norm_of({column_, f_.size()});
  }

  const CallbackProblem& problem_;
  std::span<double> point_;
  std::span<const double> f_;
  std::span<double> work_;
  std::size_t j_;
  double* column_;
  double norm_ = 0.0, size_ = 0.0;
  index_t calls_ = 0;
};

DifferenceJacobian::DifferenceJacobian(index_t n) : parameters_(static_cast<std::size_t>(n)) {}

// Before anything is known of the column.
double DifferenceJacobian::usual_size(const DifferenceRule& rule, double p, std::size_t j) const {
  const double scale = std::max(std::abs(p), parameters_[j].largest);
  return root_of(rule) * scale;
}

double DifferenceJacobian::fitting_size(const DifferenceRule& rule, double p, double norm) const {
  const double far = signal_ / norm, size = std::abs(p);
  const double curved = std::clamp(size, std::clamp(misfit_ / norm, kLeastCurved * far, far), far);
  const double noise = rule.epsilon * (far + size);
  return rule.kind == Differences::three_point ? std::cbrt(noise * curved * curved)
                                               : std::sqrt(noise * curved);
}

// A change that rounding explains says nothing: a longer step, unless none helped before.
void DifferenceJacobian::lengthen(const DifferenceRule& rule, double p, const Parameter& known,
                                  Column& column) const {
  const double ordinary = root_of(rule) * std::max(1.0, known.largest);
  for (int i = 0; i < 2 && column.change() <= kNear * rule.epsilon * signal_; ++i) {
    const double size = column.size(), sign = column.signed_size() >= 0.0 ? 1.0 : -1.0;
    double longer = column.norm() > 0.0 ? fitting_size(rule, p, column.norm())
                    : size < ordinary   ? ordinary
                                        : kLonger * size;
    longer = std::min(longer, kLongest * known.largest);
    if (!(longer > kEnoughLonger * size)) return;
    column.make(sign * longer);
    if (!column.finite()) {
      column.make(sign * size);
      return;
    }
  }
}

// Shorter steps until the change shrinks with them; false where it does not: a jump.
bool DifferenceJacobian::shorten(const DifferenceRule& rule, double p, Column& column) const {
  for (int same = 0; same < kMostCuts && column.norm() > 0.0;) {
    const double change = column.change(), size = column.size();
    const double shorter = std::min(fitting_size(rule, p, column.norm()), kShorten * size);
    const double least = kUlps * std::numeric_limits<double>::epsilon() * std::abs(p);
    if (shorter < least) break;
    column.make(std::copysign(shorter, column.signed_size()));
    if (!column.finite()) return false;
    if (column.change() > kSameChange * change) {
      ++same;
    } else if (column.size() <= far_of(rule) * signal_ / column.norm() || column.norm() == 0.0) {
      return true;
    }
  }
  if (column.norm() == 0.0) return true;
  const double jump = column.change();
  column.make(-column.signed_size());
  return column.finite() && column.change() <= kNoJump * jump;
}

// Makes a column again whose step was too long or too short for the function.
void DifferenceJacobian::fit(const DifferenceRule& rule, double p, Parameter& known,
                             Column& column) const {
  if (!known.idle) lengthen(rule, p, known, column);
  // A quotient of roundings over such a step, of a parameter that never did anything, is no
  // derivative: as its scale it would send it far away.
  const bool never_moved = known.norm == 0.0 && column.size() >= std::abs(p);
  if (never_moved && column.change() <= kNear * rule.epsilon * signal_) column.clear();
  known.idle = column.norm() == 0.0;
  if (known.idle || signal_ == 0.0) return;
  const double far = signal_ / column.norm();
  const bool is_new = !(kMuchSteeper * known.norm >= column.norm());
  if (column.size() > far_of(rule) * far || (is_new && far < kSteep * known.largest)) {
    known.jumps = known.jumps || !shorten(rule, p, column);
    if (known.jumps) column.clear();
  }
  if (column.norm() > 0.0) known.norm = column.norm();
}

index_t DifferenceJacobian::evaluate(const CallbackProblem& problem, std::span<const double> p,
                                     std::span<const double> f, std::span<double> columns) {
  const DifferenceRule& rule = problem.rule;
  const std::size_t m = f.size();
  point_.assign(p.begin(), p.end());
  work_.resize(2 * m);
  misfit_ = norm_of(f);
  // Far from the minimum residuals may be those of a model that is out of all proportion: near it,
  // their rounding is that of what the parameters make of it there.
  double reach = 0.0;
  for (std::size_t j = 0; j < p.size(); ++j)
    reach = std::max(reach, parameters_[j].norm * std::abs(p[j]));
  signal_ = std::max({misfit_, problem.data_norm, std::min(signal_, reach)});
  index_t calls = 0;
  for (std::size_t j = 0; j < p.size(); ++j) {
    Parameter& known = parameters_[j];
    known.largest = std::max(known.largest, std::abs(p[j]));
    if (known.largest == 0.0) {
      const bool boxed = !rule.lower.empty() && !rule.upper.empty();
      known.largest = boxed ? std::min(rule.upper[j] - rule.lower[j], 1.0) : 1.0;
    }
    Column column(problem, point_, f, work_, j, columns.data() + j * m);
    const bool given = !rule.relative.empty();
    const double sign = p[j] >= 0.0 ? known.side : -known.side;
    double size = given ? std::abs(difference_step(rule, p[j], j).size)
                  : known.norm > 0.0
                      ? std::min(fitting_size(rule, p[j], known.norm), kLongest * known.largest)
                      : usual_size(rule, p[j], j);
    // Residuals of 0 at parameters of 0 fit any step.
    if (p[j] + size == p[j]) size = usual_size(rule, p[j], j);
    column.make(sign * size);
    for (int i = 0; i < kMostCuts && !column.finite(); ++i) {
      // Beyond the edge of where the function is finite: the other side, then nearer to the point.
      column.make(-column.signed_size());
      if (column.finite()) break;
      column.make(-kShorter * column.signed_size());
    }
    if (column.finite() && !given) {
      known.side = (column.signed_size() >= 0.0) == (p[j] >= 0.0) ? 1.0 : -1.0;
      fit(rule, p[j], known, column);
    }
    calls += column.calls();
  }
  return calls;
}

}  // namespace nlsq::engine

namespace nlsq {

index_t fitting_jacobian(const DifferenceRule& rule, const ResidualFunction& function,
                         std::span<const double> p, std::span<const double> f,
                         std::span<double> jacobian) {
  engine::CallbackProblem problem;
  problem.residuals = function;
  problem.rule = rule;
  problem.m = static_cast<index_t>(f.size());
  const std::size_t m = f.size(), n = p.size();
  std::vector<double> columns(m * n);
  engine::DifferenceJacobian differences(static_cast<index_t>(n));
  const index_t calls = differences.evaluate(problem, p, f, columns);
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < n; ++j) jacobian[i * n + j] = columns[j * m + i];
  }
  return calls;
}

}  // namespace nlsq
