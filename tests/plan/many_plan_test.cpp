// SPDX-License-Identifier: MIT
// What is decided of many fits, from their numbers alone, with the reason; and that fits do it.
#include "plan/many.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "nlsq/fit_many.hpp"
#include "nlsq/model.hpp"
#include "plan/thresholds.hpp"

namespace nlsq {
namespace {

plan::ManyShape shape(index_t fits, index_t rows) {
  return {.fits = fits,
          .free = 3,
          .rows = rows,
          .offsets = {},
          .lanes = 4,
          .most_free = 16,
          .most_lanes = 8};
}

ManyPlan planned(const plan::ManyShape& shape, int threads = 2) {
  ManyPlan plan = plan::make_many(shape);
  plan::share_sets(shape, threads, plan);
  return plan;
}

TEST(ManyPlan, LanesAreForSetsOfFewRows) {
  EXPECT_TRUE(planned(shape(100, plan::kMostLaneRows)).lanes);
  EXPECT_EQ(planned(shape(100, plan::kMostLaneRows)).width, 4);
  for (const index_t rows : {index_t{0}, plan::kMostLaneRows + 1}) {
    const ManyPlan plan = planned(shape(100, rows));
    EXPECT_FALSE(plan.lanes);
    EXPECT_EQ(plan.width, 1);
    EXPECT_EQ(plan.why.engine, Reason::rows_beyond_lanes);
  }
}

TEST(ManyPlan, LanesTakeSoManyParameters) {
  plan::ManyShape sets = shape(100, 20);
  for (const index_t free : {0, 17}) {
    sets.free = free;
    EXPECT_EQ(planned(sets).why.engine, Reason::free_beyond_lanes) << free;
  }
  sets.free = 16;
  EXPECT_TRUE(planned(sets).lanes);
  sets.lanes = 1;
  EXPECT_EQ(planned(sets).why.engine, Reason::no_lanes);
}

TEST(ManyPlan, LongSetsAmongOthersAreFittedAlone) {
  const std::vector<index_t> offsets = {0, 10, 5000, 5020};
  plan::ManyShape sets = shape(3, 4990);
  sets.offsets = offsets;
  EXPECT_TRUE(planned(sets).lanes);
  EXPECT_EQ(planned(sets).long_sets, 1);
  const std::vector<index_t> long_ones = {0, 3000, 6000};
  sets.fits = 2, sets.offsets = long_ones;
  EXPECT_FALSE(planned(sets).lanes);
  EXPECT_EQ(planned(sets).long_sets, 0);
}

TEST(ManyPlan, ThreadsTakeWholeVectorsAndEndTogether) {
  EXPECT_EQ(planned(shape(1, 20), 8).threads, 1);
  EXPECT_EQ(planned(shape(1, 20), 8).why.threads, Reason::few_sets);
  EXPECT_EQ(planned(shape(100, 20), 2).part, 32);
  EXPECT_EQ(planned(shape(2000, 20), 2).part, 248);  // an eighth, in whole vectors of 8
  EXPECT_EQ(planned(shape(1'000'000, 20), 2).part, plan::kMostSetsAPart);
  EXPECT_EQ(planned(shape(1'000'000, 20), 2).why.part, Reason::whole_parts);
}

TEST(ManyPlan, FitsFollowItAndTellIt) {
  const index_t fits = 3, rows = 8;
  std::vector<double> x, y;
  for (index_t r = 0; r < rows; ++r) x.push_back(static_cast<double>(r));
  for (index_t i = 0; i < fits; ++i) {
    for (const double v : x) y.push_back(1.0 + static_cast<double>(i) + 0.5 * v);
  }
  ManyData data(fits, rows);
  data.column("x", x).response(y);
  ManyOptions options;
  options.p0 = {1.0, 1.0};
  const ManyResult all = fit_many(Model::parse("a+b*x", {"x"}), data, options);
  EXPECT_EQ(all.plan.lanes, all.engine == "lanes");
  EXPECT_EQ(all.plan.sizes.fits, fits);
  EXPECT_NE(all.plan.explain().find(all.engine), std::string::npos) << all.plan.explain();

  const ManyResult still = fit_many(Model::parse("a+0*b+x", {"x"}), data, options);
  EXPECT_EQ(still.engine, "interpreter");
  EXPECT_FALSE(still.plan.lanes) << still.plan.explain();
}

}  // namespace
}  // namespace nlsq
