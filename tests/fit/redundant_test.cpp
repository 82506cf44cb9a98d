// SPDX-License-Identifier: MIT
// Redundant parameters change nothing: cost, determined values and their errors, the curve and its
// errors are those of the same model without them, from any start, whatever the method, the loss,
// bounds, weights, fixed parameters and the number of rows.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "nlsq/fit.hpp"
#include "nlsq/fit_many.hpp"

namespace nlsq::test {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr int kStarts = 50;

enum class Curve { decay, line, peak };

struct Family {
  std::string full, reduced;
  Curve curve;
  std::vector<std::string> shared;  // determined, and of the same name in both
  std::vector<std::string> lost;    // not determined
  index_t rank;
};

const Family kFamilies[] = {
    {"a*b*exp(-c*x)", "a*exp(-c*x)", Curve::decay, {"c"}, {"a", "b"}, 2},
    {"(a+b)*exp(-c*x)", "a*exp(-c*x)", Curve::decay, {"c"}, {"a", "b"}, 2},
    {"a*exp(b-c*x)", "a*exp(-c*x)", Curve::decay, {"c"}, {"a", "b"}, 2},
    {"a*exp(-c*(x-b))", "a*exp(-c*x)", Curve::decay, {"c"}, {"a", "b"}, 2},
    {"a*exp(-c*x)+b*exp(-c*x)", "a*exp(-c*x)", Curve::decay, {"c"}, {"a", "b"}, 2},
    {"a*exp(-c*x)+0*b", "a*exp(-c*x)", Curve::decay, {"a", "c"}, {"b"}, 2},
    {"a*b*d*exp(-c*x)", "a*exp(-c*x)", Curve::decay, {"c"}, {"a", "b", "d"}, 2},
    {"a*exp(-c*x)*b/d+u", "a*exp(-c*x)+u", Curve::decay, {"c", "u"}, {"a", "b", "d"}, 3},
    {"a*exp(-c*d*x)", "a*exp(-c*x)", Curve::decay, {"a"}, {"c", "d"}, 2},
    {"a*b*x+c", "a*x+c", Curve::line, {"c"}, {"a", "b"}, 2},
    {"a*x+b*(2*x)+c", "a*x+c", Curve::line, {"c"}, {"a", "b"}, 2},
    {"a*sin(x)^2+b*cos(x)^2+d+c*x", "a*sin(x)^2+d+c*x", Curve::line, {"c"}, {"a", "b", "d"}, 3},
    {"A*B*exp(-(x-m)^2/(2*s^2))",
     "A*exp(-(x-m)^2/(2*s^2))",
     Curve::peak,
     {"m", "s"},
     {"A", "B"},
     3},
};

struct Data {
  std::vector<double> x, y, sigma;
  Dataset set(bool weighted = false) const {
    Dataset data;
    data.column("x", x).response(y);
    if (weighted) data.sigma(sigma);
    return data;
  }
};

Data make(Curve curve, int rows) {
  std::mt19937 random(7);
  std::normal_distribution<double> noise;
  Data out;
  for (int i = 0; i < rows; ++i) {
    const double t = static_cast<double>(i) / (rows - 1);
    const double x = curve == Curve::peak ? -3 + 6 * t : 0.1 + 2.9 * t;
    const double y = curve == Curve::decay  ? 3 * std::exp(-0.7 * x)
                     : curve == Curve::line ? 2 * x + 1
                                            : 2 * std::exp(-(x - 0.5) * (x - 0.5) / 1.28);
    out.x.push_back(x);
    out.sigma.push_back(0.02 * (1 + t));
    out.y.push_back(y + out.sigma.back() * noise(random));
  }
  return out;
}

std::size_t place(const FitResult& r, const std::string& name) {
  for (std::size_t i = 0; i < r.names.size(); ++i) {
    if (r.names[i] == name) return i;
  }
  throw std::runtime_error("no parameter " + name);
}

// A start some way from the truth.
std::vector<double> random_start(std::size_t n, int seed, double spread = 0.4) {
  std::mt19937 random(static_cast<unsigned>(seed));
  std::normal_distribution<double> normal;
  std::vector<double> start(n);
  for (double& p : start) p = std::exp(spread * normal(random));
  return start;
}

// The fit without the redundant parameters.
FitResult reference(const Family& family, const Dataset& data, FitOptions options) {
  const Model model = Model::parse(family.reduced);
  options.p0 = random_start(model.parameters().size(), 0);
  return curve_fit(model, data, options);
}

void expect_same(const Family& family, const FitResult& full, const FitResult& reduced,
                 const std::string& what, double tolerance = 1e-8) {
  SCOPED_TRACE(family.full + " " + what);
  EXPECT_TRUE(full.success) << full.message;
  EXPECT_EQ(full.rank, family.rank);
  EXPECT_EQ(full.dof, reduced.dof);
  EXPECT_NEAR(full.cost / reduced.cost, 1, tolerance);
  EXPECT_NEAR(full.aic, reduced.aic, tolerance * std::abs(reduced.aic));
  for (const std::string& name : family.shared) {
    const std::size_t i = place(full, name), j = place(reduced, name);
    EXPECT_NEAR(full.popt[i], reduced.popt[j], tolerance * std::abs(reduced.popt[j])) << name;
    EXPECT_NEAR(full.perr[i] / reduced.perr[j], 1, tolerance) << name;
  }
  for (const std::string& name : family.lost) {
    EXPECT_EQ(full.perr[place(full, name)], kInf) << name;
  }
}

void expect_same_curve(const Family& family, const FitResult& full, const FitResult& reduced,
                       const Dataset& data) {
  SCOPED_TRACE(family.full);
  const std::vector<double> ours = standard_errors_of(Model::parse(family.full), data, full);
  const std::vector<double> theirs =
      standard_errors_of(Model::parse(family.reduced), data, reduced);
  for (std::size_t i = 0; i < ours.size(); ++i) EXPECT_NEAR(ours[i] / theirs[i], 1, 1e-8) << i;
}

class Redundant : public testing::TestWithParam<Method> {};

TEST_P(Redundant, ParametersChangeNothingThatIsDetermined) {
  for (const Family& family : kFamilies) {
    const Model model = Model::parse(family.full);
    const Data data = make(family.curve, 60);
    FitOptions options;
    options.method = GetParam();
    const FitResult reduced = reference(family, data.set(), options);
    for (int seed = 0; seed < kStarts; ++seed) {
      options.p0 = random_start(model.parameters().size(), seed);
      const FitResult full = curve_fit(model, data.set(), options);
      expect_same(family, full, reduced, "start " + std::to_string(seed));
      if (seed == 0) expect_same_curve(family, full, reduced, data.set());
    }
  }
}

TEST_P(Redundant, ParametersChangeNothingWithFewRows) {
  for (const Family& family : kFamilies) {
    const Model model = Model::parse(family.full);
    const Data data = make(family.curve, 6);
    FitOptions options;
    options.method = GetParam();
    const FitResult reduced = reference(family, data.set(), options);
    for (int seed = 0; seed < 10; ++seed) {
      options.p0 = random_start(model.parameters().size(), seed);
      expect_same(family, curve_fit(model, data.set(), options), reduced, std::to_string(seed));
    }
  }
}

TEST_P(Redundant, ParametersChangeNothingWithSigmaKnownOrNot) {
  for (const Family& family : kFamilies) {
    const Model model = Model::parse(family.full);
    const Data data = make(family.curve, 60);
    for (const bool absolute : {false, true}) {
      FitOptions options;
      options.method = GetParam();
      options.absolute_sigma = absolute;
      const FitResult reduced = reference(family, data.set(true), options);
      for (int seed = 0; seed < 10; ++seed) {
        options.p0 = random_start(model.parameters().size(), seed);
        const FitResult full = curve_fit(model, data.set(true), options);
        expect_same(family, full, reduced, std::to_string(seed));
        expect_same_curve(family, full, reduced, data.set());
      }
    }
  }
}

TEST_P(Redundant, ParametersChangeNothingWithARobustLoss) {
  for (const Family& family : kFamilies) {
    const Model model = Model::parse(family.full);
    Data data = make(family.curve, 60);
    data.y[7] += 1.0;
    for (const Loss loss : {Loss::soft_l1, Loss::huber}) {
      FitOptions options;
      options.method = GetParam();
      options.loss = loss;
      options.f_scale = 0.05;
      const FitResult reduced = reference(family, data.set(), options);
      for (int seed = 0; seed < 10; ++seed) {
        options.p0 = random_start(model.parameters().size(), seed, 0.1);
        expect_same(family, curve_fit(model, data.set(), options), reduced, std::to_string(seed));
      }
    }
  }
}

TEST_P(Redundant, ParametersChangeNothingInsideBounds) {
  if (GetParam() == Method::lm) GTEST_SKIP() << "lm takes no bounds";
  for (const Family& family : kFamilies) {
    const Model model = Model::parse(family.full);
    const Data data = make(family.curve, 60);
    FitOptions options;
    options.method = GetParam();
    const FitResult reduced = reference(family, data.set(), options);
    for (const std::string& name : model.parameters()) options.bounds[name] = {-20, 50};
    for (int seed = 0; seed < kStarts; ++seed) {
      options.p0 = random_start(model.parameters().size(), seed);
      expect_same(family, curve_fit(model, data.set(), options), reduced, std::to_string(seed));
    }
  }
}

TEST_P(Redundant, ParametersThatAreFixedAreRedundantNoMore) {
  for (const Family& family : kFamilies) {
    if (family.lost.size() != 2 || family.full == "a*exp(-c*(x-b))") continue;
    const Model model = Model::parse(family.full);
    const Data data = make(family.curve, 60);
    FitOptions options;
    options.method = GetParam();
    const FitResult reduced = reference(family, data.set(), options);
    options.fixed[family.lost[1]] = 1.25;
    options.p0 = random_start(model.parameters().size(), 3);
    Family fixed = family;
    fixed.lost.clear();
    const FitResult full = curve_fit(model, data.set(), options);
    expect_same(fixed, full, reduced, "fixed");
    EXPECT_TRUE(full.redundancy.empty());
    EXPECT_TRUE(std::isfinite(full.perr[place(full, family.lost[0])]));
  }
}

INSTANTIATE_TEST_SUITE_P(All, Redundant, testing::Values(Method::trf, Method::lm, Method::dogbox),
                         [](const auto& method) { return to_string(method.param); });

TEST(RedundantRows, ManyOfThemAreFittedAsWell) {
  for (const int rows : {5000, 200'000}) {
    for (const Family& family : kFamilies) {
      const Model model = Model::parse(family.full);
      const Data data = make(family.curve, rows);
      FitOptions options;
      options.max_polish = 20;  // to all digits, as with few rows
      const FitResult reduced = reference(family, data.set(), options);
      for (const Precision precision : {Precision::automatic, Precision::mixed}) {
        options.precision = precision;
        options.p0 = random_start(model.parameters().size(), rows);
        const FitResult full = curve_fit(model, data.set(), options);
        expect_same(family, full, reduced, std::to_string(rows));
      }
    }
  }
}

TEST(RedundantRows, ManyFitsGiveWhatSingleOnesGive) {
  for (const Family& family : kFamilies) {
    const Model model = Model::parse(family.full);
    const Data one = make(family.curve, 60);
    std::vector<double> y;
    for (int set = 0; set < 3; ++set) {
      for (const double value : one.y) y.push_back((1 + 0.1 * set) * value);
    }
    ManyData data(3, 60);
    data.column("x", one.x).response(y);
    ManyOptions options;
    options.p0 = random_start(model.parameters().size(), 1);
    const ManyResult many = fit_many(model, data, options);
    Data first = one;
    const FitResult reduced = reference(family, first.set(), {});
    const std::vector<std::string> names = many.names;
    for (const std::string& name : family.shared) {
      const std::size_t i =
          static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
      EXPECT_NEAR(many.perr[i] / reduced.perr[place(reduced, name)], 1, 1e-8) << family.full;
    }
  }
}

// A value that the sample leaves open and all rows tell: the sample's answer is not trusted.
TEST(RedundantRows, AllOfThemMayTellMoreThanASample) {
  const int rows = 200'000;
  std::vector<double> x, y;
  for (int i = 0; i < rows; ++i) {
    x.push_back(static_cast<double>(i) / rows);
    y.push_back(1 + 2 * x.back() + (i == 7 ? 5 : 0) + 0.01 * std::sin(9.0 * i));
  }
  std::vector<double> spike(x.size(), 0.0);
  spike[7] = 1;
  Dataset data;
  data.column("x", x).column("spike", spike).response(y);
  const FitResult r = curve_fit(Model::parse("a + b*x + c*spike", {"x", "spike"}), data, {});
  EXPECT_EQ(r.rank, 3);
  EXPECT_NEAR(r.popt[place(r, "c")], 5, 0.1);
  EXPECT_TRUE(std::isfinite(r.perr[place(r, "c")]));
}

// The data end at 1, so what switches on at 2 is undetermined; the curve is not, before 2.
TEST(RedundantCurve, HasInfiniteErrorsOnlyWhereTheDataSayNothing) {
  std::vector<double> x, y;
  for (int i = 0; i < 40; ++i) {
    x.push_back(i / 39.0);
    y.push_back(1 + 2 * x.back() + 0.01 * std::sin(9.0 * i));
  }
  Dataset data, far;
  data.column("x", x).response(y);
  const Model model = Model::parse("a + b*x + c*d*max(x-2, 0) + c");
  const FitResult r = curve_fit(model, data, {});
  EXPECT_EQ(r.rank, 2);
  const std::vector<double> where = {0.5, 1.9, 2.5};
  far.column("x", where);
  const std::vector<double> errors = standard_errors_of(model, far, r);
  EXPECT_LT(errors[0], 0.01);
  EXPECT_LT(errors[1], 0.01);
  EXPECT_EQ(errors[2], kInf);
}

// Hardly determined is not undetermined: κ of the scaled Jacobian up to 3e13.
TEST(RedundantCurve, IllConditionedPolynomialsAreOfFullRank) {
  for (const int rows : {100, 3000, 200'000}) {
    for (const int degree : {10, 13}) {
      std::vector<double> x, y;
      for (int i = 0; i < rows; ++i) {
        x.push_back(-9 + 6.0 * i / (rows - 1));
        y.push_back(std::sin(x.back()) + 0.001 * std::sin(7.0 * i));
      }
      std::string formula = "a00";
      for (int k = 1; k <= degree; ++k)
        formula +=
            "+a" + std::string(k < 10 ? "0" : "") + std::to_string(k) + "*x^" + std::to_string(k);
      Dataset data;
      data.column("x", x).response(y);
      const FitResult r = curve_fit(Model::parse(formula), data, {});
      EXPECT_EQ(r.rank, degree + 1) << rows;
      EXPECT_TRUE(r.redundancy.empty());
      EXPECT_GT(r.condition, degree == 10 ? 1e9 : 1e12);
      for (const double e : r.perr) EXPECT_TRUE(std::isfinite(e));
    }
  }
}

}  // namespace
}  // namespace nlsq::test
