// SPDX-License-Identifier: MIT
// Passes in single precision: the Gram matrix of double precision to float32, the same bits for any
// number of threads and any block size, and data that float32 cannot tell apart.
#include "reduce/float32_pass.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "nlsq/fit.hpp"
#include "problem/binding.hpp"
#include "reduce/data_evaluator.hpp"
#include "runtime/settings.hpp"

namespace nlsq::test {
namespace {

// An evaluator over y = model + ripple.
struct Problem {
  Problem(const std::string& formula, std::vector<double> p, index_t rows, int threads,
          double from = 0.0, double to = 4.0, bool as_float = false)
      : model(Model::parse(formula)), parameters(std::move(p)) {
    for (index_t i = 0; i < rows; ++i) {
      const double share = (static_cast<double>(i) + 0.5) / static_cast<double>(rows);
      x.push_back(from + (to - from) * share);
      narrow.push_back(static_cast<float>(x.back()));
    }
    Dataset grid;
    grid.column("x", x);
    y = evaluate(model, grid, parameters);
    for (std::size_t i = 0; i < y.size(); ++i)
      y[i] += 0.1 * std::sin(17.0 * static_cast<double>(i));
    if (as_float) {
      data.column("x", std::span<const float>(narrow));
    } else {
      data.column("x", x);
    }
    data.response(y);
    const auto n = static_cast<index_t>(parameters.size());
    base::Indices all, sizes(static_cast<std::size_t>(n), 1);
    for (index_t i = 0; i < n; ++i) all.push_back(i);
    terms.push_back(fit_impl::bind_term({&model, &data, Loss::linear, 1.0}, {}, sizes, all));
    terms.back().parameters = terms.back().free = all;
    reduce::EvaluatorOptions options = fit_impl::evaluator_options(threads);
    options.fold.reset();
    options.float32 = true;
    evaluator = std::make_unique<reduce::DataEvaluator>(terms, parameters, all, options, pool);
  }

  linalg::Summary summary() {
    linalg::Summary out;
    std::vector<double> at = parameters;
    for (double& v : at) v *= 1.1;
    evaluator->summary(at, solve::Grade::step, out);
    return out;
  }

  Model model;
  std::vector<double> parameters, x, y;
  std::vector<float> narrow;
  Dataset data;
  std::vector<reduce::Term> terms;
  base::ThreadPool pool;
  std::unique_ptr<reduce::DataEvaluator> evaluator;
};

constexpr const char* kPeaks = "a*exp(-((x-b)/c)^2)+d*exp(-((x-g)/h)^2)+k*exp(-((x-m)/n)^2)+o+p*x";
const std::vector<double> kOfPeaks = {2, 0.5, 0.4, 1, 2, 0.5, 1.5, 3.2, 0.3, 0.2, 0.1};

class Float32Pass : public testing::Test {
 protected:
  void SetUp() override {
    if (engine::chosen_isa() == engine::Isa::portable) GTEST_SKIP() << "no vectors";
  }
};

TEST_F(Float32Pass, AgreesWithDoublePrecisionToFloat32) {
  struct Case {
    const char* formula;
    std::vector<double> parameters;
  };
  for (const Case& c :
       {Case{"a*exp(-b*x)+c", {2.5, 1.3, 0.5}}, Case{"a*x^b", {2.0, 1.4}},
        Case{"a*sin(b*x)", {2.0, 1.4}}, Case{"a*exp(-b*x)", {2.0, 1.4}}, Case{kPeaks, kOfPeaks}}) {
    for (const index_t rows : {50, 1000, 4097, 20000}) {
      for (const bool as_float : {false, true}) {
        Problem problem(c.formula, c.parameters, rows, 2, 0.01, 4.0, as_float);
        const linalg::Summary wide = problem.summary();
        ASSERT_TRUE(problem.evaluator->offers_float32());
        ASSERT_TRUE(problem.evaluator->begin_float32());
        const linalg::Summary narrow = problem.summary();
        problem.evaluator->end_float32();
        const linalg::Summary again = problem.summary();
        EXPECT_EQ(again.R, wide.R);
        EXPECT_EQ(again.cost, wide.cost);
        ASSERT_TRUE(narrow.finite);
        EXPECT_NE(narrow.cost, wide.cost) << "it was float64";
        EXPECT_NEAR(narrow.cost, wide.cost, 1e-5 * wide.cost);
        const auto n = static_cast<std::size_t>(wide.n);
        for (std::size_t j = 0; j < n; ++j) {
          double norm = 0.0;
          for (std::size_t i = 0; i <= j; ++i) norm += wide.R[i + j * n] * wide.R[i + j * n];
          norm = std::sqrt(norm);
          EXPECT_NEAR(narrow.g[j], wide.g[j], 1e-5 * norm * std::sqrt(2.0 * wide.cost));
          for (std::size_t i = 0; i <= j; ++i)
            EXPECT_NEAR(narrow.R[i + j * n], wide.R[i + j * n], 1e-5 * wide.kappa * norm);
        }
      }
    }
  }
}

TEST_F(Float32Pass, GivesTheSameBitsForAnyThreadsAndBlocks) {
  const auto summary = [](int threads) {
    Problem problem(kPeaks, kOfPeaks, 30000, threads);
    EXPECT_TRUE(problem.evaluator->begin_float32());
    return problem.summary();
  };
  const linalg::Summary reference = summary(1);
  for (const int threads : {2, 3, 7}) {
    const linalg::Summary other = summary(threads);
    EXPECT_EQ(other.R, reference.R);
    EXPECT_EQ(other.qtf, reference.qtf);
    EXPECT_EQ(other.cost, reference.cost);
  }
  for (const char* block : {"16", "64", "4096"}) {
    setenv("NLSQ_BLOCK_ROWS", block, 1);
    const linalg::Summary other = summary(3);
    unsetenv("NLSQ_BLOCK_ROWS");
    EXPECT_EQ(other.R, reference.R) << block;
    EXPECT_EQ(other.cost, reference.cost) << block;
  }
}

TEST_F(Float32Pass, KnowsNothingOfTheCoordinatesOfABadlyConditionedPoint) {
  Problem problem("a*exp(-b*x)+c*exp(-d*x)", {2, 0.4, 1, 3}, 5000, 1);
  const std::vector<double> bad = {2, 0.4, 1, 0.401};
  const linalg::Summary good = problem.summary();
  linalg::Summary first;
  problem.evaluator->summary(bad, solve::Grade::step, first);
  EXPECT_EQ(first.fold, linalg::Fold::pgram);
  ASSERT_TRUE(problem.evaluator->begin_float32());
  const linalg::Summary narrow = problem.summary();
  EXPECT_EQ(narrow.fold, linalg::Fold::gram);
  ASSERT_TRUE(narrow.finite);
  EXPECT_NEAR(narrow.cost, good.cost, 1e-5 * good.cost);
  for (std::size_t j = 0; j < 4; ++j)
    EXPECT_NEAR(narrow.g[j], good.g[j], 1e-5 * std::abs(good.R[0]) * std::sqrt(2 * good.cost));
}

TEST_F(Float32Pass, DoesNotKeepItsOwnProgramAlive) {
  std::weak_ptr<const program::ResidualProgram> program;
  {
    Problem problem("a*exp(-b*x)+c+0.125", {2.5, 1.3, 0.5}, 5000, 1);
    program = problem.terms.front().program;
    ASSERT_TRUE(problem.evaluator->begin_float32());
    EXPECT_TRUE(problem.summary().finite);
    EXPECT_FALSE(program.expired());
  }
  EXPECT_TRUE(program.expired());
}

TEST_F(Float32Pass, IsNotHadWhereFloat32CannotTellTheRowsApart) {
  // Seconds since 1970 over a day: float32 knows them to two minutes.
  EXPECT_FALSE(Problem("a*sin(x/b)+c", {1, 3000, 0}, 2000, 1, 1.7e9, 1.7e9 + 86400)
                   .evaluator->begin_float32());
  EXPECT_FALSE(
      Problem("a*exp(-b*(x-1e6))", {1, 1}, 2000, 1, 1e6, 1e6 + 10).evaluator->begin_float32());
  EXPECT_TRUE(
      Problem("a*exp(-b*(x-1000))", {1, 1}, 2000, 1, 1000, 1010).evaluator->begin_float32());
}

TEST_F(Float32Pass, NeedsAKernelForEachOperation) {
  EXPECT_FALSE(Problem("a*j0(b*x)", {1, 1}, 2000, 1).evaluator->offers_float32());
  EXPECT_TRUE(Problem("a*tanh(b*x)", {1, 1}, 2000, 1).evaluator->offers_float32());
}

TEST_F(Float32Pass, BeyondItsRangeIsNotFinite) {
  Problem problem("a*exp(b*x)", {1, 50}, 2000, 1, 0.0, 4.0);
  EXPECT_TRUE(problem.summary().finite);
  ASSERT_TRUE(problem.evaluator->begin_float32());
  EXPECT_FALSE(problem.summary().finite);
}

}  // namespace
}  // namespace nlsq::test
