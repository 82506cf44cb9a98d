// SPDX-License-Identifier: MIT
// The evaluator the solver's tests use: residuals and Jacobian in doubles by dual numbers, R by
// Householder QR of the scaled columns. It asserts on every call that no trial leaves the bounds it
// was told of, and counts.
#pragma once

#include <Eigen/Dense>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

#include "dual.hpp"
#include "nlsq/options.hpp"
#include "solve/evaluator.hpp"
#include "solve/minimizer.hpp"

namespace nlsq::test {

/// Fills f (m) and J (m×n) at p.
using Rows = std::function<void(const double* p, Eigen::VectorXd& f, Eigen::MatrixXd& J)>;

/// `model(b, r)` writes m residuals r from n parameters b, for any number type.
template <std::size_t N, class Model>
Rows rows_of(Model model, std::size_t m) {
  return [model, m](const double* p, Eigen::VectorXd& f, Eigen::MatrixXd& J) {
    std::array<Dual<N>, N> b;
    for (std::size_t j = 0; j < N; ++j) {
      b[j] = Dual<N>(p[j]);
      b[j].d[j] = 1.0;
    }
    std::vector<Dual<N>> r(m);
    model(b.data(), r.data());
    for (std::size_t i = 0; i < m; ++i) {
      f[static_cast<Eigen::Index>(i)] = r[i].v;
      for (std::size_t j = 0; j < N; ++j) {
        J(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) = r[i].d[j];
      }
    }
  };
}

class DenseEvaluator final : public solve::Evaluator {
 public:
  DenseEvaluator(index_t n, index_t m, Rows rows, Loss loss = Loss::linear, double f_scale = 1)
      : n_(n), m_(m), rows_(std::move(rows)), loss_(loss), f_scale_(f_scale), f_(m), J_(m, n) {}

  index_t parameters() const override { return n_; }
  index_t rows() const override { return m_; }

  double cost(std::span<const double> p) override {
    linalg::Summary out;
    summary(p, solve::Grade::step, out);
    return out.finite ? out.cost : std::numeric_limits<double>::quiet_NaN();
  }

  void summary(std::span<const double> p, solve::Grade, linalg::Summary& out) override {
    ++calls;
    for (std::size_t j = 0; j < lower.size(); ++j) {
      if (!(p[j] >= lower[j] && p[j] <= upper[j])) ++violations;
    }
    if (out.n != n_ || static_cast<index_t>(out.R.size()) != n_ * n_) out.resize(n_);
    rows_(p.data(), f_, J_);
    out.n = n_;
    out.rows = m_;
    out.fold = linalg::Fold::qr;
    out.sum_f2 = f_.squaredNorm();
    fold_loss(out);
    out.finite = f_.allFinite() && J_.allFinite() && std::isfinite(out.cost);
    if (out.finite) factor(out);
  }

  index_t calls = 0;
  index_t violations = 0;
  std::vector<double> lower, upper;  ///< when given, every p is checked against them

 private:
  // Cost and gradient; leaves the scaled J̃ and f̃ in J_ and f_ (SciPy's scaling, clamped rows
  // dropped).
  void fold_loss(linalg::Summary& out) {
    if (loss_ == Loss::linear) {
      out.cost = 0.5 * out.sum_f2;
      Eigen::Map<Eigen::VectorXd>(out.g.data(), n_) = J_.transpose() * f_;
      return;
    }
    out.cost = 0;
    Eigen::Map<Eigen::VectorXd> g(out.g.data(), n_);
    g.setZero();
    for (Eigen::Index i = 0; i < m_; ++i) {
      const double z = (f_[i] / f_scale_) * (f_[i] / f_scale_);
      double rho = 0, d1 = 0, d2 = 0;
      if (loss_ == Loss::cauchy) {
        rho = std::log1p(z), d1 = 1 / (1 + z), d2 = -d1 * d1;
      } else if (loss_ == Loss::soft_l1) {
        const double t = 1 + z;
        rho = 2 * (std::sqrt(t) - 1), d1 = 1 / std::sqrt(t), d2 = -0.5 / (t * std::sqrt(t));
      } else if (z <= 1) {
        rho = z, d1 = 1, d2 = 0;
      } else {
        rho = 2 * std::sqrt(z) - 1, d1 = 1 / std::sqrt(z), d2 = -0.5 / (z * std::sqrt(z));
      }
      out.cost += 0.5 * f_scale_ * f_scale_ * rho;
      g += d1 * f_[i] * J_.row(i).transpose();
      const double curvature = d1 + 2 * d2 * z;
      const double s = curvature > 1e-10 ? std::sqrt(curvature) : 0.0;
      J_.row(i) *= s;
      f_[i] = s > 0 ? f_[i] * d1 / s : 0.0;
    }
  }

  void factor(linalg::Summary& out) {
    Eigen::VectorXd d(n_);
    for (Eigen::Index j = 0; j < n_; ++j) {
      const double length = J_.col(j).stableNorm();
      d[j] = length > 0 ? length : 1.0;
    }
    Eigen::MatrixXd a(std::max(m_, n_), n_ + 1);
    a.setZero();
    a.topLeftCorner(m_, n_) = J_ * d.cwiseInverse().asDiagonal();
    a.col(n_).head(m_) = f_;
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(a);
    const Eigen::MatrixXd t = qr.matrixQR().topRows(n_).triangularView<Eigen::Upper>();
    Eigen::Map<Eigen::MatrixXd> R(out.R.data(), n_, n_);
    R = t.leftCols(n_);
    if (n_ > 0) {
      const Eigen::JacobiSVD<Eigen::MatrixXd> svd{Eigen::MatrixXd(R)};
      const auto& s = svd.singularValues();
      const double limit = std::numeric_limits<double>::epsilon() * double(std::max(m_, n_)) * s[0];
      out.kappa = s[n_ - 1] > limit ? s[0] / s[n_ - 1] : std::numeric_limits<double>::infinity();
    }
    R = R * d.asDiagonal();
    Eigen::Map<Eigen::VectorXd> z(out.qtf.data(), n_);
    z = t.col(n_).head(n_);
    if (loss_ == Loss::linear) return;
    // Rᵀqtf = g in the least squares sense: exact where J̃ has full rank.
    const Eigen::MatrixXd Rt = R.transpose();
    z = Rt.completeOrthogonalDecomposition().solve(Eigen::Map<Eigen::VectorXd>(out.g.data(), n_));
  }

  index_t n_, m_;
  Rows rows_;
  Loss loss_;
  double f_scale_;
  Eigen::VectorXd f_;
  Eigen::MatrixXd J_;
};

/// minimize with bounds defaulting to none.
inline solve::Outcome run(DenseEvaluator& evaluator, const std::vector<double>& x0,
                          const SolverOptions& options = {}, std::vector<double> lower = {},
                          std::vector<double> upper = {}, bool linear_loss = true) {
  if (lower.empty()) lower.assign(x0.size(), -std::numeric_limits<double>::infinity());
  if (upper.empty()) upper.assign(x0.size(), std::numeric_limits<double>::infinity());
  evaluator.lower = lower;
  evaluator.upper = upper;
  return solve::minimize(evaluator, x0, lower, upper, options, linear_loss);
}

}  // namespace nlsq::test
