// SPDX-License-Identifier: MIT
// Newton steps with a given Hessian on a robust location problem: exact, roughly right and wrong
// ones; what is handed back to the trust region.
#include "solve/newton.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/decay.hpp"

namespace nlsq::test {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

// Cauchy's loss of (a − y, b − 2a − y) over 2,000 rows.
struct Location final : solve::Evaluator {
  std::vector<double> y;
  index_t calls = 0;

  Location() {
    Noise noise(3);
    for (int i = 0; i < 2000; ++i) y.push_back(1.0 + noise() + (i % 10 == 0 ? 8.0 : 0.0));
  }
  index_t parameters() const override { return 2; }
  index_t rows() const override { return 4000; }
  double cost(std::span<const double> p) override {
    linalg::Summary sum;
    summary(p, solve::Grade::step, sum);
    return sum.cost;
  }
  void summary(std::span<const double> p, solve::Grade, linalg::Summary& out) override {
    ++calls;
    if (out.R.size() != 4) out.resize(2);
    out.g[0] = out.g[1] = out.cost = out.sum_f2 = 0.0;
    for (const double v : y) {
      const double f = p[0] - v, h = p[1] - 2.0 * p[0] - v;
      out.cost += 0.5 * (std::log1p(f * f) + std::log1p(h * h));
      out.sum_f2 += f * f + h * h;
      out.g[0] += f / (1.0 + f * f) - 2.0 * h / (1.0 + h * h);
      out.g[1] += h / (1.0 + h * h);
    }
    out.rows = rows();
    out.kappa = 1.0;
    out.finite = std::isfinite(out.cost);
  }
  linalg::Matrix hessian(std::span<const double> p) {
    linalg::Matrix H(std::size_t{4}, 0.0);
    for (const double v : y) {
      const double f = p[0] - v, h = p[1] - 2.0 * p[0] - v;
      const double cf = (1.0 - f * f) / std::pow(1.0 + f * f, 2);
      const double ch = (1.0 - h * h) / std::pow(1.0 + h * h, 2);
      H[0] += cf + 4.0 * ch;
      H[2] += -2.0 * ch;
      H[3] += ch;
    }
    return H;
  }
};

struct Trial {
  Location evaluator;
  std::vector<double> lower{-kInf, -kInf}, upper{kInf, kInf};
  solve::Stop stop;
  std::vector<double> x;
  double start = 0.0, cost = 0.0;
  index_t passes = 0;
  bool settled = false;

  solve::Stop go(std::vector<double> x0, const linalg::Matrix& H, index_t limit = 100) {
    solve::State state(2, evaluator.rows(), lower, upper);
    state.linear_loss = false;
    state.here->x = linalg::Vector(std::span<const double>(x0));
    evaluator.summary(x0, solve::Grade::step, state.here->sum);
    start = state.here->sum.cost;
    stop = solve::newton_steps(evaluator, state, {H.data(), 4}, {}, limit);
    x.assign(state.here->x.begin(), state.here->x.end());
    cost = state.here->sum.cost;
    passes = state.nfev;
    settled = state.settled;
    return stop;
  }
};

const std::vector<double> kNear{1.15, 3.3};

double slope(Trial& run) {
  linalg::Summary sum;
  run.evaluator.summary(run.x, solve::Grade::step, sum);
  return std::max(std::fabs(sum.g[0]), std::fabs(sum.g[1]));
}

TEST(Newton, EndsWhereTheNextStepIsNothing) {
  Trial run;
  const linalg::Matrix H = run.evaluator.hessian(kNear);
  EXPECT_TRUE(run.go(kNear, H).now);
  EXPECT_EQ(run.stop.status, Status::ftol);
  EXPECT_TRUE(run.settled);
  EXPECT_LT(run.cost, run.start);
  EXPECT_LE(run.passes, 6);
  EXPECT_LT(slope(run), 1e-3);  // a standard error is a slope of some 30
}

TEST(Newton, ARoughHessianTakesAFewMoreSteps) {
  Trial exact, rough;
  const linalg::Matrix H = exact.evaluator.hessian(kNear);
  linalg::Matrix off = H;
  off[0] *= 1.2;
  off[2] *= 0.9;
  off[3] *= 1.3;
  EXPECT_TRUE(exact.go(kNear, H).now);
  EXPECT_TRUE(rough.go(kNear, off).now);
  EXPECT_LE(rough.passes, exact.passes + 5);
  for (const std::size_t i : {0U, 1U}) EXPECT_NEAR(rough.x[i], exact.x[i], 1e-6);
}

TEST(Newton, HandsBackWhatItCannotDo) {
  Trial run;
  const linalg::Matrix H = run.evaluator.hessian(kNear);
  linalg::Matrix indefinite = H, flat = H;
  indefinite[3] = -H[3];
  for (double& v : flat) v *= 0.02;  // steps fifty times too long
  for (const linalg::Matrix& bad : {indefinite, flat}) {
    EXPECT_FALSE(run.go(kNear, bad).now);
    EXPECT_FALSE(run.settled);
    EXPECT_EQ(run.x, kNear);
    EXPECT_EQ(run.cost, run.start);
  }
  linalg::Matrix none(std::size_t{4}, std::numeric_limits<double>::quiet_NaN());
  EXPECT_FALSE(run.go(kNear, none).now);
  EXPECT_EQ(run.x, kNear);
  // A bound in the way, a limit of evaluations.
  run.lower[0] = 1.14;
  EXPECT_FALSE(run.go(kNear, H).now);
  EXPECT_EQ(run.x, kNear);
  run.lower[0] = -kInf;
  EXPECT_FALSE(run.go(kNear, H, 1).now);
  EXPECT_EQ(run.passes, 1);
  EXPECT_LT(run.cost, run.start);
}

}  // namespace
}  // namespace nlsq::test
