// SPDX-License-Identifier: MIT
// Estimates of memory against what fits allocate: 5 % of data and working memory together, and
// 2 KiB for what is not counted.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "engine/isa.hpp"
#include "fit/allocations.hpp"
#include "nlsq/error.hpp"
#include "nlsq/fit.hpp"
#include "nlsq/memory.hpp"

namespace nlsq::test {
namespace {

constexpr double kShare = 0.05;
constexpr double kBesides = 2048;

struct Case {
  std::string name, formula;
  std::vector<double> truth;
  index_t rows;
  int threads = 1;
  Loss loss = Loss::linear;
  bool weighted = false;
  Method method = Method::trf;
};

struct Curve {
  std::vector<double> x, y, sigma;
  Dataset data;
};

Curve curve_of(const Case& c) {
  Curve curve;
  for (index_t i = 0; i < c.rows; ++i) {
    curve.x.push_back(4.0 * static_cast<double>(i) / static_cast<double>(c.rows - 1));
    curve.sigma.push_back(1.0 + 0.1 * static_cast<double>(i % 7));
  }
  Dataset columns;
  columns.column("x", curve.x);
  curve.y = evaluate(Model::parse(c.formula, {"x"}), columns, c.truth);
  for (std::size_t i = 0; i < curve.y.size(); ++i)
    curve.y[i] += 0.05 * std::sin(37.0 * static_cast<double>(i));
  curve.data.column("x", curve.x).response(curve.y);
  if (c.weighted) curve.data.sigma(curve.sigma);
  return curve;
}

const std::string kDecay = "a*exp(-b*x) + c";

// Peaks side by side over 0 … 4 with a height and a width each.
Case peaks(std::string name, int count, index_t rows, int threads) {
  Case c{std::move(name), "c", {0.2}, rows, threads};
  for (int k = 0; k < count; ++k) {
    const std::string n = std::to_string(k);
    const std::string center = std::to_string(4.0 * (k + 0.5) / count);
    c.formula += " + h" + n + "*exp(-((x - " + center + ")/w" + n + ")^2)";
    c.truth.insert(c.truth.end(), {1.0 + 0.1 * (k % 3), 1.3 / count});
  }
  return c;
}

std::vector<Case> cases() {
  const std::vector<double> p = {2.5, 1.3, 0.5};
  const Loss linear = Loss::linear;
  return {{"tiny", kDecay, p, 10},
          {"hundred", kDecay, p, 100},
          {"thousand", kDecay, p, 1000},
          {"ten_thousand", kDecay, p, 10000},
          {"two_threads", kDecay, p, 100000, 2},
          {"sampled", kDecay, p, 1000000, 2},
          {"sampled on one thread", kDecay, p, 100000, 1},
          {"a part of very many", kDecay, p, 1200000, 2},
          {"robust and sampled", kDecay, p, 200000, 2, Loss::cauchy},
          peaks("wide, a part of very many", 20, 1200000, 2),
          {"robust", kDecay, p, 5000, 1, Loss::soft_l1},
          {"weighted", kDecay, p, 3001, 1, linear, true},
          {"lm", kDecay, p, 1000, 1, linear, false, Method::lm},
          {"dogbox", kDecay, p, 1000, 1, linear, false, Method::dogbox},
          {"line", "a*x + b", {1.5, 2.0}, 20000},
          {"badly_conditioned", "a*exp(-b*x) + c*exp(-d*x) + k", {2.0, 1.3, 1.0, 1.1, 0.5}, 5000},
          peaks("nine_parameters", 4, 2000, 1),
          peaks("seventeen_parameters", 8, 20000, 1),
          peaks("forty_one_parameters", 20, 50000, 1),
          peaks("forty_one_on_two", 20, 50000, 2)};
}

FitOptions options_of(const Case& c) {
  FitOptions options;
  for (const double value : c.truth) options.p0.push_back(1.05 * value);
  options.threads = c.threads;
  options.loss = c.loss;
  options.method = c.method;
  return options;
}

// Fits the model for the first time, its programs made but no workspaces.
struct Measured {
  long peak;
  FitResult result;
};
Measured measure(const Model& model, const Dataset& data, const FitOptions& options) {
  start_counting();
  FitResult result = curve_fit(model, data, options);
  return {stop_counting().peak, std::move(result)};
}

TEST(MemoryEstimate, IsWithinFivePercentOfWhatAFitTakes) {
  if (!counts_allocations()) GTEST_SKIP() << "sanitizers have operators of their own";
  const bool forced = std::getenv("NLSQ_FOLD") != nullptr;
  for (const Case& c : cases()) {
    const Curve curve = curve_of(c);
    const FitOptions options = options_of(c);
    // The pool's threads are made once a process.
    Case first = c;
    first.truth = {0.5, 2.5, 1.3};
    curve_fit(Model::parse("c + a*exp(-b*x)", {"x"}), curve.data, options_of(first));
    const Model model = Model::parse(c.formula, {"x"});
    MemoryEstimate estimate = estimate_memory(model, curve.data, options);
    const Measured fit = measure(model, curve.data, options);
    if (fit.result.fold == "pgram") {  // `working` is that of an easy problem
      if (!forced) setenv("NLSQ_FOLD", "pgram", 1);
      estimate = estimate_memory(model, curve.data, options);
      if (!forced) unsetenv("NLSQ_FOLD");
    }
    const auto taken = static_cast<double>(estimate.data + fit.peak);
    std::printf("%-22s data %9td taken %9ld estimated %9td at most %9td least %9td %s\n",
                c.name.c_str(), estimate.data, fit.peak, estimate.working, estimate.most,
                estimate.least, fit.result.fold.c_str());
    EXPECT_LE(static_cast<double>(fit.peak), static_cast<double>(estimate.most) + kBesides)
        << c.name;
    const double estimated = static_cast<double>(estimate.total());
    EXPECT_LE(taken, estimated + kShare * estimated + kBesides) << c.name;
    // A worker that comes too late for every pass has no workspace; a fold that is forced on a fit
    // need not come up in its sample.
    if (c.threads > 1 || forced) continue;
    EXPECT_GE(taken, estimated - kShare * estimated - kBesides) << c.name;
  }
}

TEST(MemoryEstimate, NeedsNoDataForAModelWithColumnsAlone) {
  const Case c{"", kDecay, {2.5, 1.3, 0.5}, 100000, 2};
  const Model model = Model::parse(kDecay, {"x"});
  const MemoryEstimate with = estimate_memory(model, curve_of(c).data, options_of(c));
  const MemoryEstimate without = estimate_memory(model, c.rows, options_of(c));
  EXPECT_EQ(with.data, 2 * 8 * c.rows);
  EXPECT_EQ(with.data, without.data);
  EXPECT_EQ(with.working, without.working);
  EXPECT_EQ(with.most, without.most);
  EXPECT_EQ(with.sample_rows, without.sample_rows);
  EXPECT_EQ(with.threads, 2);
  EXPECT_EQ(with.parameters, 3);
  EXPECT_TRUE(with.known_model);
  EXPECT_EQ(estimate_memory(Model::parse(kDecay + " + exp(-z)", {"x", "z"}), c.rows).data,
            3 * 8 * c.rows);
  EXPECT_THROW(estimate_memory(Model::parse("a[g]*x", {"x", "g"}), c.rows), InputError);
  EXPECT_THROW(estimate_memory(model, 0), InputError);
}

TEST(MemoryEstimate, CountsFloat32AndSharedColumnsAsTheyAre) {
  const std::vector<float> x(1000, 1.0F);
  const std::vector<double> y(1000, 1.0);
  Dataset data;
  data.column("x", x).column("again", x).response(y);
  EXPECT_EQ(estimate_memory(Model::parse("a*x + b*again", {"x", "again"}), data).data, 12 * 1000);
}

TEST(MemoryEstimate, OfAnyModelIsNearThatOfAnOrdinaryOne) {
  for (const index_t rows : {10000, 1000000}) {
    const MemoryEstimate known = estimate_memory(Model::parse(kDecay, {"x"}), rows);
    const MemoryEstimate any = estimate_memory(rows, 3);
    EXPECT_FALSE(any.known_model);
    EXPECT_NEAR(static_cast<double>(any.total()), static_cast<double>(known.total()),
                0.2 * static_cast<double>(known.total()));
  }
  const MemoryEstimate many = estimate_memory(10000, 1000);
  EXPECT_GT(many.working, 1000 * 1000 * 8);
  EXPECT_THROW(estimate_memory(1000, 0), InputError);
}

// What an ordinary model of so many parameters takes, of a size whose model is made for the
// estimate, and of sizes that were all the same once.
TEST(MemoryEstimate, OfManyParametersFollowsTheirNumber) {
  if (!counts_allocations()) GTEST_SKIP() << "sanitizers have operators of their own";
  if (std::getenv("NLSQ_FOLD") != nullptr) GTEST_SKIP() << "another fold";
  for (const std::string fold : {"gram", "qr"}) {
    setenv("NLSQ_FOLD", fold.c_str(), 1);
    index_t last = 0;
    for (const index_t n : {200, 280}) {
      std::string formula = "p0";
      FitOptions options;
      options.p0 = {0.1};
      for (index_t i = 1; i + 1 < n; i += 2) {
        formula += " + p" + std::to_string(i) + "*exp(-p" + std::to_string(i + 1) + "*x)";
        options.p0.insert(options.p0.end(), {0.1, 0.01 * static_cast<double>(i)});
      }
      formula += " + p" + std::to_string(n - 1) + "*x";
      options.p0.push_back(0.2);
      options.threads = 1;
      options.max_nfev = 40;
      options.ftol = 1e-3;  // ends soon, with the polish
      options.max_polish = 1;
      const Case c{"", kDecay, {2.5, 1.3, 0.5}, 4000};
      const Curve curve = curve_of(c);
      const Model model = Model::parse(formula, {"x"});
      estimate_memory(model, curve.data, options);  // makes the programs
      const Measured fit = measure(model, curve.data, options);
      const MemoryEstimate any = estimate_memory(c.rows, n, options);
      EXPECT_EQ(any.parameters, n);
      EXPECT_GT(any.working, last) << n;
      last = any.working;
      const auto taken = static_cast<double>(fit.peak + any.data);
      const auto estimated = static_cast<double>(any.total());
      std::printf("%td parameters: taken %.0f estimated %.0f (%s)\n", n, taken, estimated,
                  fold.c_str());
      EXPECT_NEAR(taken, estimated, kShare * estimated + kBesides) << n;
    }
  }
  unsetenv("NLSQ_FOLD");
  // Where the estimate goes over to a parabola.
  const auto made = static_cast<double>(estimate_memory(4000, 512).working);
  EXPECT_NEAR(static_cast<double>(estimate_memory(4000, 514).working) / made,
              514.0 * 514 / 512 / 512, 2e-3);
  EXPECT_GT(estimate_memory(4000, 100000).working, index_t{100000} * 100000 * 8);
}

TEST(MemoryLimit, IsKeptDownToTheLeastThatIsNamed) {
  if (!counts_allocations()) GTEST_SKIP() << "sanitizers have operators of their own";
  for (const index_t rows : {500, 300000}) {
    const Case c{"", kDecay, {2.5, 1.3, 0.5}, rows, 2};
    const Curve curve = curve_of(c);
    FitOptions options = options_of(c);
    const FitResult free = curve_fit(Model::parse(kDecay, {"x"}), curve.data, options);
    const MemoryEstimate all = estimate_memory(Model::parse(kDecay, {"x"}), curve.data, options);
    const index_t least = all.least_limit(), most = all.data + all.most;
    ASSERT_LE(least, most);
    for (const index_t limit : {most, (3 * most + least) / 4, (most + least) / 2, least}) {
      options.memory_limit = limit;
      const Model model = Model::parse(kDecay, {"x"});
      const MemoryEstimate estimate = estimate_memory(model, curve.data, options);
      EXPECT_LE(estimate.data + estimate.most, limit);
      const Measured fit = measure(model, curve.data, options);
      EXPECT_LE(estimate.data + fit.peak, limit + static_cast<index_t>(kBesides));
      EXPECT_TRUE(fit.result.success);
      for (std::size_t i = 0; i < free.popt.size(); ++i)
        EXPECT_NEAR(fit.result.popt[i], free.popt[i], 1e-3 * free.perr[i]) << limit;
    }
    options.memory_limit = least - 1;
    try {
      curve_fit(Model::parse(kDecay, {"x"}), curve.data, options);
      FAIL() << "a limit below the least was accepted";
    } catch (const InputError& error) {
      EXPECT_EQ(error.argument(), "memory_limit");
      EXPECT_NE(std::string(error.what()).find("at least " + shown_bytes(least)), std::string::npos)
          << error.what();
      EXPECT_LE(least, parse_bytes(shown_bytes(least)));  // so the figure named is accepted
    }
  }
}

TEST(MemoryLimit, ChangesNoBitWhereNoSampleIsTaken) {
  const Case c{"", kDecay, {2.5, 1.3, 0.5}, 100000, 2};
  const Curve curve = curve_of(c);
  const Model model = Model::parse(kDecay, {"x"});
  FitOptions options = options_of(c);
  options.progressive = false;
  options.precision = Precision::float64;
  const FitResult free = curve_fit(model, curve.data, options);
  options.memory_limit = estimate_memory(model, curve.data, options).least_limit();
  EXPECT_EQ(curve_fit(model, curve.data, options).popt, free.popt);
}

TEST(MemoryLimit, GivesUpTheFloat32CopyAndCountsIt) {
  if (engine::chosen_isa() == engine::Isa::portable) GTEST_SKIP() << "no vectors";
  if (std::getenv("NLSQ_FOLD") != nullptr) GTEST_SKIP() << "other folds are float64";
  const Case c{"", kDecay, {2.5, 1.3, 0.5}, 100000, 1};
  const Curve curve = curve_of(c);
  const Model model = Model::parse(kDecay, {"x"});
  FitOptions options;
  options.p0 = {1, 1, 1};
  options.threads = 1;
  options.progressive = false;
  const MemoryEstimate with = estimate_memory(model, curve.data, options);
  EXPECT_EQ(curve_fit(model, curve.data, options).precision, "mixed");
  options.memory_limit = with.least_limit();
  EXPECT_EQ(curve_fit(model, curve.data, options).precision, "float64");
  options.memory_limit = 0;
  options.precision = Precision::float64;
  const MemoryEstimate without = estimate_memory(model, curve.data, options);
  EXPECT_GT(with.working - without.working, 2 * 4 * 100000);
  EXPECT_EQ(without.least_limit(), with.least_limit());
}

TEST(Bytes, AreReadAndShownAsPeopleWriteThem) {
  EXPECT_EQ(parse_bytes("1000"), 1000);
  EXPECT_EQ(parse_bytes("1000 B"), 1000);
  EXPECT_EQ(parse_bytes("256M"), 256 << 20);
  EXPECT_EQ(parse_bytes("256 MiB"), 256 << 20);
  EXPECT_EQ(parse_bytes("256mb"), 256 << 20);
  EXPECT_EQ(parse_bytes("1.5G"), 3 << 29);
  EXPECT_EQ(parse_bytes("2T"), index_t{2} << 40);
  for (const char* text : {"", "M", "-1M", "0", "1X", "1MM", "1e30", "nan", "inf", "1 2"}) {
    EXPECT_THROW(parse_bytes(text), InputError) << text;
  }
  EXPECT_EQ(shown_bytes(1023), "1023 B");
  EXPECT_EQ(shown_bytes(1025), "1.1 KiB");
  EXPECT_EQ(shown_bytes(256 << 20), "256.0 MiB");
}

}  // namespace
}  // namespace nlsq::test
