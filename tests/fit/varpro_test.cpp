// SPDX-License-Identifier: MIT
// Variable projection ends where every method ends, in fewer passes; what it cannot do it refuses.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "nlsq/error.hpp"
#include "nlsq/fit.hpp"
#include "nlsq/least_squares.hpp"

namespace nlsq {
namespace {

struct Curve {
  std::vector<double> x, y;
  Dataset data() const {
    Dataset all;
    all.column("x", x).response(y);
    return all;
  }
};

// Values of a formula on x from 0 to 10 with a hundredth of noise.
Curve curve_of(const std::string& formula, const std::vector<double>& p, int rows = 200,
               unsigned seed = 1) {
  Curve made;
  for (int i = 0; i < rows; ++i) made.x.push_back(10.0 * i / (rows - 1));
  Dataset all;
  all.column("x", made.x);
  made.y = evaluate(Model::parse(formula, {"x"}), all, p);
  const auto [least, most] = std::minmax_element(made.y.begin(), made.y.end());
  std::mt19937_64 random(seed);
  std::normal_distribution<double> noise(0.0, 0.01 * (*most - *least));
  for (double& value : made.y) value += noise(random);
  return made;
}

FitOptions from(std::vector<double> p0, Method method) {
  FitOptions options;
  options.p0 = std::move(p0);
  options.method = method;
  return options;
}

void expect_same(const FitResult& a, const FitResult& b, double close = 1e-9) {
  ASSERT_TRUE(a.success && b.success) << a.message << " " << b.message;
  EXPECT_NEAR(a.cost, b.cost, 1e-11 * b.cost);
  for (std::size_t i = 0; i < a.popt.size(); ++i) {
    EXPECT_NEAR(a.popt[i], b.popt[i], close * b.perr[i]) << a.names[i];
    for (std::size_t j = 0; j < a.popt.size(); ++j) {
      const std::size_t at = i * a.popt.size() + j;
      EXPECT_NEAR(a.pcov[at], b.pcov[at], close * b.perr[i] * b.perr[j]) << i << " " << j;
    }
  }
}

const char* const kDecays = "a*exp(-k*x) + b*exp(-q*x) + c";

TEST(Varpro, EndsWhereTrfEndsInFewerPasses) {
  const Model model = Model::parse(kDecays, {"x"});
  index_t trf = 0, varpro = 0;
  for (unsigned seed = 1; seed <= 16; ++seed) {
    std::vector<double> p0 = {3.0, 0.3, 2.0, 1.5, 0.5};
    const Curve curve = curve_of(kDecays, p0, 200, seed);
    for (std::size_t i = 0; i < 4; ++i) p0[i] *= (seed >> i) & 1 ? 3.0 : 1.0 / 3.0;
    const FitResult plain = curve_fit(model, curve.data(), from(p0, Method::trf));
    FitResult projected = curve_fit(model, curve.data(), from(p0, Method::varpro));
    if (plain.popt[1] > plain.popt[3]) continue;  // the other order of equal terms
    if (projected.popt[1] < projected.popt[3]) expect_same(projected, plain);
    EXPECT_NEAR(projected.cost, plain.cost, 1e-10 * plain.cost) << seed;
    trf += plain.nfev;
    varpro += projected.nfev;
  }
  EXPECT_GT(trf, 0);
  EXPECT_LT(varpro, trf);
}

TEST(Varpro, ColumnsOfSeveralLinearParametersAndTheBase) {
  const struct {
    const char* formula;
    std::vector<double> truth, p0;
  } cases[] = {
      {"a*sin(w*x) + b*cos(w*x) + exp(-k*x)", {2, 1.1, 1, 0.4}, {1, 1.2, 0, 0.8}},
      {"(a + b*x)/(1 + k*x)", {3, 1, 0.7}, {1, 1, 2}},
      {"a + b*x + c*x^2", {1, 2, 3}, {9, 9, 9}},
      {"a*exp(-((x - m)/w)^2) + d + s*x", {4, 5, 1.5, 1, 0.1}, {1, 4.5, 3, 0, 0}},
      {"a*x^k + x^k", {2, 0.5}, {1, 1}},
  };
  for (const auto& one : cases) {
    const Model model = Model::parse(one.formula, {"x"});
    Curve curve = curve_of(one.formula, one.truth);
    curve.x.front() = 1e-3;
    const FitResult plain = curve_fit(model, curve.data(), from(one.p0, Method::trf));
    SCOPED_TRACE(one.formula);
    expect_same(curve_fit(model, curve.data(), from(one.p0, Method::varpro)), plain);
  }
}

TEST(Varpro, KeepsBoundsFixedValuesWeightsAndMasks) {
  const Model model = Model::parse(kDecays, {"x"});
  Curve curve = curve_of(kDecays, {3.0, 0.3, 2.0, 1.5, 0.5});
  std::vector<double> sigma(curve.x.size());
  for (std::size_t i = 0; i < sigma.size(); ++i)
    sigma[i] = i % 17 == 3 ? INFINITY : 0.02 + 0.001 * static_cast<double>(i % 5);
  Dataset data;
  data.column("x", curve.x).response(curve.y).sigma(sigma);
  for (const bool fix : {false, true}) {
    FitOptions options = from({1.0, 0.1, 1.0, 1.0, 0.2}, Method::trf);
    options.bounds["c"] = {0.0, 0.4};  // a linear one that wants to be 0.5
    options.bounds["q"] = {0.5, 1.4};  // another that wants to be 1.5
    if (fix) options.fixed["b"] = 2.0;
    const FitResult plain = curve_fit(model, data, options);
    options.method = Method::varpro;
    const FitResult projected = curve_fit(model, data, options);
    ASSERT_TRUE(projected.success);
    EXPECT_EQ(projected.at_bound, plain.at_bound);
    EXPECT_EQ(projected.popt[4], 0.4);
    expect_same(projected, plain);
    EXPECT_EQ(projected.n_masked, plain.n_masked);
  }
}

TEST(Varpro, FitsSeveralTermsWithSharedParameters) {
  std::vector<FitTerm> terms;
  std::vector<Curve> curves;
  for (unsigned t = 0; t < 3; ++t)
    curves.push_back(curve_of("a*exp(-k*x) + c", {1.0 + t, 0.4, 0.2}, 60, t + 1));
  for (unsigned t = 0; t < 3; ++t) {
    const std::string name = "a" + std::to_string(t);
    terms.push_back({Model::parse(name + "*exp(-k*x) + c", {"x"}), curves[t].data(), {}, {}});
  }
  FitOptions options;
  options.p0 = {1, 1, 1, 1, 1};
  const FitResult plain = fit(terms, options);
  options.method = Method::varpro;
  expect_same(fit(terms, options), plain);
}

TEST(Varpro, ACallbackSeesAllParametersAndMayStop) {
  const Model model = Model::parse(kDecays, {"x"});
  const Curve curve = curve_of(kDecays, {3.0, 0.3, 2.0, 1.5, 0.5});
  FitOptions options = from({1.0, 0.1, 1.0, 1.0, 0.2}, Method::varpro);
  std::vector<double> last;
  double cost = INFINITY;
  options.callback = [&](const Iteration& seen) {
    EXPECT_LE(seen.cost, cost);
    cost = seen.cost;
    last.assign(seen.parameters.begin(), seen.parameters.end());
    return seen.iteration == 3;
  };
  const FitResult stopped = curve_fit(model, curve.data(), options);
  EXPECT_EQ(stopped.status, Status::stopped);
  EXPECT_EQ(stopped.popt, last);
  EXPECT_NEAR(stopped.cost, cost, 1e-12 * cost);
  Dataset data = curve.data();
  const std::vector<double> values = evaluate(model, data, stopped.popt);
  double sum = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i)
    sum += 0.5 * (values[i] - curve.y[i]) * (values[i] - curve.y[i]);
  EXPECT_NEAR(sum, stopped.cost, 1e-10 * sum);
}

TEST(Varpro, KeepsTheLimitOfEvaluations) {
  const Model model = Model::parse(kDecays, {"x"});
  const Curve curve = curve_of(kDecays, {3.0, 0.3, 2.0, 1.5, 0.5});
  FitOptions options = from({9.0, 3.0, 1.0, 0.1, 0.2}, Method::varpro);
  options.max_nfev = 4;
  const FitResult cut = curve_fit(model, curve.data(), options);
  EXPECT_FALSE(cut.success);
  EXPECT_LE(cut.nfev, 5);
}

// Long columns are looked at during the first pass of the whole problem.
TEST(Varpro, LooksAtLongColumnsBeforeItProjects) {
  const Model model = Model::parse(kDecays, {"x"});
  Curve curve = curve_of(kDecays, {3.0, 0.3, 2.0, 1.5, 0.5}, 300'000);
  const auto fitted = [&](Method method) {
    FitOptions options = from({9.0, 0.1, 1.0, 4.0, 1.0}, method);
    options.progressive = false;
    return curve_fit(model, curve.data(), options);
  };
  const FitResult plain = fitted(Method::trf), projected = fitted(Method::varpro);
  expect_same(projected, plain, 1e-6);  // as far as fits of so many rows are polished
  EXPECT_NEAR(projected.r_squared, plain.r_squared, 1e-12);
  EXPECT_LT(projected.nfev, plain.nfev);
  curve.y[777] = NAN;
  std::string messages[2];
  for (const Method method : {Method::trf, Method::varpro}) {
    try {
      fitted(method);
    } catch (const InputError& error) {
      messages[method == Method::varpro] = error.what();
    }
  }
  EXPECT_NE(messages[0], "");
  EXPECT_EQ(messages[1], messages[0]);
}

TEST(Varpro, TheSameBitsForAnyNumberOfThreads) {
  const Model model = Model::parse(kDecays, {"x"});
  const Curve curve = curve_of(kDecays, {3.0, 0.3, 2.0, 1.5, 0.5}, 30'000);
  FitOptions options = from({1.0, 0.1, 1.0, 1.0, 0.2}, Method::varpro);
  options.threads = 1;
  const FitResult one = curve_fit(model, curve.data(), options);
  options.threads = 3;
  const FitResult three = curve_fit(model, curve.data(), options);
  EXPECT_EQ(one.popt, three.popt);
  EXPECT_EQ(one.pcov, three.pcov);
}

std::string refusal(const std::string& formula, const FitOptions& options) {
  const Curve curve = curve_of("1 + x*a", {1.0}, 50);
  try {
    curve_fit(Model::parse(formula, {"x"}), curve.data(), options);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Varpro, RefusesWhatItCannotDo) {
  FitOptions options;
  options.method = Method::varpro;
  EXPECT_NE(refusal("exp(-k*x)", options).find("needs a parameter that the model is linear in"),
            std::string::npos);
  options.fixed["a"] = 1.0;
  EXPECT_NE(refusal("a*exp(-k*x)", options).find("needs a parameter"), std::string::npos);
  options.fixed.clear();
  options.loss = Loss::huber;
  EXPECT_NE(refusal("a*exp(-k*x)", options).find("without a robust loss"), std::string::npos);
  options.loss = Loss::linear;
  options.checkpoint = "none.ckpt";
  EXPECT_NE(refusal("a*exp(-k*x)", options).find("checkpoint: 'varpro'"), std::string::npos);
  options.checkpoint.clear();
  options.memory_limit = 1 << 30;
  EXPECT_NE(refusal("a*exp(-k*x)", options).find("memory_limit: 'varpro'"), std::string::npos);

  LeastSquaresOptions called;
  called.method = Method::varpro;
  const auto residuals = [](std::span<const double> p, std::span<double> f) { f[0] = p[0] - 1.0; };
  const std::vector<double> x0 = {0.0};
  EXPECT_THROW(least_squares(residuals, 1, x0, called), InputError);
}

TEST(Varpro, WithoutAStartTheSearchServesIt) {
  const Model model = Model::parse("a*exp(-((x - m)/w)^2) + d", {"x"});
  const Curve curve = curve_of("a*exp(-((x - m)/w)^2) + d", {4, 7, 0.5, 1});
  FitOptions options;
  const FitResult plain = curve_fit(model, curve.data(), options);
  options.method = Method::varpro;
  const FitResult projected = curve_fit(model, curve.data(), options);
  EXPECT_NEAR(projected.cost, plain.cost, 1e-9 * plain.cost);
}

}  // namespace
}  // namespace nlsq
