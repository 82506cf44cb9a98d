// SPDX-License-Identifier: MIT
// Fits that begin with passes in float32: the answers of float64, where float32 misleads, too, and
// what says whether there are such passes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "engine/isa.hpp"
#include "measured.hpp"
#include "nlsq/error.hpp"
#include "nlsq/fit.hpp"

namespace nlsq::test {
namespace {

double decay(double x) { return 2.5 * std::exp(-5.0 * x) + 0.5; }
const char* const kDecay = "a*exp(-b*x)+c";
const std::vector<double> kDecayStart{1, 1, 1};

struct Pair {
  FitResult on, off;
};

Pair fit_both(const std::string& formula, const Columns& data, const std::vector<double>& p0,
              FitOptions options = {}) {
  options.p0 = p0;
  options.progressive = false;
  options.precision = Precision::mixed;
  Pair pair;
  pair.on = fit_columns(formula, data, options);
  options.precision = Precision::float64;
  pair.off = fit_columns(formula, data, options);
  return pair;
}

// Parameters to 1e-9 of themselves and to a hundred-thousandth of a standard error.
void expect_same(const Pair& pair, const std::string& what) {
  ASSERT_TRUE(pair.off.success) << what << ": " << pair.off.message;
  ASSERT_TRUE(pair.on.success) << what << ": " << pair.on.message;
  EXPECT_EQ(pair.off.precision, "float64");
  EXPECT_EQ(pair.off.nfev_float32, 0);
  for (std::size_t i = 0; i < pair.on.popt.size(); ++i) {
    const double least = 1e-9 * std::abs(pair.off.popt[i]) + 1e-12;
    EXPECT_NEAR(pair.on.popt[i], pair.off.popt[i], std::max(least, 1e-6 * pair.off.perr[i]))
        << what << " " << pair.on.names[i];
    if (pair.on.perr[i] != pair.off.perr[i]) {  // both may be beyond the range
      EXPECT_NEAR(pair.on.perr[i], pair.off.perr[i], 1e-5 * pair.off.perr[i]) << what;
    }
  }
  EXPECT_NEAR(pair.on.rss, pair.off.rss, 1e-10 * pair.off.rss) << what;
}

class MixedFits : public testing::Test {
 protected:
  void SetUp() override {
    if (engine::chosen_isa() == engine::Isa::portable) GTEST_SKIP() << "no vectors";
    if (std::getenv("NLSQ_FOLD") != nullptr) GTEST_SKIP() << "other folds are float64";
  }
};

TEST_F(MixedFits, EveryMethodBoundsSigmaAndFixedParameters) {
  for (const int rows : {200, 1000, 5000, 40000}) {
    Columns data = measured(rows, 0.1, decay);
    const std::string what = std::to_string(rows);
    for (const Method method : {Method::trf, Method::lm, Method::dogbox}) {
      FitOptions options;
      options.method = method;
      const Pair plain = fit_both(kDecay, data, kDecayStart, options);
      expect_same(plain, what);
      EXPECT_EQ(plain.on.precision, "mixed");
      EXPECT_GE(plain.on.nfev_float32, 2);
      EXPECT_LT(plain.on.nfev_float32, plain.on.nfev - 1);
      options.fixed["c"] = 0.5;
      expect_same(fit_both(kDecay, data, kDecayStart, options), what);
      if (method == Method::lm) continue;
      options.bounds["b"] = {0.5, 3.0};  // ends on the bound
      expect_same(fit_both(kDecay, data, kDecayStart, options), what);
    }
    for (std::size_t i = 0; i < data.x.size(); ++i) data.sigma.push_back(0.1 * (1.0 + data.x[i]));
    expect_same(fit_both(kDecay, data, kDecayStart), what);
    for (std::size_t i = 0; i < data.x.size(); i += 3) data.sigma[i] = INFINITY;
    const Pair masked = fit_both(kDecay, data, kDecayStart);
    expect_same(masked, what);
    EXPECT_EQ(masked.on.precision, "mixed");
  }
}

TEST_F(MixedFits, SameBitsForAnyNumberOfThreads) {
  const Columns data = measured(30000, 0.1, decay);
  FitOptions options;
  options.p0 = kDecayStart;
  options.progressive = false;
  options.threads = 1;
  const FitResult one = fit_columns(kDecay, data, options);
  EXPECT_EQ(one.precision, "mixed");
  for (const int threads : {2, 3, 7}) {
    options.threads = threads;
    const FitResult other = fit_columns(kDecay, data, options);
    EXPECT_EQ(one.popt, other.popt);
    EXPECT_EQ(one.pcov, other.pcov);
    EXPECT_EQ(one.nfev_float32, other.nfev_float32);
  }
}

TEST_F(MixedFits, AreBegunWhereTheyAreKnownToPay) {
  FitOptions options;
  options.p0 = kDecayStart;
  const auto precision = [&](int rows) {
    return fit_columns(kDecay, measured(rows, 0.1, decay), options).precision;
  };
  EXPECT_EQ(precision(3999), "float64");
  EXPECT_EQ(precision(4000), "mixed");
  EXPECT_EQ(precision(6143), "mixed");
  EXPECT_EQ(precision(6144), "float64");
  EXPECT_EQ(precision(10000), "float64");  // a sample
  options.progressive = false;
  EXPECT_EQ(precision(16383), "float64");
  EXPECT_EQ(precision(16384), "mixed");
  EXPECT_EQ(precision(131072), "mixed");
  EXPECT_EQ(precision(131073), "float64");
  options.progressive = true;
  options.precision = Precision::float64;
  EXPECT_EQ(precision(5000), "float64");
  options.precision = Precision::mixed;
  EXPECT_EQ(precision(100), "mixed");
  options.loss = Loss::soft_l1;
  EXPECT_EQ(precision(5000), "float64");
  options.loss = Loss::linear;
  options.p0 = {2.5, 5.0, 0.5};  // no way to go
  EXPECT_EQ(precision(5000), "float64");
  options.p0 = {1, 1, 1};
  EXPECT_EQ(fit_columns("a+b*x+c*x^2", measured(5000, 0.1, decay), options).precision, "float64");
}

TEST_F(MixedFits, AMeasurementIsMadeOnceAndKept) {
  const Columns data = measured(4000, 0.1, decay);
  const Model model = Model::parse("k0+k1*exp(-k2*x)", {"x"});
  Dataset set;
  set.column("x", data.x).response(data.y);
  FitOptions options;
  options.p0 = kDecayStart;
  options.precision = Precision::measure;
  long passes = 0;
  options.before_pass = [&passes] { ++passes; };
  const FitResult first = curve_fit(model, set, options);
  const long measured_passes = passes;
  passes = 0;
  const FitResult second = curve_fit(model, set, options);
  EXPECT_GT(measured_passes, 60 * 3);
  EXPECT_LT(passes, 30);
  EXPECT_EQ(first.precision, second.precision);
  options.precision = Precision::float64;
  const FitResult pure = curve_fit(model, set, options);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_NEAR(first.popt[i], pure.popt[i], 1e-9 * std::abs(pure.popt[i]));
  // A start that is not finite is found by the fit itself.
  options.precision = Precision::measure;
  const Model other = Model::parse("k3+k4*exp(-k5*x)", {"x"});
  options.p0 = {1, 1, -1e6};
  EXPECT_THROW(curve_fit(other, set, options), InputError);
  options.p0 = kDecayStart;
  options.max_nfev = 1;
  passes = 0;
  EXPECT_EQ(curve_fit(other, set, options).precision, "float64");
  EXPECT_EQ(passes, 1);
  // Neither was a measurement, and what stops a fit is not asked by one.
  options.max_nfev.reset();
  int asked = 0;
  options.stop = [&asked] { return ++asked > 100; };
  passes = 0;
  EXPECT_TRUE(curve_fit(other, set, options).success);
  EXPECT_GT(passes, 60 * 3);
  EXPECT_LT(asked, 30);
}

// The way in float32 may lead to where float64 is not finite, if the minimum is on the edge.
TEST_F(MixedFits, EndWhereTheModelIsDefined) {
  int low = 0;
  for (int k = 0; k < 60; ++k) {
    const double edge = 0.5 + 0.07 * k;
    Columns data = measured(5000, 0.05, [](double x) { return 3 * std::pow(1 - x, 1.5) + 1; });
    for (double& x : data.x) x *= edge;
    FitOptions options;
    options.method = Method::dogbox;
    options.bounds = {{"b", {0.0, 1 / data.x.back()}}};
    const Pair pair =
        fit_both("a*(1-b*x)^1.5+c", data, {1 + 0.1 * k, (0.2 + 0.012 * k) / edge, 0.5}, options);
    low += pair.on.nfev_float32 > 0 ? 1 : 0;
    ASSERT_TRUE(std::isfinite(pair.on.cost)) << k << " " << pair.on.message;
    EXPECT_TRUE(pair.on.success) << k << " " << pair.on.message;
    EXPECT_NEAR(pair.on.cost, pair.off.cost, 1e-4 * pair.off.cost) << k;
  }
  EXPECT_GT(low, 30);
}

TEST_F(MixedFits, KeepToTheLimitOfEvaluations) {
  const Columns data = measured(5000, 0.1, decay);
  FitOptions options;
  options.p0 = kDecayStart;
  options.precision = Precision::mixed;
  for (int most = 1; most < 12; ++most) {
    options.max_nfev = most;
    const FitResult cut = fit_columns(kDecay, data, options);
    EXPECT_LE(cut.nfev, most);
    FitOptions here = options;
    here.p0 = cut.popt;
    here.max_nfev = 1;
    here.precision = Precision::float64;
    EXPECT_EQ(fit_columns(kDecay, data, here).cost, cut.cost) << most;
  }
}

TEST_F(MixedFits, PeriodsOrderAndPeaksOfFewRows) {
  for (const int rows : {4000, 60000}) {
    for (const double period : {8.0, 58.59375, 64.0, 2.5}) {
      const double w = 2.0 * M_PI * (rows - 1) / period;
      const auto wave = [w](double x) { return 2.0 * std::sin(w * x + 0.5) + x; };
      expect_same(fit_both("a*sin(w*x+p)+b*x", measured(rows, 0.3, wave),
                           {1.5, w * (1.0 + 1e-6), 0.3, 0.5}),
                  "period " + std::to_string(period));
    }
    for (const double width : {1e-3, 3e-3, 1e-2}) {
      const auto line_and_peak = [width](double x) {
        return 1.0 + 0.5 * x + 20.0 * std::exp(-0.5 * std::pow((x - 0.7123) / width, 2));
      };
      expect_same(fit_both("a+b*x+h*exp(-(x-m)^2/(2*s^2))", measured(rows, 0.5, line_and_peak),
                           {0.5, 0.2, 10.0, 0.7123 + width, 1.4 * width}),
                  "width " + std::to_string(width));
    }
    const auto with_step = [](double x) { return decay(x) + (x > 0.9995 ? 3.0 : 0.0); };
    expect_same(fit_both("a*exp(-b*x)+c+where(x>0.9995, d, 0)", measured(rows, 0.1, with_step),
                         {1, 1, 1, 1}),
                "step");
    for (const double height : {30.0, 1e3, 1e6, 1e30}) {
      Columns data = measured(rows, 0.1, decay);
      for (std::size_t i = 100; i < data.y.size(); i += 1997) data.y[i] += height;
      const Pair pair = fit_both(kDecay, data, kDecayStart);
      if (!pair.off.success) continue;  // too wild for a fit of any kind
      EXPECT_NEAR(pair.on.rss, pair.off.rss, 1e-8 * pair.off.rss) << height;
      for (std::size_t i = 0; i < 3; ++i)
        EXPECT_NEAR(pair.on.popt[i], pair.off.popt[i], 1e-4 * pair.off.perr[i]) << height;
    }
  }
}

TEST_F(MixedFits, LargeOffsetsScalesAndExactData) {
  for (const double offset : {1e2, 1e4, 1e6, 1.7e9}) {
    Columns data = measured(5000, 0.1, decay);
    for (double& x : data.x) x += offset;
    const Pair pair = fit_both("a*exp(-b*(x-" + std::to_string(offset) + "))+c", data, kDecayStart);
    expect_same(pair, "offset " + std::to_string(offset));
    if (offset > 1e5) {
      EXPECT_EQ(pair.on.precision, "float64") << offset;
    }
    for (double& y : data.y) y += offset;
    expect_same(fit_both("a*exp(-b*(x-" + std::to_string(offset) + "))+c", data,
                         {1, 1, offset * (1 + 1e-3)}),
                "both offset " + std::to_string(offset));
  }
  for (const double scale : {1e-140, 1e-42, 1e-20, 1e20, 1e36, 1e150}) {
    Columns data = measured(5000, 0.1, decay);
    for (double& y : data.y) y *= scale;
    expect_same(fit_both(kDecay, data, {scale, 1, scale}),
                "scale 10^" + std::to_string(std::log10(scale)));
    Columns wide = measured(5000, 0.1, decay);
    for (double& x : wide.x) x *= scale;
    if (scale > 1e-100 && scale < 1e100)
      expect_same(fit_both(kDecay, wide, {1, 1 / scale, 1}),
                  "x 10^" + std::to_string(std::log10(scale)));
  }
  const Pair exact = fit_both(kDecay, measured(5000, 0.0, decay), kDecayStart);
  EXPECT_NEAR(exact.on.popt[1], 5.0, 1e-11);
  EXPECT_LT(exact.on.rss, 1e-20);
}

TEST_F(MixedFits, SeveralTermsShareTheWay) {
  const Columns one = measured(3000, 0.1, decay);
  const Columns two = measured(2000, 0.1, [](double x) { return 4.0 * std::exp(-5.0 * x); });
  const Model first = Model::parse(kDecay, {"x"}), second = Model::parse("d*exp(-b*x)", {"x"});
  Dataset of_one, of_two;
  of_one.column("x", one.x).response(one.y);
  of_two.column("x", two.x).response(two.y);
  const std::vector<FitTerm> terms{{first, of_one, {}, {}}, {second, of_two, {}, {}}};
  FitOptions options;
  Pair pair;
  options.precision = Precision::float64;
  pair.off = fit(terms, options);
  options.precision = Precision::automatic;
  pair.on = fit(terms, options);
  EXPECT_EQ(pair.on.precision, "mixed");
  expect_same(pair, "terms");
}

}  // namespace
}  // namespace nlsq::test
