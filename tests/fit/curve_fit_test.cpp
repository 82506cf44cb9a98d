// SPDX-License-Identifier: MIT
// curve_fit from the outside: answers, statistics against closed forms, options, errors, threads.
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <functional>
#include <limits>
#include <thread>

#include "nlsq/error.hpp"
#include "nlsq/fit.hpp"
#include "problem/binding.hpp"
#include "reduce/data_evaluator.hpp"
#include "runtime/settings.hpp"
#include "support/decay.hpp"

namespace nlsq::test {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

FitResult fit_line(const std::vector<double>& x, const std::vector<double>& y,
                   const FitOptions& options = {}) {
  Dataset data;
  data.column("x", x).response(y);
  return curve_fit(Model::parse("a+b*x"), data, options);
}

// The closed form of the straight line.
struct Line {
  double a, b, var_a, var_b, cov, rss;
};
Line closed_form(const std::vector<double>& x, const std::vector<double>& y) {
  const double m = static_cast<double>(x.size());
  double mx = 0, my = 0, sxx = 0, sxy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) mx += x[i] / m, my += y[i] / m;
  for (std::size_t i = 0; i < x.size(); ++i)
    sxx += (x[i] - mx) * (x[i] - mx), sxy += (x[i] - mx) * (y[i] - my);
  Line l{};
  l.b = sxy / sxx;
  l.a = my - l.b * mx;
  for (std::size_t i = 0; i < x.size(); ++i) l.rss += std::pow(y[i] - l.a - l.b * x[i], 2);
  const double s2 = l.rss / (m - 2);
  l.var_b = s2 / sxx;
  l.var_a = s2 * (1 / m + mx * mx / sxx);
  l.cov = -mx * s2 / sxx;
  return l;
}

TEST(FitCurve, ParametersThatDataHardlyTellApartAreNamedInAWarning) {
  std::vector<double> x, y;
  for (int i = 1; i <= 50; ++i) {
    x.push_back(0.2 * i);
    y.push_back(3.0 * x.back() + 0.01 * std::sin(7.0 * i * i));
  }
  Dataset data;
  data.column("x", x).response(y);
  const FitResult hardly = curve_fit(Model::parse("a*x+b*(x+1e-11*x^2)", {"x"}), data);
  EXPECT_GT(hardly.condition, 1e10);
  ASSERT_FALSE(hardly.warnings.empty());
  EXPECT_NE(hardly.warnings.front().find("hardly tell"), std::string::npos)
      << hardly.warnings.front();
  EXPECT_TRUE(curve_fit(Model::parse("a*x+b*x^2", {"x"}), data).warnings.empty());
}

// Without a least time between looks each part of the pass that the caller works on is followed by
// one.
TEST(FitCurve, ALongPassIsWatchedAndCanBeEndedFromWithin) {
  const Decay decay = make_decay(300000);
  Dataset data;
  data.column("x", decay.x).response(decay.y);
  const Model model = Model::parse("a*exp(-b*x)+c", {"x"});
  const linalg::Indices free{0, 1, 2}, sizes{1, 1, 1};
  std::vector<reduce::Term> terms{
      fit_impl::bind_term({&model, &data, Loss::linear, 1.0}, FitOptions{}, sizes, free)};
  terms.front().parameters = free;
  terms.front().free = free;
  const std::vector<double> p{1.0, 1.0, 1.0};
  linalg::Summary plain;
  for (const int threads : {1, 2}) {
    int looks = 0, most = 1000;
    const std::function<void()> watch = [&] {
      if (++looks > most) throw std::runtime_error("enough");
    };
    reduce::EvaluatorOptions options = fit_impl::evaluator_options(threads);
    options.walk.watch = &watch;
    options.walk.between_looks = std::chrono::milliseconds(0);
    reduce::DataEvaluator evaluator(terms, p, free, options, fit_impl::shared_pool());
    linalg::Summary sum;
    // The caller looks, and of a short pass other threads may take every part.
    constexpr int kAttempts = 1000;
    for (int i = 0; i < kAttempts && looks == 0; ++i) evaluator.summary(p, solve::Grade::step, sum);
    EXPECT_GT(looks, 0) << threads;
    if (threads == 1) plain = sum;
    EXPECT_EQ(sum.R, plain.R);
    EXPECT_EQ(sum.cost, plain.cost);
    most = 0;
    const auto until_it_looks = [&] {
      for (int i = 0; i < kAttempts; ++i) evaluator.summary(p, solve::Grade::step, sum);
    };
    EXPECT_THROW(until_it_looks(), std::runtime_error);
    most = 1 << 30;
    evaluator.summary(p, solve::Grade::step, sum);  // and goes on (R from other coordinates, maybe)
    EXPECT_EQ(sum.cost, plain.cost);
  }
}

TEST(FitCurve, StraightLineIsTheTextbooks) {
  const std::vector<double> x{1, 2, 3, 4, 5, 6.5, 8}, y{1.1, 1.9, 3.2, 3.9, 5.1, 6.4, 8.3};
  const FitResult r = fit_line(x, y);
  const Line l = closed_form(x, y);
  EXPECT_NEAR(r.popt[0], l.a, 1e-13);
  EXPECT_NEAR(r.popt[1], l.b, 1e-13);
  EXPECT_NEAR(r.pcov[0], l.var_a, 1e-13);
  EXPECT_NEAR(r.pcov[1], l.cov, 1e-13);
  EXPECT_NEAR(r.pcov[3], l.var_b, 1e-13);
  EXPECT_NEAR(r.rss, l.rss, 1e-13);
  EXPECT_EQ(r.dof, 5);
  // Student's t for 95 % and 5 degrees of freedom is 2.570581835636314.
  EXPECT_NEAR(r.intervals()[1].second - r.popt[1], 2.570581835636314 * std::sqrt(l.var_b), 1e-12);
}

TEST(FitCurve, SigmaWeightsAndAbsoluteSigmaKeepsTheirScale) {
  const Decay d = make_decay(200);
  const Model model = Model::parse("a*exp(-b*x)+c");
  Dataset data;
  data.column("x", d.x).response(d.y).sigma(d.sigma);
  FitOptions options;
  const FitResult relative = curve_fit(model, data, options);
  options.absolute_sigma = true;
  const FitResult absolute = curve_fit(model, data, options);
  EXPECT_EQ(relative.popt, absolute.popt);
  for (std::size_t i = 0; i < 9; ++i) {
    EXPECT_NEAR(relative.pcov[i], absolute.pcov[i] * relative.reduced_chi2,
                1e-12 * std::fabs(relative.pcov[i]));
  }
}

TEST(FitCurve, OneNumberForSigmaIsAColumnOfIt) {
  const Decay d = make_decay(100);
  const std::vector<double> same(100, 0.05);
  const Model model = Model::parse("a*exp(-b*x)+c");
  Dataset number, column;
  number.column("x", d.x).response(d.y).sigma(0.05);
  column.column("x", d.x).response(d.y).sigma(same);
  const FitResult a = curve_fit(model, number), b = curve_fit(model, column);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(a.popt[i], b.popt[i], 1e-12);
  EXPECT_NEAR(a.chi2, b.chi2, 1e-10 * a.chi2);
}

TEST(FitCurve, InfiniteSigmaLeavesTheRowOutWhateverTheModelIsThere) {
  Decay d = make_decay(101);
  Decay shorter = d;
  for (auto* column : {&shorter.x, &shorter.y, &shorter.sigma}) column->erase(column->begin() + 7);
  d.sigma[7] = kInf;
  d.x[7] = -5.0;  // log(-5) is NaN
  d.y[7] = NAN;
  const Model model = Model::parse("a*log(x+0.1)+b");
  Dataset all, left;
  all.column("x", d.x).response(d.y).sigma(d.sigma);
  left.column("x", shorter.x).response(shorter.y).sigma(shorter.sigma);
  const FitResult a = curve_fit(model, all), b = curve_fit(model, left);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(a.popt[i], b.popt[i], 1e-12 * std::fabs(b.popt[i]));
    EXPECT_NEAR(a.perr[i], b.perr[i], 1e-10 * b.perr[i]);
  }
  EXPECT_EQ(a.n, 100);
  EXPECT_EQ(a.n_masked, 1);
  EXPECT_NEAR(a.r_squared, b.r_squared, 1e-12);
  EXPECT_NEAR(a.aic, b.aic, 1e-8);
}

TEST(FitCurve, Float32ColumnsAreReadAsTheyAre) {
  const Decay d = make_decay(500);
  const std::vector<float> x(d.x.begin(), d.x.end()), y(d.y.begin(), d.y.end());
  const std::vector<double> wide_x(x.begin(), x.end()), wide_y(y.begin(), y.end());
  const Model model = Model::parse("a*exp(-b*x)+c");
  Dataset narrow, wide;
  narrow.column("x", x).response(y);
  wide.column("x", wide_x).response(wide_y);
  const FitResult a = curve_fit(model, narrow), b = curve_fit(model, wide);
  EXPECT_EQ(a.popt, b.popt);
  EXPECT_EQ(a.pcov, b.pcov);
}

TEST(FitCurve, FixedParametersStayAndHaveNoUncertainty) {
  const Decay d = make_decay(300);
  Dataset data;
  data.column("x", d.x).response(d.y);
  FitOptions options;
  options.fixed["c"] = 0.5;
  const FitResult r = curve_fit(Model::parse("a*exp(-b*x)+c"), data, options);
  EXPECT_EQ(r.popt[2], 0.5);
  EXPECT_EQ(r.perr[2], 0.0);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(r.pcov[6 + i], 0.0);
  EXPECT_EQ(r.dof, 298);
  const FitResult written = curve_fit(Model::parse("a*exp(-b*x)+0.5"), data);
  EXPECT_NEAR(r.popt[0], written.popt[0], 1e-12);
  EXPECT_NEAR(r.perr[1], written.perr[1], 1e-12);
}

TEST(FitCurve, ABoundThatIsNotReachedChangesNothing) {
  const Decay d = make_decay(300);
  Dataset data;
  data.column("x", d.x).response(d.y);
  const Model model = Model::parse("a*exp(-b*x)+c");
  const FitResult open = curve_fit(model, data);
  for (const Method method : {Method::trf, Method::dogbox}) {
    FitOptions options;
    options.method = method;
    options.bounds["a"] = {0.0, 10.0};
    options.bounds["b"] = {0.0, 10.0};
    const FitResult r = curve_fit(model, data, options);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_NEAR(r.popt[i], open.popt[i], 1e-10);
      EXPECT_NEAR(r.perr[i], open.perr[i], 1e-10);
    }
  }
}

TEST(FitCurve, ABoundThatHoldsIsReportedAndWarnedAbout) {
  const Decay d = make_decay(300);
  Dataset data;
  data.column("x", d.x).response(d.y);
  for (const Method method : {Method::trf, Method::dogbox}) {
    FitOptions options;
    options.method = method;
    options.bounds["b"] = {0.0, 1.0};
    const FitResult r = curve_fit(Model::parse("a*exp(-b*x)+c"), data, options);
    EXPECT_NEAR(r.popt[1], 1.0, 1e-9);
    EXPECT_LE(r.popt[1], 1.0);
    EXPECT_EQ(r.at_bound[1], 1);
    ASSERT_FALSE(r.warnings.empty());
    EXPECT_NE(r.warnings[0].find("'b' is at its bound"), std::string::npos) << r.warnings[0];
  }
}

TEST(FitCurve, SaysWhichParametersTheDataDoNotDetermine) {
  const Decay d = make_decay(100);
  Dataset data;
  data.column("x", d.x).response(d.y);
  const FitResult r = curve_fit(Model::parse("a*exp(-b*x)+c+d"), data);
  EXPECT_TRUE(r.success);
  EXPECT_EQ(r.rank, 3);
  EXPECT_TRUE(std::isinf(r.perr[2]) && std::isinf(r.perr[3]));
  EXPECT_TRUE(std::isfinite(r.perr[0]) && std::isfinite(r.perr[1]));
  ASSERT_FALSE(r.warnings.empty());
  EXPECT_NE(r.warnings[0].find("'c' and 'd'"), std::string::npos) << r.warnings[0];
}

TEST(FitCurve, FewerRowsThanParametersGivesInfiniteErrorsAndAWarning) {
  const std::vector<double> x{1.0}, y{3.0};
  const FitResult r = fit_line(x, y);
  EXPECT_NEAR(r.popt[0] + r.popt[1], 3.0, 1e-10);
  EXPECT_TRUE(std::isinf(r.perr[0]) && std::isinf(r.perr[1]));
  EXPECT_FALSE(r.warnings.empty());
}

TEST(FitCurve, PerfectDataConverge) {
  const std::vector<double> x{0, 1, 2, 3}, y{1, 3, 5, 7};
  const FitResult r = fit_line(x, y);
  EXPECT_TRUE(r.success);
  EXPECT_NEAR(r.popt[1], 2.0, 1e-14);
  EXPECT_NEAR(r.r_squared, 1.0, 1e-14);
}

TEST(FitCurve, ScalingTheResponseScalesTheAnswer) {
  const Decay d = make_decay(400);
  const Model model = Model::parse("a*exp(-b*x)+c");
  Dataset data;
  data.column("x", d.x).response(d.y);
  const FitResult reference = curve_fit(model, data);
  for (const double factor : {1e-12, 1e12}) {
    std::vector<double> y = d.y;
    for (double& v : y) v *= factor;
    Dataset scaled;
    scaled.column("x", d.x).response(y);
    FitOptions options;
    options.p0 = {factor, 1.0, factor};
    const FitResult r = curve_fit(model, scaled, options);
    EXPECT_TRUE(r.success);
    EXPECT_NEAR(r.popt[0], factor * reference.popt[0], 1e-9 * factor);
    EXPECT_NEAR(r.popt[1], reference.popt[1], 1e-9);
    EXPECT_NEAR(r.perr[1], reference.perr[1], 1e-9);
  }
}

TEST(FitCurve, ALossKeepsOutliersFromPulling) {
  Decay d = make_decay(400);
  for (std::size_t i = 0; i < d.y.size(); i += 20) d.y[i] += 50.0;
  Dataset data;
  data.column("x", d.x).response(d.y);
  const Model model = Model::parse("a*exp(-b*x)+c");
  for (const Loss loss : {Loss::soft_l1, Loss::huber, Loss::cauchy, Loss::arctan}) {
    for (const Method method : {Method::trf, Method::lm, Method::dogbox}) {
      FitOptions options;
      options.loss = loss;
      options.method = method;
      options.f_scale = 0.1;
      options.p0 = {2.0, 1.0, 0.4};
      const FitResult r = curve_fit(model, data, options);
      EXPECT_TRUE(r.success) << to_string(loss) << " " << to_string(method) << " " << r.message;
      EXPECT_NEAR(r.popt[1], 1.3, 0.08) << to_string(loss) << " " << to_string(method);
    }
  }
}

TEST(FitCurve, TracedLambdaAndFormulaAgree) {
  const Decay d = make_decay(250);
  Dataset data;
  data.column("x", d.x).response(d.y);
  const Model traced = Model::trace({"a", "b", "c"}, [](const Columns& c, const Params& p) {
    return p["a"] * exp(-p["b"] * c["x"]) + p[2];
  });
  const FitResult a = curve_fit(traced, data), b = curve_fit(Model::parse("a*exp(-b*x)+c"), data);
  EXPECT_EQ(a.popt, b.popt);
  EXPECT_EQ(a.pcov, b.pcov);
}

TEST(FitCurve, TheOrderOfDerivationIsAsAskedAndChangesNothing) {
  const Decay d = make_decay(250);
  Dataset data;
  data.column("x", d.x).response(d.y);
  const Model model = Model::parse("a*exp(-b*x)+c+d*sin(f*x)*exp(-g*x)");
  FitOptions options;
  options.p0 = {2.5, 1.3, 0.5, 0.0, 3.0, 0.1};
  options.fixed["f"], options.fixed["g"];
  options.jacobian_mode = JacobianMode::fwd;
  const FitResult forward = curve_fit(model, data, options);
  options.jacobian_mode = JacobianMode::rev;
  const FitResult reverse = curve_fit(model, data, options);
  EXPECT_EQ(forward.jacobian_mode, "fwd");
  EXPECT_EQ(reverse.jacobian_mode, "rev");
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(forward.popt[i], reverse.popt[i], 1e-10);
    EXPECT_NEAR(forward.perr[i], reverse.perr[i], 1e-10);
  }
}

TEST(FitTerms, SharedParametersOfSeveralDataSetsAreFittedTogether) {
  const Decay one = make_decay(150, 1), two = make_decay(230, 2);
  Dataset first, second, joined;
  first.column("x", one.x).response(one.y);
  second.column("x", two.x).response(two.y);
  // The same rows as one data set, with the offset picked by a column.
  std::vector<double> x = one.x, y = one.y, which(one.x.size(), 0.0);
  x.insert(x.end(), two.x.begin(), two.x.end());
  y.insert(y.end(), two.y.begin(), two.y.end());
  which.resize(x.size(), 1.0);
  joined.column("x", x).column("which", which).response(y);
  const FitResult terms = fit({{Model::parse("a*exp(-b*x)+c1"), first, {}, {}},
                               {Model::parse("a*exp(-b*x)+c2"), second, {}, {}}});
  const FitResult gathered =
      curve_fit(Model::parse("a*exp(-b*x)+c[which]", {"x", "which"}), joined);
  EXPECT_EQ(terms.names, (std::vector<std::string>{"a", "b", "c1", "c2"}));
  EXPECT_EQ(gathered.names, (std::vector<std::string>{"a", "b", "c[0]", "c[1]"}));
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(terms.popt[i], gathered.popt[i], 1e-10) << i;
    EXPECT_NEAR(terms.perr[i], gathered.perr[i], 1e-10) << i;
  }
}

TEST(FitTerms, SeveralOutputsARowAreSeveralResiduals) {
  const Decay one = make_decay(120, 1), two = make_decay(120, 2);
  Dataset both, first, second;
  both.column("x", one.x).response(one.y).response(two.y);
  first.column("x", one.x).response(one.y);
  second.column("x", two.x).response(two.y);
  const FitResult outputs =
      curve_fit(Model::parse_outputs({"a*exp(-b*x)+c", "a*exp(-b*x)+d"}, {"x"}), both);
  const FitResult terms = fit({{Model::parse("a*exp(-b*x)+c"), first, {}, {}},
                               {Model::parse("a*exp(-b*x)+d"), second, {}, {}}});
  EXPECT_EQ(outputs.n, 240);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(outputs.popt[i], terms.popt[i], 1e-11);
}

TEST(FitCurve, ManyThreadsMayFitOneModel) {
  const Decay d = make_decay(20000);
  Dataset data;
  data.column("x", d.x).response(d.y);
  const Model model = Model::parse("a*exp(-b*x)+c");
  const FitResult reference = curve_fit(model, data);
  std::vector<FitResult> results(16);
  std::vector<std::thread> threads;
  for (FitResult& r : results) threads.emplace_back([&] { r = curve_fit(model, data); });
  for (std::thread& t : threads) t.join();
  for (const FitResult& r : results) EXPECT_EQ(r.popt, reference.popt);
}

TEST(FitCurve, ItsHookRunsBeforeEachPassAndMayThrow) {
  const Decay d = make_decay(200);
  Dataset data;
  data.column("x", d.x).response(d.y);
  const Model model = Model::parse("a*exp(-b*x)+c");
  FitOptions options;
  index_t passes = 0;
  options.before_pass = [&] { ++passes; };
  const FitResult r = curve_fit(model, data, options);
  EXPECT_EQ(passes, r.nfev);
  struct Enough {};
  options.before_pass = [&] {
    if (--passes < 3) throw Enough{};
  };
  EXPECT_THROW(curve_fit(model, data, options), Enough);
  EXPECT_EQ(curve_fit(model, data).popt, r.popt);
}

TEST(FitCurve, AModelUsedBeforeGivesTheBitsOfAFreshOne) {
  // Workspaces are lent from fit to fit: sizes, threads, losses and sigma change in between.
  const Model used = Model::parse("a*exp(-b*x)+c");
  const index_t sizes[] = {100, 7, 5000, 16, 100, 70000, 9, 512, 513, 40000};
  for (int round = 0; round < 60; ++round) {
    const Decay d = make_decay(sizes[round % 10], static_cast<std::uint64_t>(round));
    Dataset data;
    data.column("x", d.x).response(d.y);
    if (round % 3 == 1) data.sigma(d.sigma);
    FitOptions options;
    options.threads = 1 + round % 4;
    if (round % 7 == 2) options.loss = Loss::soft_l1;
    if (round % 5 == 3) options.fixed["c"] = 0.5;
    const FitResult again = curve_fit(used, data, options);
    const FitResult fresh = curve_fit(Model::parse("a*exp(-b*x)+c"), data, options);
    EXPECT_EQ(again.popt, fresh.popt) << "round " << round;
    EXPECT_EQ(again.pcov, fresh.pcov) << "round " << round;
    EXPECT_EQ(again.nfev, fresh.nfev) << "round " << round;
  }
}

TEST(FitCurve, ACallbackStopsTheFitAndItsExceptionsPass) {
  const Decay d = make_decay(200);
  Dataset data;
  data.column("x", d.x).response(d.y);
  const Model model = Model::parse("a*exp(-b*x)+c");
  FitOptions options;
  options.callback = [](const Iteration& i) { return i.iteration == 2; };
  const FitResult r = curve_fit(model, data, options);
  EXPECT_EQ(r.status, Status::stopped);
  EXPECT_FALSE(r.success);
  options.callback = [](const Iteration&) -> bool { throw std::runtime_error("mine"); };
  EXPECT_THROW(curve_fit(model, data, options), std::runtime_error);
}

TEST(FitCurve, TheLimitOfEvaluationsHolds) {
  const Decay d = make_decay(200);
  Dataset data;
  data.column("x", d.x).response(d.y);
  FitOptions options;
  options.max_nfev = 3;
  const FitResult r = curve_fit(Model::parse("a*exp(-b*x)+c"), data, options);
  EXPECT_LE(r.nfev, 3);
  EXPECT_EQ(r.status, Status::max_nfev);
}

std::string message_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const InputError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(FitErrors, NameWhatIsWrongAndWhere) {
  const Decay d = make_decay(50);
  const Model model = Model::parse("a*exp(-b*x)+c");
  Dataset data;
  data.column("x", d.x).response(d.y);
  const auto with = [&](const std::function<void(FitOptions&)>& change) {
    FitOptions options;
    change(options);
    return message_of([&] { curve_fit(model, data, options); });
  };
  EXPECT_EQ(with([](FitOptions& o) { o.start["bb"] = 1; }),
            "p0: the model has no parameter 'bb' (did you mean 'b'?); its parameters are 'a', 'b' "
            "and 'c'");
  EXPECT_EQ(with([](FitOptions& o) {
              o.bounds["a"] = {2, 1};
            }),
            "bounds: the lower bound 2 of 'a' is above the upper bound 1");
  EXPECT_EQ(with([](FitOptions& o) {
              o.bounds["a"] = {2, 3}, o.start["a"] = 5;
            }),
            "p0: the start 5 of 'a' is outside its bounds [2, 3]");
  EXPECT_EQ(with([](FitOptions& o) {
              o.p0 = {1, 2};
            }),
            "p0: 2 values were given for 3 parameters ('a', 'b' and 'c')");
  EXPECT_EQ(with([](FitOptions& o) { o.start["a"] = NAN; }),
            "p0: the start nan of 'a' is not finite");
  EXPECT_NE(with([](FitOptions& o) {
              o.method = Method::lm, o.bounds["a"] = {0, 3};
            }).find("lm"),
            std::string::npos);
}

TEST(FitErrors, AModelWithoutAParameterIsRefused) {
  const Decay d = make_decay(50);
  Dataset data;
  data.column("x", d.x).response(d.y);
  EXPECT_EQ(message_of([&] { curve_fit(Model::parse("2*x + 1"), data); }),
            "model: it has no parameter, so there is nothing to fit");
  FitOptions fixed;
  fixed.fixed["a"] = 2.0;
  EXPECT_EQ(curve_fit(Model::parse("a*x"), data, fixed).nfev, 1) << "a fixed one is one";
}

TEST(FitErrors, NameTheRowOfBadData) {
  Decay d = make_decay(50);
  const auto fit_it = [&] {
    Dataset data;
    data.column("x", d.x).response(d.y).sigma(d.sigma);
    return message_of([&] { curve_fit(Model::parse("a*exp(-b*x)+c"), data); });
  };
  d.x[3] = NAN;
  EXPECT_EQ(fit_it(), "data: column 'x' is nan in row 4");
  d = make_decay(50);
  d.y[9] = kInf;
  EXPECT_EQ(fit_it(), "data: the response is inf in row 10");
  d = make_decay(50);
  d.sigma[0] = 0.0;
  EXPECT_EQ(
      fit_it(),
      "sigma: the value in row 1 is zero (0); it must be positive (infinite leaves the row out)");
  d.sigma[0] = -2.0;
  EXPECT_NE(fit_it().find("row 1 is negative"), std::string::npos);
  d = make_decay(50);
  d.x.pop_back();
  EXPECT_EQ(fit_it(), "data: column 'x' has 49 values, the response has 50");
}

TEST(FitErrors, NameTheRowWhereTheModelIsNotFiniteAtTheStart) {
  const std::vector<double> x{1, 2, 0, 4}, y{1, 2, 3, 4};
  Dataset data;
  data.column("x", x).response(y);
  EXPECT_EQ(message_of([&] { curve_fit(Model::parse("a*log(x)+b"), data); }),
            "p0: the residual is -inf in row 3 (x = 0) at the start (a=1, b=1); give a start where "
            "the model is finite");
}

TEST(FitErrors, OfferTheNearestColumn) {
  const std::vector<double> x{1, 2, 3}, y{1, 2, 3};
  Dataset data;
  data.column("time", x).response(y);
  EXPECT_EQ(message_of([&] { curve_fit(Model::parse("a+b*tine", {"tine"}), data); }),
            "data: no column named 'tine' (did you mean 'time'?); there is 'time'");
}

TEST(FitEvaluate, GivesAllOutputsOfARowTogether) {
  const Model model = Model::parse_outputs({"a*exp(-b*x)", "a + x"}, {"x"});
  for (const std::size_t rows : {1u, 16u, 17u, 300u}) {
    std::vector<double> x(rows);
    for (std::size_t r = 0; r < rows; ++r) x[r] = 0.01 * static_cast<double>(r);
    Dataset data;
    data.column("x", x);
    const std::vector<double> all = evaluate(model, data, {2.0, 0.7}, kAllOutputs);
    const std::vector<double> first = evaluate(model, data, {2.0, 0.7}),
                              second = evaluate(model, data, {2.0, 0.7}, 1);
    ASSERT_EQ(all.size(), 2 * rows);
    for (std::size_t r = 0; r < rows; ++r) {
      EXPECT_NEAR(first[r], 2.0 * std::exp(-0.7 * x[r]), 1e-14);
      EXPECT_EQ(all[2 * r], first[r]);
      EXPECT_EQ(all[2 * r + 1], second[r]);
    }
  }
}

TEST(FitJacobian, HasARowForEachRowAndOutput) {
  const Model model = Model::parse_outputs({"a*exp(-b*x)", "a + c*x", "3*c"}, {"x"});
  const std::vector<double> x{0.0, 0.5, 2.0};
  Dataset data;
  data.column("x", x);
  const std::vector<double> p{2.0, 0.7, 1.5};
  const std::vector<double> J = jacobian(model, data, p, kAllOutputs);
  ASSERT_EQ(J.size(), 27u);
  for (std::size_t r = 0; r < 3; ++r) {
    const double e = std::exp(-0.7 * x[r]);
    const double exact[3][3] = {{e, -2.0 * x[r] * e, 0.0}, {1.0, 0.0, x[r]}, {0.0, 0.0, 3.0}};
    for (std::size_t o = 0; o < 3; ++o) {
      const std::vector<double> alone = jacobian(model, data, p, static_cast<index_t>(o));
      for (std::size_t j = 0; j < 3; ++j) {
        EXPECT_NEAR(J[(r * 3 + o) * 3 + j], exact[o][j], 1e-14);
        EXPECT_EQ(J[(r * 3 + o) * 3 + j], alone[r * 3 + j]);
      }
    }
  }
  EXPECT_THROW(jacobian(model, data, {1.0}), InputError);
  EXPECT_THROW(jacobian(model, data, p, 3), InputError);
}

// On many rows the last pass would only confirm a step that is nothing.
TEST(CurveFit, TakesNoPassForAStepOfNoLength) {
  const test::Decay data = test::make_decay(60000);
  const Model model = Model::parse("a*exp(-b*x)+c", {"x"});
  const Dataset set = Dataset().column("x", data.x).response(data.y);
  FitOptions options;
  options.p0 = {2.0, 1.0, 0.0};
  options.progressive = false;
  const FitResult usual = curve_fit(model, set, options);
  options.max_polish = 20;
  const FitResult thorough = curve_fit(model, set, options);
  EXPECT_TRUE(usual.success);
  EXPECT_LT(usual.nfev, thorough.nfev);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_NEAR(usual.popt[i], thorough.popt[i], 2e-6 * thorough.perr[i]);
}

// A shared parameter comes before the own ones of the second term in the problem, and behind them
// in its model.
TEST(FitTerms, SharedParametersHaveTheirCovarianceWhateverTheOrder) {
  std::vector<double> t, rise, fall, both_t, which, both;
  for (int i = 0; i < 60; ++i) {
    t.push_back(0.1 * i);
    rise.push_back(2.0 * std::exp(-0.8 * t.back()) + 0.01 * std::sin(37.0 * i));
    fall.push_back(1.5 * std::exp(-0.8 * t.back()) - 0.01 * std::sin(31.0 * i));
  }
  for (const double w : {0.0, 1.0}) {
    both_t.insert(both_t.end(), t.begin(), t.end());
    which.insert(which.end(), t.size(), w);
    const auto& y = w == 0.0 ? rise : fall;
    both.insert(both.end(), y.begin(), y.end());
  }
  Dataset first, second, joined;
  first.column("t", t).response(rise);
  second.column("t", t).response(fall);
  joined.column("t", both_t).column("w", which).response(both);
  const FitResult terms = fit({{Model::parse("a*exp(-k*t)", {"t"}), first, {}, {}},
                               {Model::parse("b*exp(-k*t)", {"t"}), second, {}, {}}});
  const FitResult one =
      curve_fit(Model::parse("where(w, b, a)*exp(-k*t)", {"t", "w"}), joined);  // b, a, k
  ASSERT_EQ(terms.names, (std::vector<std::string>{"a", "k", "b"}));
  const std::size_t order[] = {1, 2, 0};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(terms.popt[i], one.popt[order[i]], 1e-10);
    for (std::size_t j = 0; j < 3; ++j) {
      const double wanted = one.pcov[3 * order[i] + order[j]];
      EXPECT_NEAR(terms.pcov[3 * i + j], wanted, 1e-9 * std::abs(wanted));
    }
  }
}

}  // namespace
}  // namespace nlsq::test
