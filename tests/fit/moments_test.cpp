// SPDX-License-Identifier: MIT
// Moments of the response: against long double, for y far from zero, with masks, for any number of
// threads.
#include "columns/moments.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/decay.hpp"

namespace nlsq::fit_impl {
namespace {

struct Reference {
  long double w = 0, mean = 0, total = 0, log_sigma = 0;
};

Reference reference(const test::Decay& d, bool weighted) {
  Reference r;
  const auto weight = [&](std::size_t i) {
    return weighted ? 1.0L / d.sigma[i] / d.sigma[i] : 1.0L;
  };
  for (std::size_t i = 0; i < d.y.size(); ++i) r.w += weight(i), r.mean += weight(i) * d.y[i];
  r.mean /= r.w;
  for (std::size_t i = 0; i < d.y.size(); ++i) {
    r.total += weight(i) * (d.y[i] - r.mean) * (d.y[i] - r.mean);
    if (weighted && std::isfinite(d.sigma[i]))
      r.log_sigma += std::log(static_cast<long double>(d.sigma[i]));
  }
  return r;
}

TEST(FitMoments, AreThoseOfLongDoubleEvenFarFromZero) {
  for (const double shift : {0.0, 1e9}) {
    for (const index_t rows : {1, 7, 100, 4096, 4097, 50000}) {
      test::Decay d = test::make_decay(rows);
      for (double& y : d.y) y += shift;
      d.sigma[static_cast<std::size_t>(rows / 2)] *= 3.0;
      Dataset set;
      set.column("x", d.x).response(d.y).sigma(d.sigma);
      const Moments m = moments(set.responses()[0], 2);
      const Reference r = reference(d, true);
      EXPECT_NEAR(m.w, static_cast<double>(r.w), 1e-12 * static_cast<double>(r.w));
      EXPECT_NEAR(m.total(), static_cast<double>(r.total),
                  1e-9 * static_cast<double>(r.total) + 1e-12);
      EXPECT_NEAR(m.log_sigma, static_cast<double>(r.log_sigma),
                  1e-10 * std::fabs(static_cast<double>(r.log_sigma)));
      Dataset plain;
      plain.column("x", d.x).response(d.y);
      EXPECT_NEAR(moments(plain.responses()[0], 1).total(),
                  static_cast<double>(reference(d, false).total),
                  1e-9 * static_cast<double>(reference(d, false).total) + 1e-12);
    }
  }
}

TEST(FitMoments, LeaveMaskedRowsOutAndKeepTheirBitsForAnyThreads) {
  test::Decay d = test::make_decay(100000);
  d.sigma[17] = std::numeric_limits<double>::infinity();
  Dataset set;
  set.column("x", d.x).response(d.y).sigma(d.sigma);
  const Moments one = moments(set.responses()[0], 1);
  for (const int threads : {2, 3, 7}) {
    const Moments more = moments(set.responses()[0], threads);
    EXPECT_EQ(one.total(), more.total());
    EXPECT_EQ(one.log_sigma, more.log_sigma);
  }
  EXPECT_NEAR(one.total(), static_cast<double>(reference(d, true).total), 1e-9 * one.total());
}

}  // namespace
}  // namespace nlsq::fit_impl
