// SPDX-License-Identifier: MIT
// Long columns are looked at during the first pass: each leaf once, values that are not finite
// named by their first row on any number of threads, moments as of a pass of their own.
#include "columns/first_look.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <limits>

#include "nlsq/error.hpp"
#include "nlsq/fit.hpp"
#include "problem/binding.hpp"
#include "reduce/data_evaluator.hpp"
#include "reduce/fold.hpp"
#include "support/decay.hpp"

namespace nlsq::fit_impl {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr index_t kRows = 200'123;  // the last leaf and its last block are not full

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

class Counting : public reduce::LeafVisitor {
 public:
  void visit(const reduce::Leaf& leaf) override {
    EXPECT_EQ(leaf.first, leaf.number * reduce::kLeafRows);
    EXPECT_LE(leaf.rows, reduce::kLeafRows);
    ++of_leaf[z(leaf.number)];
    seen += leaf.rows;
  }
  std::vector<std::atomic<int>> of_leaf = std::vector<std::atomic<int>>(z(kRows / 4096 + 1));
  std::atomic<index_t> seen = 0;
};

TEST(FirstLook, SeesEachLeafOnceInTheFirstPassAlone) {
  const test::Decay d = test::make_decay(kRows);
  const Model model = Model::parse("a*exp(-b*x)+c");
  Dataset data;
  data.column("x", d.x).response(d.y);
  const base::Indices all = {0, 1, 2};
  for (const int threads : {1, 2, 3, 7}) {
    Counting visitor;
    std::vector<reduce::Term> terms = {
        bind_term({&model, &data, Loss::linear, 1.0}, {}, base::Indices(3, 1), all)};
    terms[0].parameters = terms[0].free = all;
    terms[0].visitor = &visitor;
    reduce::EvaluatorOptions how;
    how.walk.isa = engine::available_isas().front();
    how.walk.threads = threads;
    base::ThreadPool pool;
    const std::vector<double> p = {2.0, 1.0, 0.3};
    reduce::DataEvaluator evaluator(terms, p, all, how, pool);
    linalg::Summary summary;
    for (int pass = 0; pass < 3; ++pass) evaluator.summary(p, solve::Grade::step, summary);
    for (const std::atomic<int>& count : visitor.of_leaf) EXPECT_EQ(count, 1);
    EXPECT_EQ(visitor.seen, kRows);
  }
}

std::string message_of(const Model& model, const Dataset& data, FitOptions options) {
  options.p0 = {2.0, 1.0, 0.3};
  try {
    curve_fit(model, data, options);
  } catch (const InputError& error) {
    return error.what();
  }
  return "fitted";
}

TEST(FirstLook, NamesTheFirstRowThatIsNotFinite) {
  const Model model = Model::parse("a*exp(-b*x)+c");
  // The model is finite at an infinite x, and a sample need not hold the row.
  for (const double bad : {kInf, kNaN}) {
    test::Decay d = test::make_decay(kRows);
    for (const index_t row : std::initializer_list<index_t>{150'000, 70'001, 70'000, kRows - 1})
      d.x[z(row)] = bad;
    const std::vector<float> narrow(d.x.begin(), d.x.end());
    for (const int threads : {1, 2, 3, 7}) {
      for (const bool progressive : {false, true}) {
        FitOptions options;
        options.threads = threads;
        options.progressive = progressive;
        const std::string wanted = std::isnan(bad) ? "data: column 'x' is nan in row 70001"
                                                   : "data: column 'x' is inf in row 70001";
        Dataset plain, weighted, float32;
        plain.column("x", d.x).response(d.y);
        weighted.column("x", d.x).response(d.y).sigma(d.sigma);
        float32.column("x", narrow).response(d.y);
        EXPECT_EQ(message_of(model, plain, options), wanted);
        EXPECT_EQ(message_of(model, weighted, options), wanted);
        EXPECT_EQ(message_of(model, float32, options), wanted);
        options.check_finite = false;
        if (std::isinf(bad)) {
          EXPECT_EQ(message_of(model, plain, options),
                    "p0: the derivative by 'b' is nan in row 70001 (x = inf) at the start (a=2, "
                    "b=1, c=0.3); give a start where the model is finite");
        }
      }
    }
  }
}

TEST(FirstLook, LooksAtEveryTerm) {
  const test::Decay d = test::make_decay(kRows);
  test::Decay other = test::make_decay(kRows, 2);
  other.x[z(kRows - 3)] = kNaN;
  const Model model = Model::parse("a*exp(-b*x)+c");
  Dataset good, bad;
  good.column("x", d.x).response(d.y);
  bad.column("x", other.x).response(other.y);
  FitOptions options;
  options.p0 = {2.0, 1.0, 0.3};
  const auto fit_both = [&](const Dataset& second) {
    return fit({{model, good, {}, {}}, {model, second, {}, {}}}, options);
  };
  EXPECT_NO_THROW(fit_both(good));
  EXPECT_THROW(fit_both(bad), InputError);
}

TEST(FirstLook, FindsTheMomentsOfAPassOfTheirOwn) {
  test::Decay d = test::make_decay(kRows);
  d.sigma[5] = kInf;
  const Model model = Model::parse("a*exp(-b*x)+c");
  const std::vector<float> narrow(d.y.begin(), d.y.end());
  Dataset plain, number, weighted, float32;
  plain.column("x", d.x).response(d.y);
  number.column("x", d.x).response(d.y).sigma(0.05);
  weighted.column("x", d.x).response(d.y).sigma(d.sigma);
  float32.column("x", d.x).response(narrow);
  for (const Dataset* data : {&plain, &number, &weighted, &float32}) {
    FitOptions options;
    options.p0 = {2.0, 1.0, 0.3};
    const FitResult r = curve_fit(model, *data, options);
    EXPECT_EQ(r.tss, moments(data->responses().front(), 1).total());
    EXPECT_NEAR(r.r_squared, 1.0 - r.rss / r.tss, 1e-15);
    EXPECT_GT(r.r_squared, 0.9);
  }
}

TEST(FirstLook, FindsTheFingerprintsOfEveryArray) {
  const test::Decay d = test::make_decay(kRows);
  const std::vector<float> narrow(d.x.begin(), d.x.end());
  Dataset data;
  data.column("x", narrow).response(d.y).sigma(d.sigma);
  FitOptions options;
  options.p0 = {2.0, 1.0, 0.3};
  const Model model = Model::parse("a*exp(-b*x)+c");
  EXPECT_TRUE(curve_fit(model, data, options).fingerprints.empty());
  options.fingerprints = true;
  const FitResult r = curve_fit(model, data, options);
  ASSERT_EQ(r.fingerprints.size(), 3u);
  const void* const arrays[] = {narrow.data(), d.y.data(), d.sigma.data()};
  for (std::size_t i = 0; i < 3; ++i) {
    const index_t item = i == 0 ? 4 : 8;
    EXPECT_EQ(r.fingerprints[i].data, arrays[i]);
    EXPECT_EQ(r.fingerprints[i].bytes, item * kRows);
    for (const int threads : {1, 3})
      EXPECT_EQ(r.fingerprints[i].value, fingerprint(arrays[i], item * kRows, item, threads));
  }
}

}  // namespace
}  // namespace nlsq::fit_impl
