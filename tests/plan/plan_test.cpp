// SPDX-License-Identifier: MIT
// What plans decide from numbers alone, with the reason; what a limit of memory changes, in order;
// and that a fit does what its plan says.
#include "plan/plan.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "nlsq/fit.hpp"
#include "nlsq/model.hpp"
#include "plan/words.hpp"
#include "support/decay.hpp"

namespace nlsq {
namespace {

struct Data {
  explicit Data(index_t rows) : decay(test::make_decay(rows)) {
    set.column("x", decay.x).response(decay.y);
  }
  test::Decay decay;
  Dataset set;
};

FitOptions from(std::vector<double> p0) {
  FitOptions options;
  options.p0 = std::move(p0);
  return options;
}

Plan planned(index_t rows, FitOptions options = from({1.0, 1.0, 1.0}),
             const std::string& formula = "a*exp(-b*x)+c") {
  const Data data(rows);
  return plan_of(Model::parse(formula), data.set, options);
}

TEST(Plan, ASampleLeadsWhereRowsAreMany) {
  EXPECT_EQ(planned(8191).why.sample, Reason::few_rows);
  EXPECT_EQ(planned(8192).numerics.sample_rows, 1024);
  EXPECT_EQ(planned(8192).why.precision, Reason::sample_leads);
  FitOptions options = from({1.0, 1.0, 1.0});
  options.progressive = false;
  EXPECT_EQ(planned(20000, options).why.sample, Reason::asked);
  options.progressive = true;
  options.max_nfev = 9;
  EXPECT_EQ(planned(20000, options).why.sample, Reason::counted_passes);
  EXPECT_EQ(planned(20000, from({1.0, 1.0}), "a*x+b").why.sample, Reason::linear_model);
}

TEST(Plan, Float32IsForRowsThatAreKnownToGain) {
  FitOptions options = from({1.0, 1.0, 1.0});
  options.progressive = false;
  for (const index_t rows : {3999, 6144, 16383, 131073})
    EXPECT_EQ(planned(rows, options).why.precision, Reason::rows_not_known_to_gain) << rows;
  for (const index_t rows : {4000, 6143, 16384, 131072})
    EXPECT_TRUE(planned(rows, options).numerics.float32) << rows;
  options.loss = Loss::huber;
  EXPECT_EQ(planned(5000, options).why.precision, Reason::no_float32_kernels);
}

TEST(Plan, FewResidualsAreNotSquared) {
  EXPECT_EQ(planned(12).numerics.fold, Plan::Fold::qr);
  EXPECT_EQ(planned(12).why.fold, Reason::few_residuals);
  EXPECT_EQ(planned(13).numerics.fold, Plan::Fold::gram);
}

TEST(Plan, WhoHasNoStartIsSearchedFor) {
  EXPECT_FALSE(planned(100).numerics.searches);
  EXPECT_TRUE(planned(100, {}).numerics.searches);
  FitOptions options;
  options.starts = Starts::ones;
  EXPECT_EQ(planned(100, options).why.start, Reason::asked);
  EXPECT_EQ(planned(3, {}).why.start, Reason::start_not_searched);
}

TEST(Plan, ThreadsAreNoMoreThanRowsOccupy) {
  FitOptions options = from({1.0, 1.0, 1.0});
  options.threads = 4;
  EXPECT_EQ(planned(100, options).execution.threads, 1);
  EXPECT_EQ(planned(100, options).why.threads, Reason::rows_for_fewer_threads);
  EXPECT_EQ(planned(1'000'000, options).execution.threads, 4);
  EXPECT_EQ(planned(1'000'000, options).why.threads, Reason::asked);
}

TEST(Plan, AutomaticIsTrf) {
  FitOptions options = from({1.0, 1.0, 1.0});
  options.method = Method::automatic;
  EXPECT_EQ(planned(100, options).numerics.method, Method::trf);
  EXPECT_EQ(planned(100, options).why.method, Reason::takes_all);
}

TEST(Plan, PicksOfManyParametersAreSolvedSparsely) {
  std::vector<double> g, x, y;
  for (int i = 0; i < 600; ++i) {
    g.push_back(i % 60), x.push_back(0.01 * i), y.push_back(std::exp(-0.01 * i));
  }
  Dataset data;
  data.column("g", g).column("x", x).response(y);
  const Model model = Model::parse("a[g]*exp(-b*x)", {"g", "x"});
  const Plan sparse = plan_of(model, data, {});
  EXPECT_TRUE(sparse.numerics.sparse);
  EXPECT_EQ(sparse.why.solver, Reason::few_touched);
  EXPECT_EQ(sparse.sizes.rows, 600);
  FitOptions options;
  options.linear_solver = LinearSolver::dense;
  EXPECT_EQ(plan_of(model, data, options).why.solver, Reason::asked);
}

TEST(Plan, MemoryTakesFloat32ThenSampleThenBlocksThenThreads) {
  const Data data(200'000);
  FitOptions options = from({1.0, 1.0, 1.0});
  options.threads = 2;
  Plan plan = plan_of(Model::parse("a*exp(-b*x)+c"), data.set, options);
  const index_t sample = plan.numerics.sample_rows;
  std::vector<std::string> order;
  Plan before = plan;
  while (plan::shrink({}, plan)) {
    const char* what = plan.numerics.sample_rows != before.numerics.sample_rows ? "sample"
                       : plan.execution.threads != before.execution.threads     ? "threads"
                                                                                : "block";
    if (order.empty() || order.back() != what) order.emplace_back(what);
    before = plan;
  }
  EXPECT_EQ(order, (std::vector<std::string>{"sample", "block", "threads", "sample", "block"}));
  EXPECT_GT(sample, 1024);
  EXPECT_EQ(plan.numerics.sample_rows, 0);
  EXPECT_EQ(plan.why.sample, Reason::kept_within);
  EXPECT_EQ(plan.execution.block, 16);
}

TEST(Plan, AFitReportsThePlanThatItFollowed) {
  const Data data(50'000);
  const FitOptions options = from({1.0, 1.0, 1.0});
  const Model model = Model::parse("a*exp(-b*x)+c");
  const FitResult r = curve_fit(model, data.set, options);
  const Plan plan = plan_of(model, data.set, options);
  EXPECT_TRUE(r.progressive);
  EXPECT_EQ(r.plan.numerics.sample_rows, plan.numerics.sample_rows);
  EXPECT_EQ(r.plan.execution.threads, plan.execution.threads);
  EXPECT_EQ(r.plan.execution.block, plan.execution.block);
  EXPECT_EQ(r.plan.sizes.row, plan.sizes.row);
  EXPECT_EQ(r.fold, plan::to_string(plan.numerics.fold));
}

TEST(Plan, EveryReasonHasItsOwnSentence) {
  std::set<std::string> sentences;
  int reasons = 0;
#define NLSQ_REASON(id, text)                           \
  sentences.insert(plan::words_of(Reason::id, Plan{})); \
  ++reasons;
#include "nlsq/reasons.def"
#undef NLSQ_REASON
  EXPECT_EQ(sentences.size(), static_cast<std::size_t>(reasons));
  for (const std::string& sentence : sentences)
    EXPECT_EQ(sentence.find('{'), std::string::npos) << sentence;
}

TEST(Explain, NamesPathProgramAndTime) {
  const Data data(50'000);
  const Model model = Model::parse("a*exp(-b*x)+c");
  const std::string plan = explain(model, data.set, from({1.0, 1.0, 1.0}), {.listing = true});
  for (const char* part : {"3 parameters, 50,000 rows", "engine       interpreter", "1,024 rows",
                           "Program", "plain sweeps", "Listing", "exp r"})
    EXPECT_NE(plan.find(part), std::string::npos) << part << '\n' << plan;
  EXPECT_EQ(plan.find("ns a pass"), std::string::npos);
  const std::string made = curve_fit(model, data.set, from({1.0, 1.0, 1.0})).explain();
  EXPECT_NE(made.find("ns a pass"), std::string::npos) << made;
  EXPECT_NE(made.find("over the sample or a part"), std::string::npos) << made;
}

TEST(Explain, TakesRowsThatNeedNotExist) {
  const std::string text = explain(Model::parse("a*exp(-b*x)"), {}, {}, {.rows = 1'000'000'000});
  EXPECT_NE(text.find("1,000,000,000 rows"), std::string::npos) << text;
  EXPECT_NE(text.find("131,072 rows"), std::string::npos) << text;
}

}  // namespace
}  // namespace nlsq
