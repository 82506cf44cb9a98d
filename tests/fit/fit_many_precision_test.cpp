// SPDX-License-Identifier: MIT
// A hundred thousand fits side by side against the same fits by themselves, from exact data to a
// signal of twice the noise.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <limits>

#include "many_sets.hpp"

namespace nlsq {
namespace {

class FitManyPrecision : public ::testing::TestWithParam<double> {};

TEST_P(FitManyPrecision, EachFitIsItsSingleFit) {
  const double snr = GetParam();
  const bool exact = std::isinf(snr);
  const test::ManySets sets = test::make_spots(20000, 5, snr, 7);
  ManyOptions options;
  options.starts = sets.starts;
  const ManyResult many = fit_many(sets.model, sets.data(), options);
  index_t same = 0, wrong = 0, converged = 0, converged_alone = 0;
  double farthest = 0.0, errors = 0.0;
  for (index_t i = 0; i < sets.fits; ++i) {
    const FitResult one = sets.alone(i);
    const bool ended = many.status[static_cast<std::size_t>(i)] > 0;
    converged += ended ? 1 : 0;
    converged_alone += one.success ? 1 : 0;
    if (!ended || !one.success || !test::same_minimum(many, i, one)) continue;
    ++same;
    const test::Distance d = test::distance(many, i, one);
    farthest = std::max(farthest, d.value);
    if (one.condition <= 300.0 && !exact) errors = std::max(errors, d.errors);
    wrong += d.value > 1.0 ? 1 : 0;
  }
  const double share = static_cast<double>(same) / static_cast<double>(sets.fits);
  RecordProperty("share", std::to_string(share));
  std::printf("SNR %g: %.3f %% at the same minimum, %.2g of the distance allowed, errors to %.1g\n",
              snr, 100.0 * share, farthest, errors);
  EXPECT_GE(share, snr >= 10.0 ? 0.999 : snr >= 5.0 ? 0.995 : 0.93);
  EXPECT_GE(converged, converged_alone);
  EXPECT_EQ(wrong, 0);
  EXPECT_LE(errors, 1e-9);
}

INSTANTIATE_TEST_SUITE_P(Snr, FitManyPrecision,
                         ::testing::Values(std::numeric_limits<double>::infinity(), 100.0, 10.0,
                                           5.0, 2.0));

}  // namespace
}  // namespace nlsq
