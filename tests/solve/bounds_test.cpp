// SPDX-License-Identifier: MIT
// Bounds: geometry, feasibility of every trial, and the Kuhn-Tucker conditions at the end, for trf
// and dogbox.
#include "solve/bounds.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "nlsq/error.hpp"
#include "problems.hpp"

namespace nlsq::test {
namespace {

constexpr double kInf = solve::kInfinity;

TEST(StrideToBound, IsWhereTheRayLeavesTheBox) {
  const std::vector<double> x{1, 2}, lower{0, 0}, upper{4, kInf};
  EXPECT_EQ(solve::stride_to_bound(x, std::vector<double>{1, -1}, lower, upper), 2);
  EXPECT_EQ(solve::stride_to_bound(x, std::vector<double>{2, 1}, lower, upper), 1.5);
  EXPECT_EQ(solve::stride_to_bound(x, std::vector<double>{0, 5}, lower, upper), kInf);
}

TEST(MakeStrictlyInside, MovesOnlyWhatTouchesABound) {
  std::vector<double> x{0, 5, 1e-12, 3, -7};
  const std::vector<double> lower{0, 1, 0, 3, -kInf}, upper{10, 5, 1e-6, 3.0000000000000004, kInf};
  solve::make_strictly_inside(x, lower, upper, 1e-10);
  EXPECT_DOUBLE_EQ(x[0], 1e-9);
  EXPECT_DOUBLE_EQ(x[1], 5 - 5e-10);
  EXPECT_EQ(x[2], 1e-12);
  EXPECT_TRUE(x[3] >= lower[3] && x[3] <= upper[3]);
  EXPECT_EQ(x[4], -7);
}

class Bounded : public testing::TestWithParam<Method> {};

INSTANTIATE_TEST_SUITE_P(All, Bounded, testing::Values(Method::trf, Method::dogbox),
                         [](const auto& method) -> std::string {
                           return method.param == Method::trf ? "trf" : "dogbox";
                         });

// First-order conditions: free parameters have no gradient, held ones lie on their bound and are
// pushed out.
void expect_kuhn_tucker(const solve::Outcome& out, const std::vector<double>& lower,
                        const std::vector<double>& upper, double tolerance) {
  const auto n = static_cast<Eigen::Index>(out.x.size());
  const Eigen::Map<const Eigen::MatrixXd> R(out.summary.R.data(), n, n);
  const double f = std::sqrt(2 * out.summary.cost);
  for (std::size_t j = 0; j < out.x.size(); ++j) {
    const double cosine = out.summary.g[j] / (R.col(static_cast<Eigen::Index>(j)).norm() * f);
    if (out.active[j] < 0) {
      EXPECT_EQ(out.x[j], lower[j]);
      EXPECT_GE(cosine, 0);
    } else if (out.active[j] > 0) {
      EXPECT_EQ(out.x[j], upper[j]);
      EXPECT_LE(cosine, 0);
    } else {
      EXPECT_LE(std::abs(cosine), tolerance)
          << "parameter " << j << " of a fit that ended with: " << out.message;
    }
  }
}

TEST_P(Bounded, RosenbrockMeetsItsKuhnTuckerPoint) {
  struct Case {
    std::vector<double> start, lower, upper, solution;
  };
  const std::vector<Case> cases{
      {{-2, 1}, {-kInf, -1.5}, {kInf, kInf}, {1, 1}},
      {{2, 2}, {-kInf, 1.5}, {kInf, kInf}, {1.2243707487363527, 1.5}},
      {{0, 2}, {-kInf, 1.5}, {1, kInf}, {1, 1.5}},
      {{2, 2}, {1, 1.5}, {3, 3}, {1.2243707487363527, 1.5}},
      {{-1.2, 1}, {-50, 0}, {0.5, 100}, {0.5, 0.25}},
      {{-1.2, 1}, {-1.2, 0}, {0.5, 1}, {0.5, 0.25}},  // starts in a corner
  };
  for (const Case& c : cases) {
    const Problem p = rosenbrock();
    DenseEvaluator evaluator = p.evaluator();
    SolverOptions options;
    options.method = GetParam();
    const solve::Outcome out = run(evaluator, c.start, options, c.lower, c.upper);
    EXPECT_EQ(evaluator.violations, 0);
    EXPECT_GT(static_cast<int>(out.status), 0) << out.message;
    EXPECT_NEAR(out.x[0], c.solution[0], 1e-8) << out.message;
    EXPECT_NEAR(out.x[1], c.solution[1], 1e-8) << out.message;
  }
}

// Random boxes around the solution of a four-parameter decay that cut it off in some coordinates.
TEST_P(Bounded, RandomBoxesEndAtKuhnTuckerPointsWithoutEverBeingLeft) {
  std::mt19937 random(11);
  const auto uniform = [&random] { return static_cast<double>(random()) / 4294967296.0; };
  const std::vector<double> best{3, 0.4, 1, 2};
  int held = 0;
  index_t nfev = 0;
  for (int trial = 0; trial < 60; ++trial) {
    const Problem p = problem<4>("decays", best, 30, {}, {}, [](auto* x, auto* f) {
      for (int i = 0; i < 30; ++i) {
        const double t = 0.2 * i;
        const double y = 3 * std::exp(-0.4 * t) + std::exp(-2 * t) + 0.02 * std::sin(7.0 * i);
        f[i] = x[0] * exp(-x[1] * t) + x[2] * exp(-x[3] * t) - y;
      }
    });
    std::vector<double> start(4), lower(4), upper(4);
    for (std::size_t j = 0; j < 4; ++j) {
      const double width = best[j] * (0.2 + uniform());
      lower[j] = best[j] + (uniform() - 0.75) * width;
      upper[j] = lower[j] + width;
      start[j] = lower[j] + width * (trial % 5 == 0 ? std::round(uniform()) : uniform());
      if (trial % 3 == 0 && j == 0) lower[j] = -kInf;
    }
    DenseEvaluator evaluator = p.evaluator();
    SolverOptions options;
    options.method = GetParam();
    const solve::Outcome out = run(evaluator, start, options, lower, upper);
    EXPECT_EQ(evaluator.violations, 0);
    EXPECT_GT(static_cast<int>(out.status), 0) << out.message;
    expect_kuhn_tucker(out, lower, upper, 1e-6);
    for (const int side : out.active) held += side != 0;
    nfev += out.nfev;
  }
  EXPECT_GT(held, 40);
  // without the Coleman-Li term trf needs 1385, without its faces dogbox 758
  EXPECT_LE(nfev, GetParam() == Method::trf ? 1000 : 720);
}

TEST_P(Bounded, ConvergesQuicklyToASolutionInACorner) {
  // the minimum (5, 5) is outside: both parameters end at 1
  const Problem p = problem<2>("corner", {0.2, 0.7}, 3, {}, {1, 1}, [](auto* x, auto* f) {
    f[0] = x[0] - 5.0;
    f[1] = x[1] - 5.0;
    f[2] = x[0] * x[1] - 25.0;
  });
  DenseEvaluator evaluator = p.evaluator();
  SolverOptions options;
  options.method = GetParam();
  const solve::Outcome out = run(evaluator, p.start, options, {0, 0}, {1, 1});
  EXPECT_EQ(out.x, (std::vector<double>{1, 1})) << out.message;
  EXPECT_EQ(out.active, (std::vector<int>{1, 1}));
  EXPECT_LE(out.nfev, 15);
}

TEST_P(Bounded, TinyParametersNextToABoundAtZeroStayTiny) {
  const Problem p = problem<1>("tiny", {2e-13}, 3, {}, {}, [](auto* x, auto* f) {
    for (int i = 1; i <= 3; ++i) f[i - 1] = 1e12 * x[0] * double(i) - double(i);
  });
  DenseEvaluator evaluator = p.evaluator();
  SolverOptions options;
  options.method = GetParam();
  const solve::Outcome out = run(evaluator, p.start, options, {0}, {kInf});
  EXPECT_NEAR(out.x[0], 1e-12, 1e-24);
  EXPECT_LE(out.nfev, 8);
}

TEST(Bounds, AreRefusedByLmAndWhenTheyMakeNoSense) {
  const Problem p = rosenbrock();
  DenseEvaluator evaluator = p.evaluator();
  SolverOptions lm;
  lm.method = Method::lm;
  EXPECT_THROW(run(evaluator, {0, 0}, lm, {-1, -kInf}, {kInf, kInf}), InputError);
  EXPECT_THROW(run(evaluator, {0, 0}, {}, {1, 1}, {0, 2}), InputError);
  try {
    run(evaluator, {0, 5}, {}, {-1, -1}, {1, 1});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.argument(), "p0");
    EXPECT_STREQ(error.what(), "p0[1] = 5 is outside its bounds [-1, 1].");
  }
}

}  // namespace
}  // namespace nlsq::test
