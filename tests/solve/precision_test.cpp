// SPDX-License-Identifier: MIT
// The policy that leaves float32, alone and in fits whose residuals and derivatives are rounded to
// float32 until it does: their answers are those of double precision to 1e-9.
#include "solve/precision.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <set>

#include "nist.hpp"

namespace nlsq::test {
namespace {

using solve::PrecisionPolicy;
using solve::Trial;
using solve::Upgrade;

// Residuals and Jacobian as float32 would give them, while float32 is on.
class RoundedEvaluator final : public solve::Evaluator {
 public:
  RoundedEvaluator(index_t n, index_t m, Rows rows, bool offers = true)
      : offers_(offers), exact_(n, m, rows), rounded_(n, m, round(std::move(rows))) {}
  index_t parameters() const override { return exact_.parameters(); }
  index_t rows() const override { return exact_.rows(); }
  double cost(std::span<const double> p) override { return now().cost(p); }
  void summary(std::span<const double> p, solve::Grade grade, linalg::Summary& out) override {
    now().summary(p, grade, out);
  }
  bool offers_float32() const override { return offers_; }
  bool begin_float32() override { return low_ = true; }
  void end_float32() override { low_ = false; }

 private:
  static Rows round(Rows rows) {
    return [rows](const double* p, Eigen::VectorXd& f, Eigen::MatrixXd& J) {
      rows(p, f, J);
      f = f.cast<float>().cast<double>().eval();
      J = J.cast<float>().cast<double>().eval();
    };
  }
  DenseEvaluator& now() { return low_ ? rounded_ : exact_; }

  bool offers_, low_ = false;
  DenseEvaluator exact_, rounded_;
};

solve::Outcome fit(index_t n, index_t m, const Rows& rows, const std::vector<double>& start,
                   SolverOptions options, bool offers) {
  RoundedEvaluator evaluator(n, m, rows, offers);
  const std::vector<double> lower(start.size(), -HUGE_VAL), upper(start.size(), HUGE_VAL);
  return solve::minimize(evaluator, start, lower, upper, options);
}

// y = p0 exp(−p1 x) + p2 on m points, with a wave for noise.
Rows decay(index_t m, double noise) {
  return rows_of<3>(
      [m, noise](auto* p, auto* f) {
        for (index_t i = 0; i < m; ++i) {
          const double x = 4.0 * static_cast<double>(i) / static_cast<double>(m - 1);
          const double y = 2.5 * std::exp(-1.3 * x) + 0.5 + noise * std::sin(37.0 * double(i));
          f[i] = p[0] * exp(-x * p[1]) + p[2] - y;
        }
      },
      static_cast<std::size_t>(m));
}

void expect_same(const solve::Outcome& mixed, const solve::Outcome& pure, const std::string& what) {
  ASSERT_EQ(static_cast<int>(mixed.status) > 0, static_cast<int>(pure.status) > 0) << what;
  EXPECT_NEAR(mixed.summary.cost, pure.summary.cost, 1e-9 * pure.summary.cost) << what;
  for (std::size_t j = 0; j < pure.x.size(); ++j)
    EXPECT_NEAR(mixed.x[j], pure.x[j], 1e-9 * std::abs(pure.x[j])) << what << " " << j;
  for (std::size_t j = 0; j < pure.summary.R.size(); ++j)
    EXPECT_NEAR(std::abs(mixed.summary.R[j]), std::abs(pure.summary.R[j]),
                1e-7 * std::abs(pure.summary.R[j]) + 1e-12)
        << what;
}

TEST(PrecisionPolicy, StaysWhereRoundingPlaysNoPart) {
  PrecisionPolicy policy;
  EXPECT_EQ(policy.judge({}), Upgrade::none);
  EXPECT_EQ(policy.judge({.gain = -3.0, .promised = 0.5, .reduction = -1.5}), Upgrade::none);
  EXPECT_EQ(policy.judge({.gain = 0.9, .promised = 1e-4, .reduction = 9e-5}), Upgrade::none);
  EXPECT_EQ(policy.judge({.kappa = 999.0}), Upgrade::none);
}

TEST(PrecisionPolicy, EveryTriggerFires) {
  const auto judge = [](const Trial& trial) { return PrecisionPolicy().judge(trial); };
  EXPECT_EQ(judge({.gain = 0.4, .promised = 1e-4, .reduction = 4e-5}), Upgrade::gain_ratio);
  EXPECT_EQ(judge({.gain = 2.1, .promised = 1e-4, .reduction = 2.1e-4}), Upgrade::gain_ratio);
  EXPECT_EQ(judge({.optimality = 9e-5}), Upgrade::gradient_floor);
  EXPECT_EQ(judge({.kappa = 1001.0}), Upgrade::conditioning);
  EXPECT_EQ(judge({.kappa = HUGE_VAL}), Upgrade::conditioning);
  EXPECT_EQ(judge({.kappa = std::nan("")}), Upgrade::conditioning);
}

TEST(PrecisionPolicy, OneTrialOutOfRangeIsOnlyTooFar) {
  PrecisionPolicy policy;
  EXPECT_EQ(policy.judge({.finite = false}), Upgrade::none);
  EXPECT_EQ(policy.judge({}), Upgrade::none);
  EXPECT_EQ(policy.judge({.finite = false}), Upgrade::not_finite);
}

TEST(PrecisionPolicy, StagnationTakesTwoTrialsInARow) {
  PrecisionPolicy policy;
  const Trial small{.gain = 1.0, .promised = 5e-7, .reduction = 5e-7};
  EXPECT_EQ(policy.judge(small), Upgrade::none);
  EXPECT_EQ(policy.judge({}), Upgrade::none);
  EXPECT_EQ(policy.judge(small), Upgrade::none);
  EXPECT_EQ(policy.judge(small), Upgrade::stagnation);
}

TEST(PrecisionPolicy, AMeasurementMustSaveFivePercent) {
  EXPECT_FALSE(solve::float32_pays({}));
  EXPECT_TRUE(solve::float32_pays(std::vector<double>{0.94, 0.95, 3.0}));
  EXPECT_FALSE(solve::float32_pays(std::vector<double>{0.94, 0.96, 0.96}));
  EXPECT_FALSE(solve::float32_pays(std::vector<double>{0.5, 0.5, 1.5, 1.5}));
  EXPECT_TRUE(solve::float32_pays(std::vector<double>{0.9, 0.9, 1.0, 0.9}));
}

TEST(MixedPrecision, AnswersAreThoseOfDoublePrecision) {
  for (const Method method : {Method::trf, Method::lm, Method::dogbox}) {
    for (const double noise : {0.0, 1e-3, 0.05}) {
      for (const std::vector<double>& start :
           {std::vector<double>{1, 1, 1}, {2.4, 1.2, 0.6}, {10, 0.1, -3}}) {
        SolverOptions options;
        options.method = method;
        const Rows rows = decay(200, noise);
        const solve::Outcome mixed = fit(3, 200, rows, start, options, true);
        const solve::Outcome pure = fit(3, 200, rows, start, options, false);
        EXPECT_EQ(mixed.nfev_float32 > 0, mixed.upgrade != Upgrade::none);
        if (noise >= 1e-3 && start[0] != 2.4) {
          EXPECT_GT(mixed.nfev_float32, 0) << noise << " " << start[0];
        }
        EXPECT_EQ(pure.nfev_float32, 0);
        EXPECT_EQ(pure.upgrade, Upgrade::none);
        if (noise > 0.0) {
          expect_same(mixed, pure, std::to_string(noise));
        } else {
          for (std::size_t j = 0; j < 3; ++j) EXPECT_NEAR(mixed.x[j], pure.x[j], 1e-9);
        }
      }
    }
  }
}

TEST(MixedPrecision, NistSetsEndWhereDoublePrecisionEnds) {
  std::set<Upgrade> seen;
  for (const std::string& name : nist_names()) {
    const NistSet set = load_nist(name);
    for (const Method method : {Method::trf, Method::lm}) {
      for (int start = 0; start < 2; ++start) {
        SolverOptions options;
        options.method = method;
        const solve::Outcome mixed =
            fit(set.n(), set.m(), set.rows, set.start[start], options, true);
        const solve::Outcome pure =
            fit(set.n(), set.m(), set.rows, set.start[start], options, false);
        seen.insert(mixed.upgrade);
        for (std::size_t j = 0; j < pure.x.size(); ++j) {
          EXPECT_NEAR(mixed.x[j], pure.x[j], 1e-9 * std::abs(pure.x[j]))
              << name << " " << start << " " << static_cast<int>(method);
        }
      }
    }
  }
  // Some are begun in float32 and end near the minimum, others show that rounding tells, or are too
  // badly conditioned to begin.
  for (const Upgrade why :
       {Upgrade::near, Upgrade::gain_ratio, Upgrade::not_finite, Upgrade::none}) {
    EXPECT_TRUE(seen.contains(why)) << static_cast<int>(why);
  }
}

TEST(MixedPrecision, FromAnywhereItFindsWhatDoublePrecisionFinds) {
  const Rows rows = decay(200, 0.05);
  std::set<Upgrade> seen;
  int differ = 0;
  std::uint64_t state = 1;
  const auto uniform = [&state](double least, double most) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return least + (most - least) * static_cast<double>(state >> 11) * 0x1p-53;
  };
  for (int k = 0; k < 500; ++k) {
    const std::vector<double> start = {uniform(-5, 10), uniform(-0.5, 8), uniform(-5, 5)};
    const solve::Outcome mixed = fit(3, 200, rows, start, {}, true);
    const solve::Outcome pure = fit(3, 200, rows, start, {}, false);
    seen.insert(mixed.upgrade);
    if (std::abs(mixed.summary.cost - pure.summary.cost) > 1e-6 * pure.summary.cost) {
      ++differ;
    } else if (pure.summary.kappa < 1e3) {
      for (std::size_t j = 0; j < 3; ++j)
        EXPECT_NEAR(mixed.x[j], pure.x[j], 1e-9 * std::abs(pure.x[j])) << k;
    }
  }
  std::printf("%d of 500 fits ended elsewhere\n", differ);
  EXPECT_LE(differ, 10);
  EXPECT_TRUE(seen.contains(Upgrade::conditioning));
}

TEST(MixedPrecision, BeyondTheRangeOfFloat32ItIsLeftAtOnce) {
  const Rows rows = rows_of<1>(
      [](auto* p, auto* f) {
        for (int i = 0; i < 3; ++i) f[i] = 1e40 * (p[0] * p[0] - 2.0 + 0.1 * (double(i) - 1.0));
      },
      3);
  const solve::Outcome outcome = fit(1, 3, rows, {1.0}, {}, true);
  EXPECT_EQ(outcome.upgrade, Upgrade::not_finite);
  EXPECT_NEAR(outcome.x[0], std::sqrt(2.0), 1e-9);
}

// Finite up to a limit that float32 puts a little higher.
class EdgeEvaluator final : public solve::Evaluator {
 public:
  index_t parameters() const override { return 1; }
  index_t rows() const override { return 40; }
  double cost(std::span<const double> p) override { return evaluator(p[0]).cost(p); }
  void summary(std::span<const double> p, solve::Grade grade, linalg::Summary& out) override {
    evaluator(p[0]).summary(p, grade, out);
  }
  bool offers_float32() const override { return true; }
  bool begin_float32() override { return low_ = true; }
  void end_float32() override { low_ = false; }

 private:
  DenseEvaluator& evaluator(double p) { return p > (low_ ? 1.5 : 1.0) ? nowhere_ : inside_; }
  static Rows rows_to(double value) {
    return rows_of<1>(
        [value](auto* p, auto* f) {
          for (int i = 0; i < 40; ++i) f[i] = value * (p[0] * p[0] - 1.2 + 0.2 * (i % 2));
        },
        40);
  }
  bool low_ = false;
  DenseEvaluator inside_{1, 40, rows_to(1.0)}, nowhere_{1, 40, rows_to(std::nan(""))};
};

TEST(MixedPrecision, WhereFloat64IsNotFiniteItGoesBack) {
  for (const int most : {0, 3, 4, 5, 6, 7}) {
    EdgeEvaluator evaluator;
    SolverOptions options;
    if (most > 0) options.max_nfev = most;
    const std::vector<double> start = {0.3}, lower = {-HUGE_VAL}, upper = {HUGE_VAL};
    const solve::Outcome outcome = solve::minimize(evaluator, start, lower, upper, options);
    EXPECT_TRUE(std::isfinite(outcome.summary.cost)) << most << " " << outcome.message;
    EXPECT_LE(outcome.x[0], 1.0) << most;
    if (most > 0) {
      EXPECT_LE(outcome.nfev, most);
    } else {
      EXPECT_GT(outcome.nfev_float32, 0);
      EXPECT_GT(outcome.x[0], 0.9);
    }
  }
}

TEST(MixedPrecision, ItIsNotBegunWhereDoubleIsAskedFor) {
  SolverOptions options;
  options.precision = Precision::float64;
  const solve::Outcome outcome = fit(3, 200, decay(200, 0.05), {1, 1, 1}, options, true);
  EXPECT_EQ(outcome.nfev_float32, 0);
  EXPECT_EQ(outcome.upgrade, Upgrade::none);
}

TEST(MixedPrecision, AFitThatIsCutShortEndsInDoublePrecision) {
  SolverOptions options;
  RoundedEvaluator exact(3, 200, decay(200, 0.05), false);
  for (const int most : {2, 3, 4, 5}) {
    options.max_nfev = most;
    const solve::Outcome outcome = fit(3, 200, decay(200, 0.05), {1, 1, 1}, options, true);
    EXPECT_EQ(outcome.status, Status::max_nfev);
    EXPECT_EQ(outcome.nfev, most);
    EXPECT_EQ(outcome.nfev_float32, std::max(0, most - 3));
    EXPECT_EQ(outcome.upgrade, most <= 3 ? Upgrade::none : Upgrade::end);
    EXPECT_EQ(outcome.summary.cost, exact.cost(outcome.x));
  }
}

}  // namespace
}  // namespace nlsq::test
