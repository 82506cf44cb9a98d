// SPDX-License-Identifier: MIT
// The same bits for any number of threads, any block size, and whatever ran before.
#include <gtest/gtest.h>

#include <cstdlib>

#include "nlsq/fit.hpp"
#include "support/decay.hpp"

namespace nlsq::test {
namespace {

class Environment {
 public:
  Environment(const char* name, const std::string& value) : name_(name) {
    setenv(name, value.c_str(), 1);
  }
  ~Environment() { unsetenv(name_); }

 private:
  const char* name_;
};

FitResult fit_decay(const Decay& data, int threads, Loss loss, bool sigma) {
  static const Model model = Model::parse("a*exp(-b*x)+c");
  Dataset set;
  set.column("x", data.x).response(data.y);
  if (sigma) set.sigma(data.sigma);
  FitOptions options;
  options.threads = threads;
  options.loss = loss;
  options.f_scale = 0.05;
  return curve_fit(model, set, options);
}

void expect_same(const FitResult& a, const FitResult& b, const std::string& what) {
  EXPECT_EQ(a.popt, b.popt) << what;
  EXPECT_EQ(a.pcov, b.pcov) << what;
  EXPECT_EQ(a.cost, b.cost) << what;
  EXPECT_EQ(a.r_squared, b.r_squared) << what;
  EXPECT_EQ(a.nfev, b.nfev) << what;
}

struct Case {
  index_t rows;
  Loss loss;
  bool sigma;
};

class ReduceDeterminism : public testing::TestWithParam<Case> {};

TEST_P(ReduceDeterminism, SameBitsForAnyThreadsAndBlocks) {
  const Case& c = GetParam();
  const Decay data = make_decay(c.rows);
  for (const char* fold : {"", "pgram", "qr"}) {
    const Environment forced("NLSQ_FOLD", fold);
    const FitResult reference = fit_decay(data, 1, c.loss, c.sigma);
    EXPECT_TRUE(reference.success);
    for (const int threads : {2, 3, 7}) {
      expect_same(reference, fit_decay(data, threads, c.loss, c.sigma),
                  std::to_string(threads) + " threads");
    }
    for (const char* block : {"16", "64", "256", "1024", "4096"}) {
      const Environment rows("NLSQ_BLOCK_ROWS", block);
      expect_same(reference, fit_decay(data, 3, c.loss, c.sigma),
                  std::string("blocks of ") + block);
    }
  }
}

TEST(ReduceDeterminismOfManyRows, BlocksOfHalfAPageChangeNoBit) {
  const Decay data = make_decay(1050000);  // 16.8 MB
  const FitResult half = fit_decay(data, 2, Loss::linear, false);
  const Environment whole("NLSQ_BLOCK_ROWS", "512");
  expect_same(half, fit_decay(data, 1, Loss::linear, false), "512 rows a block");
}

INSTANTIATE_TEST_SUITE_P(Rows, ReduceDeterminism,
                         testing::Values(Case{17, Loss::linear, false},
                                         Case{4096, Loss::linear, true},
                                         Case{4097, Loss::soft_l1, false},
                                         Case{70001, Loss::linear, true},
                                         Case{100000, Loss::huber, true}));

TEST(ReduceDeterminism, NothingOfAnEarlierFitRemains) {
  const Decay data = make_decay(1000);
  const FitResult first = fit_decay(data, 2, Loss::linear, false);
  fit_decay(make_decay(50000, 9), 2, Loss::cauchy, true);
  expect_same(first, fit_decay(data, 2, Loss::linear, false), "again");
}

}  // namespace
}  // namespace nlsq::test
