// SPDX-License-Identifier: MIT
// What speaks against the end of a fit: residuals in the order of x however rows lie, parameters
// that ran away; and silence where the fit is right.
#include "nlsq/judgement.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "columns/row_order.hpp"
#include "nlsq/fit.hpp"
#include "nlsq/least_squares.hpp"

namespace nlsq {
namespace {

using Ids = std::vector<std::string>;

Ids ids(const FitResult& r) {
  Ids all;
  for (const Issue& issue : r.issues) all.push_back(to_string(issue.id));
  return all;
}

struct Curve {
  std::vector<double> x, y;
};

Curve curve(int rows, double from, double to, const std::function<double(double)>& f, double size,
            std::uint64_t seed = 1) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal(0.0, size);
  Curve c;
  for (int i = 0; i < rows; ++i) {
    c.x.push_back(from + (to - from) * i / (rows - 1));
    c.y.push_back(f(c.x.back()) + normal(generator));
  }
  return c;
}

FitResult fit(const std::string& formula, const Curve& c, FitOptions options = {}) {
  Dataset data;
  data.column("x", c.x).response(c.y);
  return curve_fit(Model::parse(formula, {"x"}), data, options);
}

double two_decays(double x) { return 3.0 * std::exp(-2.0 * x) + 2.0 * std::exp(-0.2 * x); }

TEST(Judgement, IsSilentWhereTheModelIsRight) {
  for (const int rows : {24, 100, 700, 3000, 20000}) {
    const Curve c = curve(
        rows, 0, 4, [](double x) { return 2.5 * std::exp(-1.3 * x) + 0.5; }, 0.05);
    EXPECT_EQ(ids(fit("a*exp(-b*x) + c", c)), Ids{}) << rows;
  }
}

TEST(Judgement, SeesAModelThatLacksSomethingInRowsOfAnyOrder) {
  for (const int rows : {40, 100, 700, 3000, 20000}) {
    Curve c = curve(rows, 0, 10, two_decays, 0.05);
    EXPECT_EQ(ids(fit("a*exp(-b*x) + c", c)), Ids{"correlated-residuals"}) << rows;
    std::reverse(c.x.begin(), c.x.end());
    std::reverse(c.y.begin(), c.y.end());
    EXPECT_EQ(ids(fit("a*exp(-b*x) + c", c)), Ids{"correlated-residuals"}) << rows;
    std::vector<std::size_t> order(c.x.size());
    std::iota(order.begin(), order.end(), 0U);
    std::shuffle(order.begin(), order.end(), std::mt19937_64(1));
    Curve mixed;
    for (const std::size_t i : order) {
      mixed.x.push_back(c.x[i]);
      mixed.y.push_back(c.y[i]);
    }
    EXPECT_EQ(ids(fit("a*exp(-b*x) + c", mixed)), Ids{"correlated-residuals"}) << rows;
  }
}

TEST(Judgement, SeesItInFloat32ColumnsAndUnderMasks) {
  const Curve c = curve(100, 0, 10, two_decays, 0.05);
  const std::vector<float> x(c.x.begin(), c.x.end());
  std::vector<double> y = c.y, sigma(c.y.size(), 0.05);
  sigma[7] = std::numeric_limits<double>::infinity();
  y[7] = std::numeric_limits<double>::quiet_NaN();
  Dataset data;
  data.column("x", x).response(y).sigma(sigma);
  EXPECT_EQ(ids(curve_fit(Model::parse("a*exp(-b*x) + c", {"x"}), data)),
            Ids{"correlated-residuals"});
}

TEST(Judgement, CanBeLeftOut) {
  FitOptions options;
  options.judge = false;
  EXPECT_EQ(ids(fit("a*exp(-b*x) + c", curve(100, 0, 10, two_decays, 0.05), options)), Ids{});
}

TEST(Judgement, LooksAlongEachAxisOfAnImage) {
  std::vector<double> u, v, y;
  std::mt19937_64 generator(1);
  std::normal_distribution<double> normal(0.0, 0.1);
  for (int i = 0; i < 20; ++i) {
    for (int j = 0; j < 20; ++j) {
      u.push_back(i);
      v.push_back(j);
      y.push_back(std::sin(0.5 * i) + (j % 2 == 0 ? 1.5 : -1.5) + normal(generator));
    }
  }
  Dataset data;
  data.column("u", u).column("v", v).response(y);
  const FitResult r = curve_fit(Model::parse("a + b*u + c*v", {"u", "v"}), data);
  EXPECT_EQ(ids(r), Ids{"correlated-residuals"});
  EXPECT_NE(r.warnings[0].find("order of 'v'"), std::string::npos) << r.warnings[0];
}

TEST(Judgement, SeesMeansOfRepeatedMeasurements) {
  Curve c;
  std::mt19937_64 generator(2);
  std::normal_distribution<double> normal(0.0, 0.05);
  for (int i = 0; i < 35; ++i) {
    c.x.push_back(i / 5);
    c.y.push_back(std::pow(c.x.back() - 3.0, 2) + normal(generator));
  }
  EXPECT_EQ(ids(fit("a + b*x", c)), Ids{"lack-of-fit"});
  EXPECT_EQ(ids(fit("a + b*x + c*x^2", c)), Ids{});
}

TEST(Judgement, TellsAMistakenFrequencyAndAModelThatExplainsNothing) {
  const auto wave = [](double x) { return 2.0 * std::sin(2.5 * x + 0.5); };
  FitOptions near;
  near.p0 = {1.0, 2.0, 0.0};
  const Ids found = ids(fit("a*sin(w*x + p)", curve(60, 0, 60, wave, 0.2), near));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0] == "periodic-residuals" || found[0] == "no-better-than-mean") << found[0];
  near.p0 = {0.9};
  EXPECT_EQ(ids(fit("sin(w*x)",
                    curve(
                        300, 0, 100, [](double x) { return std::sin(1.759 * x); }, 0),
                    near)),
            Ids{"no-better-than-mean"});
}

TEST(Judgement, IsSilentAboutDigits) {
  Curve c = curve(
      300, 0, 4, [](double x) { return 2.5 * std::exp(-1.3 * x) + 0.5; }, 0.0);
  EXPECT_EQ(ids(fit("a*exp(-b*x) + c", c)), Ids{});
  for (double& y : c.y) y = 0.05 * std::round(y / 0.05);
  EXPECT_EQ(ids(fit("a*exp(-b*x) + c", c)), Ids{});
}

TEST(Judgement, NamesParametersThatRanAway) {
  const Curve c{{10, 30, 50, 70, 100, 125}, {155, 250, 270, 330, 320, 323}};
  FitOptions options;
  options.p0 = {1.0, 0.5};
  const FitResult r = fit("q*b*x/(1 + b*x)", c, options);
  ASSERT_EQ(ids(r), Ids{"runaway"});
  EXPECT_EQ(r.issues[0].names, Ids{"b"});
  EXPECT_EQ(r.issues[0].numbers[0].first, "b");
  const Curve plateau = curve(
      50, 0, 4, [](double x) { return 823.5 - 5.3 * std::exp(-8.2 * x); }, 0.2);
  FitOptions from_ones;
  from_ones.starts = Starts::ones;
  EXPECT_EQ(ids(fit("a - b*exp(-c*x)", plateau, from_ones)), Ids{"runaway"});
  EXPECT_EQ(ids(fit("a - b*exp(-c*x)", plateau)), Ids{});  // the search finds the right end
}

// A logistic curve whose slope has become a step between two rows: any steeper one fits alike.
TEST(Judgement, NamesASlopeThatIsAStep) {
  const Curve c{{-5, -4.5, -4.2, -4, -3.8, -3.5, -3.2, -3, -2.7, -2.5, -2.2, -2},
                {0.01, -0.02, 0.0, 0.02, -0.01, 0.0, 0.21, 0.19, 0.2, 0.22, 0.18, 0.2}};
  for (const double slope : {200.0, 300.0}) {
    FitOptions options;
    options.p0 = {0.2, slope, -3.35};
    const FitResult r = fit("a/(1 + exp(-b*(x - c)))", c, options);
    EXPECT_TRUE(r.success);
    EXPECT_FALSE(r.issues.empty()) << slope;
  }
}

TEST(Judgement, IsSilentAboutAParameterThatIsZeroWithinItsError) {
  const Curve c = curve(
      100, 0, 4, [](double x) { return 2.0 * x; }, 1.0);
  for (const double start : {0.0, 1.0, 1e6}) {
    FitOptions options;
    options.p0 = {1.0, start};
    EXPECT_EQ(ids(fit("a*x + b - 0.0*x", c, options)), Ids{}) << start;
  }
}

TEST(Judgement, OfResidualsThatWereFittedElsewhere) {
  const Curve c = curve(60, 0, 10, two_decays, 0.05);
  const auto residuals = [&](std::span<const double> p, std::span<double> f) {
    for (std::size_t i = 0; i < f.size(); ++i) f[i] = p[0] * std::exp(-p[1] * c.x[i]) - c.y[i];
  };
  const std::vector<double> start{5.0, 1.0};
  FitResult r = least_squares(residuals, 60, start);
  ASSERT_TRUE(r.success);
  EXPECT_EQ(ids(r), Ids{});
  JudgedRows rows{{"x"}, {c.x}, std::vector<double>(60), c.y, {}, true};
  residuals(r.popt, rows.f);
  rows.r = rows.f;
  judge_rows(rows, r);
  EXPECT_EQ(ids(r), Ids{"correlated-residuals"});
}

TEST(RowOrder, SortsByAnAxisAndTheOthersInTurn) {
  const std::vector<std::vector<double>> axes{{2, 1, 2, 1, 1e300, -5}, {1, 2, 0, 1, 0, 3}};
  EXPECT_EQ(fit_impl::order_by(axes, 0).rows, (std::vector<index_t>{5, 3, 1, 2, 0, 4}));
  EXPECT_EQ(fit_impl::order_by(axes, 1).rows, (std::vector<index_t>{2, 4, 3, 0, 1, 5}));
  const std::vector<std::vector<double>> ties{{1, 0, 1, 0, 1}};
  const fit_impl::RowOrder order = fit_impl::order_by(ties, 0);
  EXPECT_EQ(order.ends, (std::vector<index_t>{2, 5}));
  EXPECT_TRUE(order.has_ties());
}

}  // namespace
}  // namespace nlsq
