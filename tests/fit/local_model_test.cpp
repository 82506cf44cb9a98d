// SPDX-License-Identifier: MIT
// The seam for those who keep no triangle: models that know J by products alone, solved by
// conjugate gradients, end where the dense fit ends, with bounds, by dogbox, and with its
// covariance.
#include "linalg/local_model.hpp"

#include <gtest/gtest.h>
#include <Eigen/Dense>
#include <cmath>

#include "nlsq/fit.hpp"
#include "result/local_statistics.hpp"
#include "support/decay.hpp"

namespace nlsq::test {
namespace {
using Span = std::span<const double>;
using Vector = Eigen::ArrayXd;
constexpr double kInf = std::numeric_limits<double>::infinity();

Eigen::Map<const Vector> as_vector(Span v) {
  return {v.data(), static_cast<Eigen::Index>(v.size())};
}

struct ConjugateGradients final : linalg::LocalSolver {
  explicit ConjugateGradients(index_t n) : LocalSolver(n) {}
  bool factor(const linalg::LocalModel& m, Span s, Span c, double lambda) override {
    model = &m, scale.assign(s.begin(), s.end()), damping = as_vector(c) + lambda;
    return true;
  }
  void solve(std::span<double> b) const override {
    Vector x = Vector::Zero(damping.size()), r = as_vector(b), p = r, Sp = r;
    for (int k = 0; k < 30 && r.matrix().norm() > 1e-15 * as_vector(b).matrix().norm(); ++k) {
      model->multiply({p.data(), b.size()}, scale, {Sp.data(), b.size()});
      Sp += damping * p;
      const double before = r.square().sum(), alpha = before / (p * Sp).sum();
      x += alpha * p, r -= alpha * Sp, p = r + r.square().sum() / before * p;
    }
    std::copy(x.begin(), x.end(), b.begin());
  }
  const linalg::LocalModel* model = nullptr;
  std::vector<double> scale;
  Vector damping;
};

struct ByProducts final : linalg::LocalModel {
  Eigen::MatrixXd J;
  index_t n() const override { return J.cols(); }
  double diagonal(std::size_t j) const override { return J.col(static_cast<int>(j)).squaredNorm(); }
  void multiply(Span v, Span s, std::span<double> out) const override {
    const Vector image = J.transpose() * (J * (as_vector(s) * as_vector(v)).matrix());
    Eigen::Map<Vector>(out.data(), n()) = as_vector(s) * image;
  }
  std::unique_ptr<linalg::LocalSolver> solver() const override {
    return std::make_unique<ConjugateGradients>(n());
  }
};

struct Exponential final : solve::Evaluator {
  const Decay data = make_decay(200);
  index_t parameters() const override { return 3; }
  index_t rows() const override { return 200; }
  bool has_local_models() const override { return true; }
  double cost(Span) override { return kInf; }  // no step asks for it
  void summary(Span p, solve::Grade, linalg::Summary& out) override {
    const auto x = as_vector(data.x);
    const Vector e = (-p[1] * x).exp(), f = p[0] * e + p[2] - as_vector(data.y);
    auto model = std::make_shared<ByProducts>();
    model->J.resize(200, 3);
    model->J << e, -p[0] * x * e, Vector::Ones(200);
    out.resize_local(3);
    Eigen::Map<Eigen::VectorXd>(out.g.data(), 3) = model->J.transpose() * f.matrix();
    out.rows = 200, out.sum_f2 = f.square().sum(), out.cost = 0.5 * out.sum_f2;
    out.fold = linalg::Fold::sparse, out.finite = std::isfinite(out.cost), out.local = model;
  }
};

TEST(LocalModel, ConjugateGradientsEndWhereTheDenseFitDoes) {
  for (const int k : {0, 1, 2, 3, 4}) {
    const Method method = k < 2 ? Method::trf : k < 4 ? Method::dogbox : Method::lm;
    const double most = k % 2 == 1 ? 1.2 : kInf;
    Exponential problem;
    FitOptions options;
    options.method = method, options.p0 = {1.0, 1.0, 1.0};
    if (most < kInf) options.bounds["b"] = {-kInf, most};
    const Dataset data = Dataset().column("x", problem.data.x).response(problem.data.y);
    const FitResult dense = curve_fit(Model::parse("a*exp(-b*x)+c"), data, options);
    const std::vector<double> low{-kInf, -kInf, -kInf}, high{kInf, most, kInf};
    const solve::Outcome end = solve::minimize(problem, options.p0, low, high, options);
    FitResult result;
    result.names = {"a", "b", "c"}, result.n = 200, result.cost = end.summary.cost;
    fit_impl::fill_local_covariance(result, end, std::vector<index_t>{0, 1, 2}, options);
    EXPECT_LT((as_vector(end.x) / as_vector(dense.popt) - 1.0).abs().maxCoeff(), 1e-10);
    EXPECT_LT((as_vector(result.pcov) / as_vector(dense.pcov) - 1.0).abs().maxCoeff(), 1e-8);
  }
}

}  // namespace
}  // namespace nlsq::test
