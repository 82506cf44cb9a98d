// SPDX-License-Identifier: MIT
// Ties, priors and derived quantities against the same problem written out by hand.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "expr/substitute.hpp"
#include "nlsq/error.hpp"
#include "nlsq/fit.hpp"

namespace nlsq::test {
namespace {

struct Peaks {
  std::vector<double> x, y;
  Dataset data;
  Peaks() {
    for (int i = 0; i < 120; ++i) {
      const double t = 0.1 * i;
      x.push_back(t);
      y.push_back(3.0 * std::exp(-std::pow((t - 3.0) / 0.8, 2)) +
                  1.6 * std::exp(-std::pow((t - 7.0) / 1.6, 2)) + 0.05 * std::sin(17.0 * i));
    }
    data.column("x", x).response(y);
  }
};

const char* const kTwo = "h*exp(-((x-c)/w)^2) + h2*exp(-((x-c2)/w2)^2)";

void expect_near(double value, double wanted) {
  EXPECT_NEAR(value, wanted, 1e-10 * std::abs(wanted)) << wanted;
}

std::size_t at(const FitResult& r, const std::string& name) {
  for (std::size_t i = 0; i < r.names.size(); ++i) {
    if (r.names[i] == name) return i;
  }
  ADD_FAILURE() << "no " << name;
  return 0;
}

double value(const FitResult& r, const std::string& name) { return r.popt[at(r, name)]; }
double error(const FitResult& r, const std::string& name) { return r.perr[at(r, name)]; }

std::string message_of(const std::function<void()>& run) {
  try {
    run();
  } catch (const InputError& e) {
    return e.what();
  }
  return "nothing was thrown";
}

TEST(FitRelations, ATiedParameterIsTheProblemWithItsExpressionWrittenOut) {
  const Peaks peaks;
  FitOptions options;
  options.start = {{"h", 2}, {"c", 2.8}, {"w", 1}, {"h2", 1}, {"c2", 7.2}};
  FitOptions tied = options;
  tied.ties = {{"w2", "2*w"}};
  const FitResult by_tie = curve_fit(Model::parse(kTwo), peaks.data, tied);
  const FitResult by_hand = curve_fit(
      Model::parse("h*exp(-((x-c)/w)^2) + h2*exp(-((x-c2)/(2*w))^2)"), peaks.data, options);
  ASSERT_TRUE(by_tie.success);
  EXPECT_EQ(by_tie.names, (std::vector<std::string>{"h", "c", "w", "h2", "c2", "w2"}));
  for (const std::string& name : by_hand.names) {
    expect_near(value(by_tie, name), value(by_hand, name));
    expect_near(error(by_tie, name), error(by_hand, name));
  }
  expect_near(value(by_tie, "w2"), 2 * value(by_hand, "w"));
  expect_near(error(by_tie, "w2"), 2 * error(by_hand, "w"));
  const std::size_t N = by_tie.names.size();
  expect_near(by_tie.pcov[at(by_tie, "w2") * N + at(by_tie, "h")],
              2 * by_hand.pcov[at(by_hand, "w") * 5 + at(by_hand, "h")]);
  EXPECT_EQ(by_tie.dof, by_hand.dof);
  expect_near(by_tie.aic, by_hand.aic);
  EXPECT_EQ(by_tie.tied[at(by_tie, "w2")], "2*w");
  EXPECT_EQ(by_tie.tied[at(by_tie, "w")], "");
}

TEST(FitRelations, TiesMayGoThroughOthersAndAddParameters) {
  const Peaks peaks;
  FitOptions options;
  options.start = {{"h", 2}, {"c", 2.8}, {"w", 1}, {"ratio", 0.6}, {"c2", 7.2}};
  options.ties = {{"w2", "2*w"}, {"h2", "ratio*h*w2/(2*w)"}};
  const FitResult r = curve_fit(Model::parse(kTwo), peaks.data, options);
  FitOptions plain;
  plain.start = {{"h", 2}, {"c", 2.8}, {"w", 1}, {"ratio", 0.6}, {"c2", 7.2}};
  const FitResult by_hand = curve_fit(
      Model::parse("h*exp(-((x-c)/w)^2) + ratio*h*exp(-((x-c2)/(2*w))^2)"), peaks.data, plain);
  ASSERT_TRUE(r.success);
  expect_near(value(r, "ratio"), value(by_hand, "ratio"));
  expect_near(error(r, "ratio"), error(by_hand, "ratio"));
  expect_near(value(r, "h2"), value(by_hand, "ratio") * value(by_hand, "h"));
}

TEST(FitRelations, APriorIsARowOfItsOwn) {
  const Peaks peaks;
  for (const bool absolute : {false, true}) {
    FitOptions options;
    options.start = {{"h", 2}, {"c", 2.8}, {"w", 1}, {"h2", 1}, {"c2", 7.2}, {"w2", 1.5}};
    options.absolute_sigma = absolute;
    Dataset data = peaks.data;
    data.sigma(0.04);
    FitOptions with_prior = options;
    with_prior.priors = {{"w", {0.9, 0.01}}};
    const FitResult r = curve_fit(Model::parse(kTwo), data, with_prior);
    const std::vector<double> mean{0.9};
    Dataset known;
    known.response(mean).sigma(0.01);
    const FitResult by_hand =
        fit({{Model::parse(kTwo), data, {}, {}}, {Model::parse("w"), known, {}, {}}}, options);
    ASSERT_TRUE(r.success);
    for (const std::string& name : by_hand.names) {
      expect_near(value(r, name), value(by_hand, name));
      expect_near(error(r, name), error(by_hand, name));
    }
    EXPECT_EQ(r.n, 121);
    EXPECT_EQ(r.n_priors, 1);
    EXPECT_EQ(r.dof, 121 - 6);
    expect_near(r.chi2, by_hand.chi2);
    expect_near(r.aic, by_hand.aic);
    expect_near(r.bic, by_hand.bic);
    // R² is that of the data at the parameters found.
    double rss = 0.0;
    const std::vector<double> curve = evaluate(Model::parse(kTwo), data, r.popt);
    for (std::size_t i = 0; i < curve.size(); ++i)
      rss += std::pow((curve[i] - peaks.y[i]) / 0.04, 2);
    EXPECT_NEAR(r.r_squared, 1.0 - rss / r.tss, 1e-12);
  }
}

TEST(FitRelations, APriorKeepsTheSearchForStartsAndALossOfTheDataLeavesItAlone) {
  const Peaks peaks;
  FitOptions options;
  options.priors = {{"c", {3.0, 0.5}}};
  const FitResult found = curve_fit(Model::parse("h*exp(-((x-c)/w)^2)"), peaks.data, options);
  EXPECT_TRUE(found.success);
  EXPECT_NEAR(value(found, "c"), 3.0, 0.5);
  options.loss = Loss::soft_l1;
  options.f_scale = 0.1;
  options.priors = {{"c", {3.0, 0.001}}};
  const FitResult robust = curve_fit(Model::parse("h*exp(-((x-c)/w)^2)"), peaks.data, options);
  EXPECT_NEAR(value(robust, "c"), 3.0, 0.02);
}

TEST(FitRelations, DerivedQuantitiesHaveErrorsByTheDeltaMethod) {
  const Peaks peaks;
  FitOptions options;
  options.start = {{"h", 2}, {"c", 2.8}, {"w", 1}, {"h2", 1}, {"c2", 7.2}};
  options.ties = {{"w2", "2*w"}};
  options.derived = {{"area", "h*w*sqrt(pi)"}, {"distance", "c2-c"}, {"sum", "w2+w"}};
  const FitResult r = curve_fit(Model::parse(kTwo), peaks.data, options);
  ASSERT_EQ(r.derived.size(), 3u);
  const std::size_t N = r.names.size();
  const auto cov = [&](const char* a, const char* b) { return r.pcov[at(r, a) * N + at(r, b)]; };
  const double h = value(r, "h"), w = value(r, "w");
  expect_near(r.derived[0].value, h * w * std::sqrt(M_PI));
  const double variance =
      M_PI * (w * w * cov("h", "h") + 2 * h * w * cov("h", "w") + h * h * cov("w", "w"));
  expect_near(r.derived[0].error, std::sqrt(variance));
  expect_near(r.derived[1].error, std::sqrt(cov("c", "c") + cov("c2", "c2") - 2 * cov("c", "c2")));
  expect_near(r.derived[2].error, 3 * error(r, "w"));
  // Covariance of area and the sum of widths.
  expect_near(r.derived_cov[2], 3 * std::sqrt(M_PI) * (w * cov("h", "w") + h * cov("w", "w")));
  EXPECT_DOUBLE_EQ(r.derived_cov[2], r.derived_cov[6]);
}

TEST(FitRelations, ElementsOfVectorsAreTiedGivenPriorsAndDerivedFrom) {
  std::vector<double> x, g, y;
  for (int i = 0; i < 90; ++i) {
    x.push_back(0.1 * (i % 30));
    g.push_back(i / 30);
    y.push_back((1.0 + i / 30) * std::exp(-0.7 * x.back()) + 0.01 * std::sin(11.0 * i));
  }
  Dataset data;
  data.column("x", x).column("g", g).response(y);
  const Model model = Model::parse("a[g]*exp(-k*x)", {"x", "g"});
  FitOptions options;
  options.ties = {{"a[2]", "3*a[0]"}};
  options.priors = {{"a[1]", {2.0, 0.002}}};
  options.derived = {{"ratio", "a[2]/a[1]"}};
  const FitResult r = curve_fit(model, data, options);
  ASSERT_TRUE(r.success) << r.message;
  // By hand: one factor a row for the first and the last group.
  std::vector<double> factor, h, mean{2.0};
  for (int i = 0; i < 90; ++i) {
    factor.push_back(i / 30 == 2 ? 3.0 : 1.0);
    h.push_back(i / 30 == 1);
  }
  Dataset plain, known;
  plain.column("x", x).column("f", factor).column("h", h).response(y);
  known.response(mean).sigma(0.002);
  const FitResult by_hand =
      fit({{Model::parse("where(h, b, f*a)*exp(-k*x)", {"x", "f", "h"}), plain, {}, {}},
           {Model::parse("b"), known, {}, {}}});
  expect_near(value(r, "a[0]"), value(by_hand, "a"));
  expect_near(value(r, "a[1]"), value(by_hand, "b"));
  expect_near(value(r, "a[2]"), 3 * value(by_hand, "a"));
  expect_near(error(r, "a[2]"), 3 * error(by_hand, "a"));
  expect_near(error(r, "k"), error(by_hand, "k"));
  expect_near(r.derived[0].value, 3 * value(by_hand, "a") / value(by_hand, "b"));
  EXPECT_EQ(r.dof, by_hand.dof);
}

TEST(FitRelations, TiesActOnAllTermsOfAGlobalFit) {
  const Peaks peaks;
  FitOptions options;
  options.start = {{"h", 2}, {"c", 2.8}, {"w", 1}, {"b", 0.0}};
  options.ties = {{"u", "w"}};
  const Model one = Model::parse("h*exp(-((x-c)/w)^2) + b"),
              two = Model::parse("2*h*exp(-((x-c)/u)^2)");
  const FitResult r = fit({{one, peaks.data, {}, {}}, {two, peaks.data, {}, {}}}, options);
  options.ties.clear();
  const FitResult by_hand =
      fit({{one, peaks.data, {}, {}}, {Model::parse("2*h*exp(-((x-c)/w)^2)"), peaks.data, {}, {}}},
          options);
  for (const std::string& name : by_hand.names) expect_near(value(r, name), value(by_hand, name));
  expect_near(error(r, "u"), error(by_hand, "w"));
}

TEST(FitRelations, WhatContradictsIsNamed) {
  const Peaks peaks;
  const auto says = [&](FitOptions options) {
    return message_of([&] { curve_fit(Model::parse(kTwo), peaks.data, options); });
  };
  const auto has = [](const std::string& text, const std::string& part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  FitOptions o;
  o.ties = {{"w2", "2*w"}, {"w", "w2/2"}};
  has(says(o), "'w' and 'w2' are tied to each other: w = w2/2, w2 = 2*w");
  o.ties = {{"w2", "w2+1"}};
  has(says(o), "'w2' is tied to itself");
  o.ties = {{"w3", "2*w"}};
  has(says(o), "no parameter 'w3' (did you mean 'w'?)");
  o.ties = {{"w2", "2*ww"}};
  has(says(o), "'ww' in '2*ww' is no parameter");
  o.ties = {{"w2", "2*w"}};
  o.fixed = {{"w2", 1.0}};
  has(says(o), "'w2' is tied to '2*w' and fixed as well");
  o.fixed.clear();
  o.bounds = {{"w2", {0, 1}}};
  has(says(o), "bounded as well");
  o.bounds.clear();
  o.ties = {{"w2", "2*w+"}};
  has(says(o), "2*w+");
  o.ties.clear();
  o.priors = {{"q", {1, 1}}};
  has(says(o), "'q' in 'q' is no parameter");
  o.priors = {{"w", {1, 0}}};
  has(says(o), "positive");
  o.priors.clear();
  o.derived = {{"fwhm", "2.35*sigma"}};
  has(says(o), "derived: 'sigma' in '2.35*sigma' is no parameter");
}

}  // namespace
}  // namespace nlsq::test
