// SPDX-License-Identifier: MIT
// From start_values to the best fit: how often, over true parameters, noise, spacing and number of
// points.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "models/simulated.hpp"
#include "nlsq/nlsq.hpp"

namespace nlsq::test {
namespace {

FitResult fit_from(const BuiltInModel& model, const Measurement& m,
                   const std::vector<double>& start) {
  FitOptions options;
  options.p0 = start;
  options.threads = 1;
  options.level = 0.9999;
  for (std::size_t i = 0; i < model.parameters.size(); ++i)
    options.bounds[model.parameters[i]] = {model.bounds[i].lower, model.bounds[i].upper};
  Dataset data;
  data.column("x", m.x).response(m.y);
  return curve_fit(Model::parse(model.formula), data, options);
}

// Every true value lies in the interval of 99.99 % (3.9 standard errors where there are many
// points), or is met to a millionth.
bool is_near(const FitResult& fit, const std::vector<double>& truth) {
  const auto intervals = fit.intervals(0.9999);
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const double half = 0.5 * (intervals[i].second - intervals[i].first);
    const double slack = 1e-6 * std::max(std::abs(truth[i]), 1e-6);
    if (!(std::abs(fit.popt[i] - truth[i]) <= half + slack)) return false;
  }
  return true;
}

struct Count {
  int cases = 0, converged = 0, best = 0, near = 0;
  double percent(int part) const { return 100.0 * part / cases; }
};

void run(const Reference& reference, const BuiltInModel& model, const Truth& truth, Spacing spacing,
         int n, double level, std::uint64_t seed, Count& count) {
  Noise noise(seed);
  const Measurement m = simulate(reference, truth, spacing, n, level, noise);
  const std::vector<double> start = start_values(model, m.x, m.y);
  const FitResult fit = fit_from(model, m, start), best = fit_from(model, m, truth.parameters);
  double scale = 0.0;
  for (const double y : m.y) scale = std::max(scale, std::abs(y));
  ++count.cases;
  const bool is_best = fit.cost <= best.cost * (1.0 + 1e-6) + 1e-18 * scale * scale * n;
  const bool near = is_near(fit, truth.parameters);
  count.converged += fit.success;
  count.best += fit.success && is_best;
  count.near += fit.success && near;
  if (std::getenv("NLSQ_SHOW_MISSES") != nullptr && !(fit.success && is_best && near)) {
    std::string line =
        fmt::format("  {} {} {} n {} noise {} cost {:.4g} best {:.4g}", model.name,
                    fit.success ? "" : fit.message.str(), int(spacing), n, level, fit.cost, best.cost);
    for (std::size_t i = 0; i < start.size(); ++i) {
      line += fmt::format("  {} {:.3g}>{:.3g}±{:.2g}({:.3g})", model.parameters[i], start[i],
                          fit.popt[i], fit.perr[i], truth.parameters[i]);
    }
    std::puts(line.c_str());
  }
}

class StartValues : public ::testing::TestWithParam<Reference> {};

TEST_P(StartValues, lead_to_the_best_fit) {
  const Reference& reference = GetParam();
  const BuiltInModel& model = *find_built_in_model(reference.name);
  std::vector<Spacing> spacings;
  if (reference.scale != Scale::log) spacings = {Spacing::even, Spacing::random};
  if (reference.scale != Scale::even) spacings.push_back(Spacing::log);
  if (reference.scale == Scale::log) spacings.push_back(Spacing::random_log);
  Count count;
  std::uint64_t seed = 1;
  for (const Truth& truth : reference.truths) {
    for (const Spacing spacing : spacings) {
      for (const int n : {8, 12, 25, 60, 150, 500}) {
        if (n < 2 * static_cast<int>(model.parameters.size())) continue;
        for (const double level : {0.0, 0.01, 0.05})
          run(reference, model, truth, spacing, n, level, ++seed * 7919, count);
      }
    }
  }
  fmt::print(
      "{:24} {:5} cases  converged {:5.1f} %  best fit {:5.1f} %  near the truth {:5.1f} %\n",
      model.name, count.cases, count.percent(count.converged), count.percent(count.best),
      count.percent(count.near));
  EXPECT_GE(count.percent(count.best), 95.0);
  EXPECT_GE(count.percent(count.near), 95.0);
}

std::string name_of(const ::testing::TestParamInfo<Reference>& info) {
  std::string name;
  for (const char c : info.param.name) name += c == '(' ? "_" : c == ')' ? "" : std::string(1, c);
  return name;
}

INSTANTIATE_TEST_SUITE_P(Models, StartValues, ::testing::ValuesIn(references()), name_of);

}  // namespace
}  // namespace nlsq::test
