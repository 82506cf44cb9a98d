// SPDX-License-Identifier: MIT
// The folds against a Householder triangle of the whole Jacobian in long double: plain, in
// coordinates, by leaves; with weights spread over sixteen orders of magnitude, with robust losses,
// with rank deficiency.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "nlsq/fit.hpp"
#include "problem/binding.hpp"
#include "reduce/data_evaluator.hpp"
#include "support/decay.hpp"

namespace nlsq::test {
namespace {

using linalg::Fold;

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

struct Bench {
  Bench(const std::string& formula, const Decay& d, std::vector<double> p, std::optional<Fold> fold,
        Loss loss = Loss::linear, bool weights = false)
      : data(d), parameters(std::move(p)) {
    const Model model = Model::parse(formula);
    Dataset set;
    set.column("x", data.x).response(data.y);
    if (weights) set.sigma(data.sigma);
    FitOptions options;
    options.loss = loss;
    options.f_scale = 0.05;
    base::Indices all;
    for (std::size_t i = 0; i < parameters.size(); ++i) all.push_back(static_cast<index_t>(i));
    terms.push_back(fit_impl::bind_term({&model, &set, loss, 0.05}, options,
                                        base::Indices(parameters.size(), 1), all));
    terms[0].parameters = terms[0].free = all;
    reduce::EvaluatorOptions how;
    how.walk.isa = engine::available_isas().front();
    how.walk.threads = 2;
    how.fold = fold;
    evaluator = std::make_unique<reduce::DataEvaluator>(terms, parameters, all, how, pool);
  }

  linalg::Summary summary(solve::Grade grade = solve::Grade::covariance) {
    linalg::Summary out;
    evaluator->summary(parameters, grade, out);
    return out;
  }

  // RᵀR and Jᵀf in long double from the rows.
  void reference(std::vector<long double>& gram, std::vector<long double>& gradient) {
    const auto n = static_cast<index_t>(parameters.size());
    const auto m = static_cast<index_t>(data.y.size());
    std::vector<double> f(z(m)), J(z(m * n));
    evaluator->rows(parameters, f.data(), J.data());
    gram.assign(z(n * n), 0);
    gradient.assign(z(n), 0);
    for (index_t r = 0; r < m; ++r) {
      for (index_t i = 0; i < n; ++i) {
        for (index_t j = 0; j < n; ++j)
          gram[z(i + j * n)] += static_cast<long double>(J[z(r * n + i)]) * J[z(r * n + j)];
        gradient[z(i)] += static_cast<long double>(J[z(r * n + i)]) * f[z(r)];
      }
    }
  }

  Decay data;
  std::vector<double> parameters;
  std::vector<reduce::Term> terms;
  base::ThreadPool pool;
  std::unique_ptr<reduce::DataEvaluator> evaluator;
};

// Largest error of RᵀR against the reference, relative to the columns' norms, and of the gradient.
double gram_error(Bench& bench, const linalg::Summary& s) {
  std::vector<long double> gram, gradient;
  bench.reference(gram, gradient);
  const index_t n = s.n;
  double worst = 0.0;
  const auto relative = [](long double error, long double scale) {
    return static_cast<double>(scale > 0 ? std::fabs(error) / scale : std::fabs(error));
  };
  for (index_t i = 0; i < n; ++i) {
    for (index_t j = 0; j < n; ++j) {
      long double sum = 0;
      for (index_t k = 0; k < n; ++k)
        sum += static_cast<long double>(s.R[z(k + i * n)]) * s.R[z(k + j * n)];
      const long double scale = std::sqrt(gram[z(i * (n + 1))] * gram[z(j * (n + 1))]);
      worst = std::max(worst, relative(sum - gram[z(i + j * n)], scale));
    }
    const long double scale =
        std::sqrt(gram[z(i * (n + 1))] * 2 * static_cast<long double>(s.cost));
    worst = std::max(worst, relative(s.g[z(i)] - gradient[z(i)], scale));
  }
  return worst;
}

class ReduceFold : public testing::TestWithParam<Fold> {};

TEST_P(ReduceFold, GivesTheTriangleAndGradientOfTheRows) {
  Bench bench("a*exp(-b*x)+c", make_decay(10007), {2.0, 1.0, 0.3}, GetParam());
  const linalg::Summary s = bench.summary();
  EXPECT_TRUE(s.finite);
  EXPECT_EQ(s.fold, GetParam());
  EXPECT_LT(gram_error(bench, s), 1e-14);
}

TEST_P(ReduceFold, SurvivesWeightsSpreadOverSixteenOrders) {
  Decay data = make_decay(5000);
  Noise noise(3);
  for (double& s : data.sigma) s = std::pow(10.0, 8.0 * noise());
  Bench bench("a*exp(-b*x)+c", data, {2.0, 1.0, 0.3}, GetParam(), Loss::linear, true);
  const linalg::Summary s = bench.summary();
  EXPECT_TRUE(s.finite);
  EXPECT_LT(gram_error(bench, s), 1e-13);
}

TEST_P(ReduceFold, WorksForNoMoreRowsThanParameters) {
  for (const index_t rows : {1, 2, 3, 4}) {
    Bench bench("a*exp(-b*x)+c", make_decay(rows), {2.0, 1.0, 0.3}, GetParam());
    const linalg::Summary s = bench.summary();
    EXPECT_TRUE(s.finite);
    EXPECT_LT(gram_error(bench, s), 1e-7)
        << rows;  // a shifted factor where the Gram matrix is singular
  }
}

INSTANTIATE_TEST_SUITE_P(All, ReduceFold, testing::Values(Fold::gram, Fold::pgram, Fold::qr));

// Standard errors of a cubic far from the origin, whose columns are nearly dependent.
double last_variance(std::optional<Fold> fold, double* kappa) {
  Decay data = make_decay(4000);
  for (double& x : data.x) x += 40.0;
  Bench bench("a+b*x+c*x^2+d*x^3", data, {1, 1, 1, 1}, fold);
  const linalg::Summary s = bench.summary();
  *kappa = s.kappa;
  return 1.0 / (s.R[15] * s.R[15]);
}

TEST(ReduceFold, IsFoldedAgainWhereAPlainFoldLosesDigits) {
  double kappa = 0.0;
  const double qr = last_variance(Fold::qr, &kappa);
  EXPECT_GT(kappa, 1e5);
  EXPECT_NEAR(last_variance(Fold::pgram, &kappa), qr, 1e-9 * qr);
  EXPECT_NEAR(last_variance(std::nullopt, &kappa), qr, 1e-9 * qr);
  EXPECT_GT(std::fabs(last_variance(Fold::gram, &kappa) - qr), 1e-9 * qr);
}

TEST(ReduceFold, ChoosesThePlainFoldHouseholderOrCoordinatesByTheRules) {
  EXPECT_EQ(Bench("a*exp(-b*x)+c", make_decay(12), {2, 1, 0.3}, {}).summary().fold, Fold::qr);
  EXPECT_EQ(Bench("a*exp(-b*x)+c", make_decay(1000), {2, 1, 0.3}, {}).summary().fold, Fold::gram);
  Decay far = make_decay(1000);
  for (double& x : far.x) x += 40.0;
  EXPECT_EQ(Bench("a+b*x+c*x^2+d*x^3", far, {1, 1, 1, 1}, {}).summary().fold, Fold::pgram);
}

TEST(ReduceFold, NoticesRankDeficiency) {
  for (const auto fold : {std::optional<Fold>{}, std::optional<Fold>{Fold::qr}}) {
    const linalg::Summary s =
        Bench("a*exp(-b*x)+c+d", make_decay(500), {2, 1, 0.2, 0.1}, fold).summary();
    EXPECT_TRUE(s.finite);
    EXPECT_GT(s.kappa, 1e14);
  }
}

TEST(ReduceFold, SaysSoWhenARowIsNotFinite) {
  Bench bench("log(a - x)", make_decay(100), {2.0}, {});
  EXPECT_FALSE(bench.summary().finite);
  EXPECT_FALSE(std::isfinite(bench.evaluator->cost(bench.parameters)));
  const auto fault = bench.evaluator->find_fault(bench.parameters);
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->row, 50);  // x = 2: log 0
}

class ReduceLoss : public testing::TestWithParam<Loss> {};

TEST_P(ReduceLoss, GradientIsTheDerivativeOfTheCost) {
  for (const auto fold : {Fold::gram, Fold::pgram, Fold::qr}) {
    Bench bench("a*exp(-b*x)+c", make_decay(3000), {2.2, 1.1, 0.4}, fold, GetParam(), true);
    const linalg::Summary s = bench.summary();
    EXPECT_NEAR(bench.evaluator->cost(bench.parameters), s.cost, 1e-12 * s.cost);
    for (std::size_t j = 0; j < 3; ++j) {
      const double h = 1e-5;
      std::vector<double> up = bench.parameters, down = bench.parameters;
      up[j] += h;
      down[j] -= h;
      const double slope = (bench.evaluator->cost(up) - bench.evaluator->cost(down)) / (2 * h);
      EXPECT_NEAR(s.g[j], slope, 1e-5 * std::fabs(slope) + 1e-6) << j;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, ReduceLoss,
                         testing::Values(Loss::linear, Loss::soft_l1, Loss::huber, Loss::cauchy,
                                         Loss::arctan));

}  // namespace
}  // namespace nlsq::test
