// SPDX-License-Identifier: MIT
#include "solve/stopping.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "nist.hpp"
#include "nlsq/error.hpp"
#include "problems.hpp"

namespace nlsq::test {
namespace {

solve::Outcome run_nist(const char* name, const SolverOptions& options) {
  const NistSet set = load_nist(name);
  DenseEvaluator evaluator(set.n(), set.m(), set.rows);
  return run(evaluator, set.start[1], options);
}

TEST(Stopping, NamesTheTestThatEndedTheFitWithItsFigures) {
  SolverOptions only;
  only.polish = false;
  only.ftol = only.xtol = only.gtol = 0;
  SolverOptions ftol = only, xtol = only, gtol = only;
  ftol.ftol = xtol.xtol = gtol.gtol = 1e-8;
  const solve::Outcome f = run_nist("Misra1a", ftol), x = run_nist("Misra1a", xtol),
                       g = run_nist("Misra1a", gtol);
  EXPECT_EQ(f.status, Status::ftol);
  EXPECT_EQ(x.status, Status::xtol);
  EXPECT_EQ(g.status, Status::gtol);
  EXPECT_TRUE(f.message.str().starts_with("ftol: ") &&
              f.message.str().find("1e-08") != std::string::npos)
      << f.message;
  EXPECT_TRUE(x.message.str().starts_with("xtol: ")) << x.message;
  EXPECT_TRUE(g.message.str().starts_with("gtol: ")) << g.message;
  EXPECT_LT(g.optimality, 1e-8);
}

TEST(Stopping, LooserTolerancesEndSooner) {
  SolverOptions loose, tight;
  loose.polish = tight.polish = false;
  loose.ftol = 1e-2;
  EXPECT_LT(run_nist("Rat43", loose).nfev, run_nist("Rat43", tight).nfev);
}

TEST(Stopping, APlateauIsNotAMinimum) {
  // b·exp(−k t) with k far too large: the cost hardly changes, the Gauss-Newton step promises a lot
  const Problem p = problem<2>("plateau", {1, 30}, 8, {0}, {4, 0.5}, [](auto* x, auto* f) {
    for (int i = 0; i < 8; ++i) f[i] = x[0] * exp(-x[1] * (i + 1.0)) - 4 * std::exp(-0.5 * (i + 1));
  });
  DenseEvaluator evaluator = p.evaluator();
  const solve::Outcome out = run(evaluator, p.start);
  EXPECT_NEAR(out.x[0], 4, 1e-8) << out.message;
  EXPECT_NEAR(out.x[1], 0.5, 1e-8);
}

TEST(Stopping, ARegionThatOverflowHasShrunkIsNotConvergence) {
  // most directions overflow at first: the radius falls below xtol while the cosines are still 0.99
  const NistSet set = load_nist("MGH17");
  std::vector<double> start = set.start[0];
  start[4] *= 1.25;
  DenseEvaluator evaluator(set.n(), set.m(), set.rows);
  const solve::Outcome out = run(evaluator, start);
  EXPECT_NEAR(out.summary.sum_f2, set.rss, 1e-9 * set.rss) << out.message;
}

TEST(Stopping, SmallUnitsOfYDoNotEndTheFitAtOnce) {
  const Problem p = problem<2>("small", {1e-12, 1}, 10, {}, {}, [](auto* x, auto* f) {
    for (int i = 0; i < 10; ++i)
      f[i] = x[0] * exp(-x[1] * (0.4 * i)) - 2.5e-12 * std::exp(-1.468 * 0.4 * i);
  });
  for (const Method method : {Method::trf, Method::lm, Method::dogbox}) {
    SolverOptions options;
    options.method = method;
    options.polish = false;
    DenseEvaluator evaluator = p.evaluator();
    EXPECT_NEAR(run(evaluator, p.start, options).x[1], 1.468, 1e-6);
  }
}

TEST(Stopping, WhereNothingIsPromisedNothingIsTriedAgain) {
  // at the minimum of x² + 5 the residual is 5, its derivative rounding: Gauss-Newton steps go far
  const Problem p =
      problem<1>("parabola", {2}, 1, {25}, {}, [](auto* x, auto* f) { f[0] = x[0] * x[0] + 5.0; });
  for (const Method method : {Method::trf, Method::dogbox}) {
    SolverOptions options;
    options.method = method;
    options.x_scale = {1.0};
    DenseEvaluator evaluator = p.evaluator();
    const solve::Outcome out = run(evaluator, p.start, options);
    EXPECT_NEAR(out.x[0], 0, 1e-6);
    EXPECT_GT(static_cast<int>(out.status), 0);
    EXPECT_LT(out.nfev, 10) << out.message;
  }
}

TEST(Stopping, StepsThatGainNothingInAllEndAFit) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const std::vector<double> lower{-kInfinity}, upper{kInfinity};
  const auto trials = [&](double gain_of_some, double gain_of_third = 1e-12) {
    solve::State state(1, 100, lower, upper, false);
    state.here->sum.cost = 1.0;
    state.here->x[0] = state.scale[0] = state.step[0] = state.largest[0] = 1.0;
    state.held_short = true;
    state.predicted = state.newton_reduction = 0.1;
    SolverOptions options;
    for (int i = 1; i <= 500; ++i) {
      const double actual = i % 3 == 0 ? gain_of_third : i % 20 == 0 ? gain_of_some : -0.5;
      if (solve::test_step(state, options, actual).now) return i;
      state.here->sum.cost -= std::max(actual, 0.0);
    }
    return 0;
  };
  EXPECT_EQ(trials(-0.5), 60);
  EXPECT_EQ(trials(1e-6), 0);
  EXPECT_EQ(trials(-0.5, -0.1), 0);  // nothing but refusals: the region shrinks
}

TEST(Options, ThatMakeNoSenseAreNamedWithTheirValue) {
  const auto argument = [](const SolverOptions& options) -> std::string {
    try {
      options.validate(2);
    } catch (const InputError& error) {
      return error.argument() + ": " + error.what();
    }
    return "";
  };
  SolverOptions o;
  EXPECT_EQ(argument(o), "");
  o.ftol = -1;
  EXPECT_EQ(argument(o), "ftol: ftol must be finite and not negative, not -1.");
  o = {};
  o.gtol = std::nan("");
  EXPECT_TRUE(argument(o).starts_with("gtol: "));
  o = {};
  o.max_nfev = 0;
  EXPECT_TRUE(argument(o).starts_with("max_nfev: "));
  o = {};
  o.x_scale = {1, 2, 3};
  EXPECT_EQ(argument(o), "x_scale: x_scale has 3 values for 2 parameters.");
  o.x_scale = {1, 0};
  EXPECT_TRUE(argument(o).starts_with("x_scale: "));
}

}  // namespace
}  // namespace nlsq::test
