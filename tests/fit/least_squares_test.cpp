// SPDX-License-Identifier: MIT
// least_squares with the caller's residuals: agrees with curve_fit, respects bounds in its
// differences, reports faults.
#include "nlsq/least_squares.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "nlsq/error.hpp"
#include "nlsq/fit.hpp"
#include "support/decay.hpp"

namespace nlsq::test {
namespace {

struct DecayResiduals {
  Decay data = make_decay(300);
  void operator()(std::span<const double> p, std::span<double> f) const {
    for (std::size_t i = 0; i < data.x.size(); ++i)
      f[i] = p[0] * std::exp(-p[1] * data.x[i]) + p[2] - data.y[i];
  }
  void jacobian(std::span<const double> p, std::span<double> J) const {
    for (std::size_t i = 0; i < data.x.size(); ++i) {
      const double e = std::exp(-p[1] * data.x[i]);
      J[3 * i] = e;
      J[3 * i + 1] = -p[0] * data.x[i] * e;
      J[3 * i + 2] = 1.0;
    }
  }
};

constexpr double kStart[] = {1.0, 1.0, 1.0};

FitResult by_formula(Loss loss = Loss::linear) {
  const Decay d = make_decay(300);
  Dataset data;
  data.column("x", d.x).response(d.y);
  FitOptions options;
  options.loss = loss;
  options.f_scale = 0.05;
  return curve_fit(Model::parse("a*exp(-b*x)+c"), data, options);
}

TEST(FitLeastSquares, AgreesWithTheFormulaForEveryWayToDifferentiateAndEveryMethod) {
  const DecayResiduals fun;
  const FitResult formula = by_formula();
  for (const Method method : {Method::trf, Method::lm, Method::dogbox}) {
    LeastSquaresOptions options;
    options.method = method;
    const FitResult two = least_squares(fun, 300, kStart, options);
    options.differences = Differences::three_point;
    const FitResult three = least_squares(fun, 300, kStart, options);
    const FitResult exact = least_squares(
        fun, [&](std::span<const double> p, std::span<double> J) { fun.jacobian(p, J); }, 300,
        kStart, options);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_FALSE(two.message.str().empty());
      EXPECT_NEAR(two.popt[i], formula.popt[i], 1e-5);
      EXPECT_NEAR(three.popt[i], formula.popt[i], 1e-5);
      EXPECT_NEAR(exact.popt[i], formula.popt[i], 1e-11);
      EXPECT_NEAR(exact.perr[i], formula.perr[i], 1e-11);
      EXPECT_NEAR(three.perr[i], formula.perr[i], 1e-6);
    }
    EXPECT_EQ(exact.engine, "callback");
    EXPECT_EQ(two.jacobian_mode, "2-point");
    EXPECT_EQ(exact.jacobian_mode, "user");
  }
}

TEST(FitLeastSquares, LossesAreThoseOfCurveFit) {
  const DecayResiduals fun;
  for (const Loss loss : {Loss::soft_l1, Loss::huber, Loss::cauchy, Loss::arctan}) {
    LeastSquaresOptions options;
    options.loss = loss;
    options.f_scale = 0.05;
    const FitResult mine = least_squares(
        fun, [&](std::span<const double> p, std::span<double> J) { fun.jacobian(p, J); }, 300,
        kStart, options);
    const FitResult formula = by_formula(loss);
    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_NEAR(mine.popt[i], formula.popt[i], 1e-6) << to_string(loss);
    EXPECT_NEAR(mine.cost, formula.cost, 1e-9 * formula.cost);
  }
}

TEST(FitLeastSquares, DifferencesStayInsideTheBounds) {
  const double start[] = {1.0, 1.0};
  for (const auto differences : {Differences::two_point, Differences::three_point}) {
    LeastSquaresOptions options;
    options.lower = {0.0, 0.0};
    options.upper = {1.0, 2.0};
    options.differences = differences;
    const FitResult r = least_squares(
        [](std::span<const double> p, std::span<double> f) {
          EXPECT_TRUE(p[0] >= 0.0 && p[0] <= 1.0 && p[1] >= 0.0 && p[1] <= 2.0);
          f[0] = p[0] - 3.0;
          f[1] = p[1] - 0.5;
          f[2] = p[0] * p[1];
        },
        3, start, options);
    EXPECT_NEAR(r.popt[0], 1.0, 1e-6);
    EXPECT_NEAR(r.popt[1], 0.25, 1e-5);
  }
}

TEST(FitLeastSquares, ExceptionsOfTheUserPass) {
  const double start[] = {1.0};
  EXPECT_THROW(least_squares([](auto, auto) { throw std::domain_error("mine"); }, 1, start),
               std::domain_error);
}

TEST(FitLeastSquares, DifferentiatesAtAcceptedPointsAlone) {
  const auto rosenbrock = [](std::span<const double> p, std::span<double> f) {
    f[0] = 10.0 * (p[1] - p[0] * p[0]);
    f[1] = 1.0 - p[0];
  };
  const double start[] = {-1.2, 1.0};
  for (const Method method : {Method::trf, Method::lm, Method::dogbox}) {
    LeastSquaresOptions options;
    options.method = method;
    std::vector<double> costs;
    const FitResult r = least_squares(
        rosenbrock,
        [&](std::span<const double> p, std::span<double> J) {
          double f[2];
          rosenbrock(p, f);
          costs.push_back(f[0] * f[0] + f[1] * f[1]);
          J[0] = -20.0 * p[0], J[1] = 10.0, J[2] = -1.0, J[3] = 0.0;
        },
        2, start, options);
    EXPECT_NEAR(r.popt[1], 1.0, 1e-9);
    EXPECT_LT(costs.size(), static_cast<std::size_t>(r.nfev));
    EXPECT_TRUE(std::is_sorted(costs.rbegin(), costs.rend()));
  }
}

TEST(FitLeastSquares, EveryCallIsATrialOrADifference) {
  const DecayResiduals fun;
  for (const bool estimates : {false, true}) {
    index_t calls = 0;
    const auto counted = [&](std::span<const double> p, std::span<double> f) {
      fun(p, f);
      ++calls;
    };
    LeastSquaresOptions options;
    options.estimates = estimates;
    const FitResult r = least_squares(counted, 300, kStart, options);
    EXPECT_EQ(calls, r.nfev + r.difference_evaluations);
    EXPECT_EQ(r.difference_evaluations, 3 * r.njev);
  }
}

TEST(FitLeastSquares, EstimatesOfTheJacobianSpareCalls) {
  // Nearly linear: one Jacobian serves a step that shows that it does.
  const auto line = [](std::span<const double> p, std::span<double> f) {
    for (std::size_t i = 0; i < 20; ++i) {
      const auto x = static_cast<double>(i);
      f[i] = p[0] + p[1] * x - (3.0 + 2.0 * x + 0.1 * std::sin(9.0 * x));
    }
  };
  const double start[] = {1.0, 1.0};
  LeastSquaresOptions options;
  options.estimates = false;
  const FitResult without = least_squares(line, 20, start, options);
  options.estimates = true;
  const FitResult with = least_squares(line, 20, start, options);
  EXPECT_LT(with.njev, without.njev);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(with.popt[i], without.popt[i], 1e-6 * without.perr[i]);
    EXPECT_NEAR(with.perr[i], without.perr[i], 1e-6 * without.perr[i]);
  }
}

TEST(FitLeastSquares, AFitByDifferencesHasTheDigitsThatCount) {
  const DecayResiduals fun;
  const FitResult formula = by_formula();
  const FitResult r = least_squares(fun, 300, kStart);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(r.popt[i], formula.popt[i], 1e-4 * formula.perr[i]);
    EXPECT_NEAR(r.perr[i], formula.perr[i], 1e-5 * formula.perr[i]);
  }
}

TEST(FitLeastSquares, StepsOfDifferencesFitParametersOfAnySize) {
  // y = 1 + c·x³ fitted by a + b·x²: b is 0 at the end, but for rounding; then in units of 1e-9.
  for (const double unit : {1.0, 1e-9, 1e9}) {
    constexpr index_t kRows = 21;
    const auto fun = [unit](std::span<const double> p, std::span<double> f) {
      for (std::size_t i = 0; i < kRows; ++i) {
        const double x = -1.0 + 0.1 * static_cast<double>(i);
        f[i] = p[0] + p[1] / unit * x * x - (1.0 + 0.01 * x * x * x);
      }
    };
    const double start[] = {2.0, unit};
    LeastSquaresOptions options;
    const FitResult r = least_squares(fun, kRows, start, options);
    const JacobianFunction jac = [unit](std::span<const double>, std::span<double> J) {
      for (std::size_t i = 0; i < kRows; ++i) {
        const double x = -1.0 + 0.1 * static_cast<double>(i);
        J[2 * i] = 1.0;
        J[2 * i + 1] = x * x / unit;
      }
    };
    const FitResult exact = least_squares(fun, jac, kRows, start, options);
    for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(r.perr[i], exact.perr[i], 1e-5 * exact.perr[i]);
  }
}

// The step that fits residuals of 0 at a parameter of 0 has no length.
TEST(FitLeastSquares, AMinimumOfNothingAtZeroIsReachedAtOnce) {
  for (const Method method : {Method::trf, Method::lm, Method::dogbox}) {
    index_t calls = 0;
    const ResidualFunction residuals = [&](std::span<const double> p, std::span<double> f) {
      ++calls;
      for (std::size_t i = 0; i < f.size(); ++i) f[i] = 2.0 * p[i] + 3.0 * p[0];
    };
    LeastSquaresOptions options;
    options.method = method;
    const std::vector<double> start{1.0, -1.0, 5.0};
    const FitResult r = least_squares(residuals, 3, start, options);
    EXPECT_LE(calls, 20) << r.method;
    EXPECT_LE(r.cost, 1e-30) << r.method;
    EXPECT_TRUE(r.success);
  }
}

TEST(FitLeastSquares, DifferencesStayWhereTheFunctionIsFinite) {
  // The best value of p lies at the edge p = 1 of where residuals are finite.
  const auto fun = [](std::span<const double> p, std::span<double> f) {
    for (std::size_t i = 0; i < 5; ++i) {
      f[i] = p[0] <= 1.0 ? p[0] - 2.0 - 0.1 * static_cast<double>(i)
                         : std::numeric_limits<double>::infinity();
    }
  };
  const double start[] = {0.3};
  const FitResult r = least_squares(fun, 5, start);
  EXPECT_TRUE(r.success) << r.message;
  EXPECT_NEAR(r.popt[0], 1.0, 1e-6);
}

TEST(FitLeastSquares, AParameterThatActsInJumpsHasNoError) {
  const auto fun = [](std::span<const double> p, std::span<double> f) {
    for (std::size_t i = 0; i < 20; ++i) {
      const auto x = static_cast<double>(i);
      f[i] = p[1] * (x < p[0] ? 1.0 : 2.0) - (x < 10.0 ? 3.0 : 6.1);
    }
  };
  const double start[] = {12.0, 1.0};  // on a row
  const FitResult r = least_squares(fun, 20, start);
  EXPECT_TRUE(std::isinf(r.perr[0]));
}

TEST(FitLeastSquares, NamesTheResidualThatIsNotFinite) {
  const double start[] = {1.0};
  try {
    least_squares(
        [](std::span<const double> p, std::span<double> f) { f[0] = p[0], f[1] = std::log(-p[0]); },
        2, start);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "x0: residual 1 is not finite at the start");
  }
}

TEST(FitLeastSquares, ShrinksTheStepWhereTrialsAreNotFinite) {
  const double start[] = {0.01};
  const FitResult r = least_squares(
      [](std::span<const double> p, std::span<double> f) { f[0] = std::log(p[0]) - 1.0; }, 1,
      start);
  EXPECT_TRUE(r.success);
  EXPECT_NEAR(r.popt[0], std::exp(1.0), 1e-6);
}

}  // namespace
}  // namespace nlsq::test
