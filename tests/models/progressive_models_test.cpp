// SPDX-License-Identifier: MIT
// Every built-in model on many rows, from starts off by a fifth: the same answer with a sample
// first and without, and with passes in float32 first and without.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "engine/isa.hpp"
#include "models/simulated.hpp"
#include "nlsq/fit.hpp"
#include "nlsq/models.hpp"

namespace nlsq::test {
namespace {

TEST(ProgressiveModels, GiveTheAnswerOfAllRows) {
  int used = 0, fits = 0;
  for (const Reference& reference : references()) {
    const BuiltInModel* const model = find_built_in_model(reference.name);
    ASSERT_NE(model, nullptr) << reference.name;
    for (const Truth& truth : reference.truths) {
      for (const double level : {0.003, 0.1}) {
        Noise noise(static_cast<std::uint64_t>(++fits));
        const Spacing spacing = reference.scale == Scale::log ? Spacing::log : Spacing::even;
        const Measurement m = simulate(reference, truth, spacing, 20000, level, noise);
        Dataset data;
        data.column("x", m.x).response(m.y);
        FitOptions options;
        for (std::size_t i = 0; i < truth.parameters.size(); ++i) {
          const double off = i % 2 == 0 ? 1.2 : 0.8;
          options.p0.push_back(truth.parameters[i] * off);
        }
        FitResult on, off;
        const Model parsed = Model::parse(model->formula, {"x"});
        on = curve_fit(parsed, data, options);
        options.progressive = false;
        off = curve_fit(parsed, data, options);
        used += on.progressive ? 1 : 0;
        EXPECT_EQ(on.success, off.success) << reference.name;
        if (!off.success || off.rank < static_cast<index_t>(off.popt.size())) continue;
        // One of two minima that are a mirror image of each other will do.
        EXPECT_NEAR(on.rss, off.rss, 1e-9 * off.rss) << reference.name << " " << level;
        for (std::size_t i = 0; i < off.popt.size(); ++i) {
          EXPECT_NEAR(on.popt[i], off.popt[i], 1e-4 * off.perr[i])
              << reference.name << " " << off.names[i] << " level " << level;
        }
      }
    }
  }
  std::printf("the sample's answer was used in %d of %d fits\n", used, fits);
  EXPECT_GT(used, fits / 3);
}

TEST(MixedModels, GiveTheAnswerOfDoublePrecision) {
  if (engine::chosen_isa() == engine::Isa::portable) GTEST_SKIP() << "no vectors";
  if (std::getenv("NLSQ_FOLD") != nullptr) GTEST_SKIP() << "other folds are float64";
  int used = 0, fits = 0;
  for (const Reference& reference : references()) {
    const BuiltInModel* const model = find_built_in_model(reference.name);
    ASSERT_NE(model, nullptr) << reference.name;
    for (const Truth& truth : reference.truths) {
      for (const double level : {0.003, 0.1}) {
        Noise noise(static_cast<std::uint64_t>(++fits));
        const Spacing spacing = reference.scale == Scale::log ? Spacing::log : Spacing::even;
        const Measurement m = simulate(reference, truth, spacing, 4000, level, noise);
        Dataset data;
        data.column("x", m.x).response(m.y);
        FitOptions options;
        for (std::size_t i = 0; i < truth.parameters.size(); ++i)
          options.p0.push_back(truth.parameters[i] * (i % 2 == 0 ? 1.2 : 0.8));
        const Model parsed = Model::parse(model->formula, {"x"});
        const FitResult on = curve_fit(parsed, data, options);
        options.precision = Precision::float64;
        const FitResult off = curve_fit(parsed, data, options);
        used += on.nfev_float32 > 0 ? 1 : 0;
        EXPECT_EQ(on.success, off.success) << reference.name;
        if (!off.success || off.rank < static_cast<index_t>(off.popt.size())) continue;
        EXPECT_NEAR(on.rss, off.rss, 1e-9 * off.rss) << reference.name << " " << level;
        for (std::size_t i = 0; i < off.popt.size(); ++i) {
          const double rounding = 1e-9 * std::fabs(off.popt[i]);
          EXPECT_NEAR(on.popt[i], off.popt[i], std::max(rounding, 1e-5 * off.perr[i]))
              << reference.name << " " << off.names[i] << " level " << level;
        }
      }
    }
  }
  std::printf("float32 led %d of %d fits\n", used, fits);
  EXPECT_GT(used, fits / 3);
}

}  // namespace
}  // namespace nlsq::test
