// SPDX-License-Identifier: MIT
// Starts of many fits that nobody gave: every set ends where curve_fit would end for it alone.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "nlsq/nlsq.hpp"

namespace nlsq {
namespace {

struct Sets {
  std::vector<double> x, y;
  index_t fits = 0;
  ManyData data() const {
    ManyData sets(fits, static_cast<index_t>(x.size()));
    sets.column("x", x).response(y);
    return sets;
  }
  Dataset one(index_t i, std::vector<double>& own) const {
    const auto m = static_cast<std::ptrdiff_t>(x.size());
    own.assign(y.begin() + i * m, y.begin() + (i + 1) * m);
    Dataset set;
    set.column("x", x).response(own);
    return set;
  }
};

template <class Truth>
Sets make_sets(index_t fits, index_t rows, double last, double noise, const Truth& truth) {
  Sets sets;
  sets.fits = fits;
  for (index_t r = 0; r < rows; ++r)
    sets.x.push_back(last * static_cast<double>(r) / static_cast<double>(rows - 1));
  std::mt19937_64 random(7);
  std::normal_distribution<double> normal(0.0, noise);
  for (index_t i = 0; i < fits; ++i)
    for (const double x : sets.x) sets.y.push_back(truth(i, x) + normal(random));
  return sets;
}

Sets waves(index_t fits) {
  return make_sets(fits, 60, 20.0, 0.05, [](index_t i, double x) {
    return (1.0 + 0.01 * static_cast<double>(i % 50)) *
           std::sin((2.9 + 0.001 * static_cast<double>(i % 100)) * x + 0.4);
  });
}

ManyOptions from_ones() {
  ManyOptions options;
  options.FitOptions::starts = Starts::ones;
  return options;
}

// Sets that end above 1.001 of the least cost that curve_fit finds.
index_t above(const Model& model, const Sets& sets, const ManyResult& found) {
  index_t worse = 0;
  for (index_t i = 0; i < sets.fits; ++i) {
    std::vector<double> own;
    const FitResult alone = curve_fit(model, sets.one(i, own));
    worse += found.cost[static_cast<std::size_t>(i)] > 1.001 * alone.cost ? 1 : 0;
  }
  return worse;
}

TEST(ManyStarts, AreFoundWhereOnesFail) {
  const Model model = Model::parse("a*sin(w*x + p)");
  const Sets sets = waves(300);
  EXPECT_GT(above(model, sets, fit_many(model, sets.data(), from_ones())), 200);
  const ManyResult found = fit_many(model, sets.data());
  EXPECT_EQ(found.start_source, "search");
  EXPECT_EQ(found.engine, "lanes");
  EXPECT_EQ(above(model, sets, found), 0);
}

TEST(ManyStarts, AreSeveralWhereOneDoesNotServeAll) {
  const Model model = Model::parse("a*exp(-((x - m)/s)^2)");
  const Sets sets = make_sets(400, 80, 100.0, 0.02, [](index_t i, double x) {
    const double place = i % 3 == 0 ? 15.0 : i % 3 == 1 ? 52.0 : 88.0;
    const double u = (x - place - 0.01 * static_cast<double>(i % 30)) / 3.0;
    return 4.0 * std::exp(-u * u);
  });
  const ManyResult found = fit_many(model, sets.data());
  EXPECT_EQ(found.start_source, "search");
  EXPECT_EQ(above(model, sets, found), 0);
}

TEST(ManyStarts, OfFewSetsAreTheirOwn) {
  const Model model = Model::parse("a*exp(-((x - m)/s)^2)");
  const Sets sets = make_sets(30, 80, 100.0, 0.02, [](index_t i, double x) {
    const double u = (x - 3.0 * static_cast<double>(i + 2)) / 2.0;  // each elsewhere
    return 4.0 * std::exp(-u * u);
  });
  EXPECT_EQ(above(model, sets, fit_many(model, sets.data())), 0);
}

TEST(ManyStarts, AreOnesWhereThoseServe) {
  const Model model = Model::parse("a*exp(-b*x) + c");
  const Sets sets = make_sets(200, 40, 4.0, 0.02, [](index_t i, double x) {
    return 2.0 * std::exp(-(1.0 + 0.001 * static_cast<double>(i)) * x) + 0.3;
  });
  const ManyResult found = fit_many(model, sets.data()),
                   plain = fit_many(model, sets.data(), from_ones());
  EXPECT_EQ(found.start_source, "ones");
  EXPECT_EQ(found.popt, plain.popt);
  EXPECT_EQ(found.pcov, plain.pcov);
}

TEST(ManyStarts, AreNotLookedForWhereTheyAreGivenOrEvaluationsAreCounted) {
  const Model model = Model::parse("a*sin(w*x + p)");
  const Sets sets = waves(10);
  ManyOptions given;
  given.p0 = {1.0, 1.0, 1.0};
  EXPECT_EQ(fit_many(model, sets.data(), given).start_source, "given");
  ManyOptions counted;
  counted.max_nfev = 30;
  EXPECT_EQ(fit_many(model, sets.data(), counted).start_source, "ones");
}

TEST(ManyStarts, OfSomeParametersKeepWhatIsGiven) {
  const Model model = Model::parse("a*sin(w*x + p)");
  const Sets sets = waves(100);
  ManyOptions partial;
  partial.start["p"] = 0.5;
  partial.fixed["a"] = 1.2;
  const ManyResult found = fit_many(model, sets.data(), partial);
  EXPECT_EQ(found.start_source, "search");
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(found.popt[3 * i], 1.2);
    EXPECT_NEAR(found.popt[3 * i + 1], 2.95, 0.07) << i;
  }
}

TEST(ManyStarts, LeaveOutWhatDoesNotCount) {
  const Model model = Model::parse("a*sin(w*x + p)");
  Sets sets = waves(150);
  const std::size_t m = sets.x.size();
  for (std::size_t r = 0; r < m; ++r) sets.y[r] = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t i = 1; i < 150; ++i)
    sets.y[i * m + i % m] = std::numeric_limits<double>::quiet_NaN();
  ManyOptions omit;
  omit.omit_not_finite = true;
  const ManyResult found = fit_many(model, sets.data(), omit);
  EXPECT_EQ(found.failed, 1);
  for (std::size_t i = 1; i < 150; ++i) EXPECT_NEAR(found.popt[3 * i + 1], 2.95, 0.07) << i;
}

TEST(ManyStarts, KeepToTheBoundsOfEachSet) {
  const Model model = Model::parse("a*sin(w*x + p)");
  const Sets sets = waves(80);
  std::vector<double> lower, upper;
  for (index_t i = 0; i < sets.fits; ++i) {
    lower.insert(lower.end(), {0.0, i % 2 == 0 ? 2.5 : 2.0, -4.0});
    upper.insert(upper.end(), {9.0, i % 2 == 0 ? 3.5 : 4.0, 4.0});
  }
  ManyOptions bounded;
  bounded.lower = lower, bounded.upper = upper;
  const ManyResult found = fit_many(model, sets.data(), bounded);
  EXPECT_EQ(found.start_source, "search");
  for (std::size_t i = 0; i < 80; ++i) {
    EXPECT_GE(found.popt[3 * i], 0.0);
    EXPECT_NEAR(found.popt[3 * i + 1], 2.95, 0.07) << i;
  }
}

TEST(ManyStarts, HaveTheSameBitsForAnyNumberOfThreads) {
  const Model model = Model::parse("a*exp(-((x - m)/s)^2)");
  const Sets sets = make_sets(200, 50, 100.0, 0.05, [](index_t i, double x) {
    const double u = (x - (i % 2 == 0 ? 20.0 : 75.0)) / 4.0;
    return std::exp(-u * u);
  });
  ManyOptions one, two;
  one.threads = 1;
  two.threads = 2;
  EXPECT_EQ(fit_many(model, sets.data(), one).popt, fit_many(model, sets.data(), two).popt);
}

}  // namespace
}  // namespace nlsq
