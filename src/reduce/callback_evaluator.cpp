// SPDX-License-Identifier: MIT
// One summary: residuals, Jacobian, loss, Householder.
#include "reduce/callback_evaluator.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "linalg/gram.hpp"
#include "linalg/householder.hpp"
#include "reduce/loss_rows.hpp"

namespace nlsq::reduce {
namespace {

bool all_finite(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

}  // namespace

CallbackEvaluator::CallbackEvaluator(engine::CallbackProblem problem, index_t n, Loss loss,
                                     double f_scale)
    : problem_(std::move(problem)), n_(n), loss_(loss), f_scale_(f_scale) {
  f_.resize(static_cast<std::size_t>(problem_.m));
  columns_.resize(static_cast<std::size_t>(problem_.m * (n + 1)));
}

// Fills f_, unless it holds the residuals at p.
void CallbackEvaluator::evaluate(std::span<const double> p) {
  if (!at_.empty() && std::equal(p.begin(), p.end(), at_.begin())) return;
  at_.clear();
  problem_.residuals(p, f_);
  at_.assign(p.begin(), p.end());
}

double CallbackEvaluator::cost(std::span<const double> p) {
  evaluate(p);
  double sum = 0.0;
  for (const double f : f_)
    sum += loss_ == Loss::linear ? f * f : f_scale_ * f_scale_ * loss_row(loss_, f, f_scale_).rho;
  return 0.5 * sum;
}

void CallbackEvaluator::summary(std::span<const double> p, solve::Grade grade,
                                linalg::Summary& out) {
  trial(p, grade, std::numeric_limits<double>::infinity(), out);
}

void CallbackEvaluator::trial(std::span<const double> p, solve::Grade, double limit,
                              linalg::Summary& out) {
  const index_t m = problem_.m;
  out.resize(n_);
  out.rows = m;
  out.fold = linalg::Fold::qr;
  out.cost = cost(p);
  out.sum_f2 = 0.0;
  for (const double f : f_) out.sum_f2 += f * f;
  out.finite = std::isfinite(out.cost);
  if (!out.finite || out.cost > limit) return;
  out.finite = false;
  const auto size = static_cast<std::size_t>(m * n_);
  difference_evaluations_ +=
      engine::callback_jacobian(problem_, p, f_, std::span(columns_).first(size));
  double* last = columns_.data() + size;
  std::copy(f_.begin(), f_.end(), last);
  if (loss_ != Loss::linear) {
    for (index_t i = 0; i < m; ++i) {
      const LossRow row = loss_row(loss_, f_[static_cast<std::size_t>(i)], f_scale_);
      for (index_t j = 0; j < n_; ++j) {
        double& value = columns_[static_cast<std::size_t>(i + j * m)];
        out.g[static_cast<std::size_t>(j)] += row.weighted_f * value;
        value *= row.root_scale;
      }
    }
  }
  if (!all_finite(columns_)) return;
  const index_t q = n_ + 1;
  std::vector<double> triangle(static_cast<std::size_t>(q * q));
  linalg::householder_triangle(columns_.data(), m, q, m, triangle.data());
  for (index_t j = 0; j < n_; ++j) {
    std::copy_n(triangle.data() + j * q, n_, out.R.data() + j * n_);
    out.qtf[static_cast<std::size_t>(j)] = triangle[static_cast<std::size_t>(j + n_ * q)];
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

index_t CallbackEvaluator::first_not_finite(std::span<const double> p) {
  evaluate(p);
  for (std::size_t i = 0; i < f_.size(); ++i) {
    if (!std::isfinite(f_[i])) return static_cast<index_t>(i);
  }
  return -1;
}

}  // namespace nlsq::reduce
