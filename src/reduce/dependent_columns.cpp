// SPDX-License-Identifier: MIT
// See dependent_columns.hpp. Locals: J columns, D = 1/‖J_j‖, V right singular vectors of J·D, d =
// D·v a direction in parameters, t its step: d is scaled so that a column times its part is at most
// 1, and t is in units of the residuals.
#include "reduce/dependent_columns.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "linalg/householder.hpp"
#include "linalg/least_norm.hpp"
#include "linalg/triangle.hpp"

namespace nlsq::reduce {
namespace {

constexpr double kErrors = 50.0;     // of differences: a singular value that may be one
constexpr double kRoundings = 15.0;  // of the function: a derivative that may be 0
constexpr double kNear = 500.0;      // of the same: one that may be 0 along a direction nearby
constexpr double kLeastMove = 1e-3;  // of N = S/‖J_j‖, what a parameter near 0 may move by
constexpr double kOneSided = 3.0;    // more of it in a one-sided difference
constexpr double kFine = 1e-10;      // error of differences that is as good as none
constexpr double kHidden = 1.5;      // of the differences' error, what rounding may hide

enum class Derivative { zero, small, other };

class NullDirections {
 public:
  NullDirections(const engine::CallbackProblem& problem, std::span<const double> p,
                 std::span<const double> f, std::span<const double> jacobian)
      : problem_(problem),
        p_(p),
        f_(f),
        m_(f.size()),
        n_(p.size()),
        J_(jacobian.begin(), jacobian.end()),
        size_(n_),
        d_(n_),
        point_(n_),
        w_(m_),
        ahead_(m_),
        behind_(m_) {
    for (std::size_t j = 0; j < n_; ++j) {
      size_[j] = linalg::norm(std::span(J_).subspan(j * m_, m_));
      signal_ = std::max(signal_, std::abs(p[j]) * size_[j]);
    }
    signal_ = std::max({signal_, linalg::norm(f), problem.data_norm});
  }

  /// Vectors of J·D whose singular value is no more than the differences' error may leave, but not
  /// those of columns of zeros, which need no trial.
  std::vector<std::vector<double>> suspects() const {
    linalg::Summary sum;
    sum.resize(static_cast<index_t>(n_));
    std::vector<double> columns(J_);
    linalg::householder_triangle(columns.data(), static_cast<index_t>(m_), static_cast<index_t>(n_),
                                 static_cast<index_t>(m_), sum.R.data());
    linalg::Vector scale(n_);
    for (std::size_t j = 0; j < n_; ++j) scale[j] = size_[j] > 0.0 ? 1.0 / size_[j] : 1.0;
    linalg::Triangle a;
    a.resize(sum.n);
    linalg::load_scaled(sum, scale, a);
    const linalg::RankReport svd = linalg::decide_rank(a);
    const double most = kErrors * difference_error(problem_.rule) * svd.s[0];
    std::vector<std::vector<double>> out;
    for (std::size_t k = 0; k < n_; ++k) {
      const double* v = svd.V.data() + k * n_;
      if (svd.s[k] > most || svd.s[k] == 0.0) continue;
      std::vector<double>& kept = out.emplace_back(v, v + n_);
      for (std::size_t j = 0; j < n_; ++j) kept[j] = size_[j] > 0.0 ? kept[j] : 0.0;
    }
    return out;
  }

  /// J v ← the derivative along v.
  void correct(std::span<const double> v, index_t& calls) {
    if (!aim(v, std::cbrt(problem_.rule.epsilon)) || !difference(t_, w_, calls)) return;
    put(v);
  }

  /// Whether the derivative along v is 0 but for rounding: central differences of two steps,
  /// extrapolated, or one-sided ones where a bound is near. A small one is put into J; where it
  /// is not 0, a direction nearby may be null.
  Derivative derivative(std::span<const double> v, index_t& calls) {
    if (!aim(v, 0.3 * std::pow(problem_.rule.epsilon, 0.2))) return Derivative::other;
    const double rounding = kRoundings * problem_.rule.epsilon * signal_ / std::abs(t_);
    if (!(rounding <= kHidden * std::max(kFine, difference_error(problem_.rule))))
      return Derivative::other;
    if (!difference(t_, w_, calls)) return Derivative::other;
    if (!one_sided_) {
      const std::vector<double> whole = w_;
      if (!difference(0.5 * t_, w_, calls)) return Derivative::other;
      for (std::size_t i = 0; i < m_; ++i) w_[i] = (4.0 * w_[i] - whole[i]) / 3.0;
    }
    const double size = linalg::norm(w_), most = (one_sided_ ? kOneSided : 1.0) * rounding;
    if (!(size <= kNear * most)) return Derivative::other;
    put(v);
    return size <= most ? Derivative::zero : Derivative::small;
  }

  NullDirection direction(std::span<const double> v) const {
    NullDirection out{std::vector<double>(n_), std::vector<double>(n_)};
    for (std::size_t j = 0; j < n_; ++j) {
      out.d[j] = size_[j] > 0.0 ? v[j] / size_[j] : 0.0;
      out.e[j] = v[j] * size_[j];
    }
    return out;
  }

 private:
  // d and t for a direction: no parameter moves by more than a share of itself. False where bounds
  // leave no room.
  bool aim(std::span<const double> v, double share) {
    const DifferenceRule& rule = problem_.rule;
    t_ = std::numeric_limits<double>::infinity();
    double ahead = t_, behind = t_;  // up to where bounds are
    for (std::size_t j = 0; j < n_; ++j) {
      d_[j] = size_[j] > 0.0 ? v[j] / size_[j] : 0.0;
      if (d_[j] == 0.0) continue;
      const double step = std::abs(d_[j]), least = kLeastMove * signal_ / size_[j];
      t_ = std::min(t_, share * std::max(std::abs(p_[j]), least) / step);
      if (rule.lower.empty() || rule.upper.empty()) continue;
      const double below = (p_[j] - rule.lower[j]) / step, above = (rule.upper[j] - p_[j]) / step;
      ahead = std::min(ahead, d_[j] > 0.0 ? above : below);
      behind = std::min(behind, d_[j] > 0.0 ? below : above);
    }
    one_sided_ = std::min(ahead, behind) < t_;
    if (one_sided_) t_ = std::copysign(std::min(t_, std::max(ahead, behind) / 3.0), ahead - behind);
    return t_ != 0.0 && std::isfinite(t_);
  }

  // f(p + t d).
  void evaluate(double t, std::span<double> out, index_t& calls) {
    const ResidualFunction& function = problem_.probe ? problem_.probe : problem_.residuals;
    for (std::size_t j = 0; j < n_; ++j) point_[j] = p_[j] + t * d_[j];
    function(point_, out);
    ++calls;
  }

  // out ← the derivative along d, by a central difference or one of third order to one side; false
  // where that is not finite.
  bool difference(double t, std::span<double> out, index_t& calls) {
    evaluate(t, ahead_, calls);
    if (one_sided_) {
      for (std::size_t i = 0; i < m_; ++i) out[i] = 18.0 * ahead_[i] - 11.0 * f_[i];
      evaluate(2.0 * t, ahead_, calls);
      for (std::size_t i = 0; i < m_; ++i) out[i] -= 9.0 * ahead_[i];
      evaluate(3.0 * t, ahead_, calls);
      for (std::size_t i = 0; i < m_; ++i) out[i] = (out[i] + 2.0 * ahead_[i]) / (6.0 * t);
    } else {
      evaluate(-t, behind_, calls);
      for (std::size_t i = 0; i < m_; ++i) out[i] = (ahead_[i] - behind_[i]) / (2.0 * t);
    }
    return std::isfinite(linalg::norm(out));
  }

  // J v ← w: J += (w − J d) vᵀD⁻¹.
  void put(std::span<const double> v) {
    for (std::size_t j = 0; j < n_; ++j) {
      for (std::size_t i = 0; i < m_; ++i) w_[i] -= J_[j * m_ + i] * d_[j];
    }
    for (std::size_t j = 0; j < n_; ++j) {
      const double factor = v[j] * size_[j];
      if (factor == 0.0) continue;
      for (std::size_t i = 0; i < m_; ++i) J_[j * m_ + i] += w_[i] * factor;
    }
    for (std::size_t j = 0; j < n_; ++j) size_[j] = linalg::norm(std::span(J_).subspan(j * m_, m_));
  }

  const engine::CallbackProblem& problem_;
  std::span<const double> p_, f_;
  std::size_t m_, n_;
  std::vector<double> J_, size_, d_, point_, w_, ahead_, behind_;
  double signal_ = 0.0, t_ = 0.0;
  bool one_sided_ = false;  // t may be negative, then
};

// J ← J − (J d) eᵀ.
void take_out(const NullDirection& null, std::size_t m, std::span<double> J) {
  std::vector<double> along(m);
  for (std::size_t j = 0; j < null.d.size(); ++j) {
    for (std::size_t i = 0; i < m; ++i) along[i] += J[j * m + i] * null.d[j];
  }
  for (std::size_t j = 0; j < null.e.size(); ++j) {
    for (std::size_t i = 0; i < m; ++i) J[j * m + i] -= along[i] * null.e[j];
  }
}

}  // namespace

double difference_error(const DifferenceRule& rule) {
  return std::pow(rule.epsilon, rule.kind == Differences::three_point ? 2.0 / 3.0 : 0.5);
}

double suspect_kappa(const DifferenceRule& rule) {
  return 1.0 / (kErrors * difference_error(rule));
}

std::vector<NullDirection> remove_null_directions(const engine::CallbackProblem& problem,
                                                  std::span<const double> p,
                                                  std::span<const double> f,
                                                  std::span<double> jacobian, index_t& calls) {
  NullDirections directions(problem, p, f, jacobian);
  for (const std::vector<double>& v : directions.suspects()) directions.correct(v, calls);
  std::vector<NullDirection> found;
  for (int again = 0; again < 2; ++again) {
    found.clear();
    bool is_clear = true;
    for (const std::vector<double>& v : directions.suspects()) {
      const Derivative derivative = directions.derivative(v, calls);
      if (derivative == Derivative::zero) found.push_back(directions.direction(v));
      is_clear = is_clear && derivative != Derivative::small;
    }
    if (is_clear) break;
  }
  for (const NullDirection& null : found) take_out(null, f.size(), jacobian);
  return found;
}

}  // namespace nlsq::reduce
