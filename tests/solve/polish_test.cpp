// SPDX-License-Identifier: MIT
#include "solve/polish.hpp"

#include <gtest/gtest.h>

#include "nist.hpp"

namespace nlsq::test {
namespace {

double worst_lre(const NistSet& set, const solve::Outcome& out) {
  double worst = 11;
  for (std::size_t j = 0; j < set.certified.size(); ++j)
    worst = std::min(worst, lre(out.x[j], set.certified[j]));
  return worst;
}

TEST(Polish, GivesTheDigitsThatACostTestCannotSee) {
  const NistSet set = load_nist("ENSO");
  SolverOptions plain;
  plain.polish = false;
  DenseEvaluator evaluator(set.n(), set.m(), set.rows);
  const solve::Outcome without = run(evaluator, set.start[0], plain);
  const solve::Outcome with = run(evaluator, set.start[0]);
  EXPECT_LT(worst_lre(set, without), 7);
  EXPECT_GT(worst_lre(set, with), 10);
  EXPECT_EQ(without.polish_steps, 0);
  EXPECT_GT(with.polish_steps, 0);
  EXPECT_LE(with.summary.cost, without.summary.cost * (1 + 1e-12));
  EXPECT_EQ(with.status, without.status);
}

TEST(Polish, ObeysTheLimitOfEvaluations) {
  const NistSet set = load_nist("Rat43");
  SolverOptions plain;
  plain.polish = false;
  DenseEvaluator evaluator(set.n(), set.m(), set.rows);
  const index_t needed = run(evaluator, set.start[1], plain).nfev;
  SolverOptions limited;
  limited.max_nfev = needed + 2;
  const solve::Outcome out = run(evaluator, set.start[1], limited);
  EXPECT_EQ(out.nfev, needed + 2);
  EXPECT_GT(static_cast<int>(out.status), 0);
}

TEST(Polish, EndsAtAThousandthOfAStandardErrorOnManyRows) {
  // three distinct rows stand for a million each: only rows() tells
  struct Many final : solve::Evaluator {
    index_t calls = 0;
    index_t parameters() const override { return 1; }
    index_t rows() const override { return 3'000'000; }
    double cost(std::span<const double>) override { return 0; }
    void summary(std::span<const double> p, solve::Grade, linalg::Summary& out) override {
      ++calls;
      if (out.R.size() != 1) out.resize(1);
      double jj = 0, jf = 0, ff = 0;
      for (int i = 1; i <= 3; ++i) {
        const double f = std::exp(p[0] * i) - i * i, J = i * std::exp(p[0] * i);
        jj += J * J, jf += J * f, ff += f * f;
      }
      out.R[0] = std::sqrt(jj), out.qtf[0] = jf / out.R[0], out.g[0] = jf;
      out.cost = 0.5 * ff, out.sum_f2 = ff, out.kappa = 1, out.finite = true, out.rows = rows();
    }
  } many;
  const std::vector<double> x0{0.3}, lower{-HUGE_VAL}, upper{HUGE_VAL};
  SolverOptions plain;
  plain.polish = false;
  const auto next_step_in_errors = [](const solve::Outcome& o) {
    return std::abs(o.summary.qtf[0]) / std::sqrt(o.summary.sum_f2 / 3e6);
  };
  SolverOptions early;  // stops far from the minimum
  early.ftol = plain.ftol = 1e-2;
  const solve::Outcome without = solve::minimize(many, x0, lower, upper, plain);
  const solve::Outcome out = solve::minimize(many, x0, lower, upper, early);
  EXPECT_GT(next_step_in_errors(without), 1e-3);
  EXPECT_LE(next_step_in_errors(out), 1e-3);
  EXPECT_GT(next_step_in_errors(out), 1e-9);  // and not to rounding
  SolverOptions one = early;
  one.max_polish = 1;
  EXPECT_EQ(solve::minimize(many, x0, lower, upper, one).polish_steps, 1);
}

TEST(Polish, AsksForACovarianceGradeSummaryOnlyWhenTheOneThereIsNotGoodEnough) {
  struct Graded final : solve::Evaluator {
    double kappa;
    index_t refined = 0;
    explicit Graded(double k) : kappa(k) {}
    index_t parameters() const override { return 1; }
    index_t rows() const override { return 2; }
    double cost(std::span<const double>) override { return 0; }
    void summary(std::span<const double> p, solve::Grade grade, linalg::Summary& out) override {
      refined += grade == solve::Grade::covariance;
      if (out.R.size() != 1) out.resize(1);
      out.R[0] = 1, out.qtf[0] = p[0] - 1, out.g[0] = p[0] - 1, out.kappa = kappa,
      out.finite = true;
      out.cost = 0.5 * (p[0] - 1) * (p[0] - 1) + 0.5, out.sum_f2 = 2 * out.cost;
      out.fold = linalg::Fold::gram;
    }
  };
  SolverOptions plain;
  plain.polish = false;
  const std::vector<double> x0{3}, lower{-HUGE_VAL}, upper{HUGE_VAL};
  Graded good(10), poor(1e4);
  solve::minimize(good, x0, lower, upper, plain);
  solve::minimize(poor, x0, lower, upper, plain);
  EXPECT_EQ(good.refined, 0);
  EXPECT_EQ(poor.refined, 1);
}

}  // namespace
}  // namespace nlsq::test
