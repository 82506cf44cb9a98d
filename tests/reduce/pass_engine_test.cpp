// SPDX-License-Identifier: MIT
// The seam for those who make passes elsewhere: a toy that walks over the rows itself gives fits
// the same bits, one that stops answering is left without a trace, and the policy above asks it for
// better coordinates where the Jacobian is badly conditioned.
#include "reduce/pass_engine.hpp"

#include <gtest/gtest.h>

#include "pass_support.hpp"

namespace nlsq::reduce {
namespace {

// Walks with walkers and folds of its own, as somebody far away would.
class ToyEngine final : public PassEngine {
 public:
  ToyEngine(const Term& term, base::ThreadPool& pool, int answers)
      : passes_(term, pool), answers_(answers) {}

  std::span<const double> run(const PassRequest& request) override {
    if (answers_-- <= 0) return {};
    in_coordinates += request.n > 0;
    return passes_.run(request);
  }
  int in_coordinates = 0;

 private:
  OwnPasses passes_;
  int answers_;
};

using Fit = PassFit;

TEST(PassEngine, AToyThatWalksItselfChangesNoBit) {
  Fit fit("a*exp(-b*x)+c");
  ToyEngine toy(fit.term, fit.pool, 1000);
  expect_same_bits(fit.run(&toy), fit.run(nullptr));
}

TEST(PassEngine, OneThatStopsAnsweringIsLeftForTheWalker) {
  Fit fit("a*exp(-b*x)+c");
  const solve::Outcome alone = fit.run(nullptr);
  for (const int answers : {0, 1, 3}) {
    ToyEngine toy(fit.term, fit.pool, answers);
    expect_same_bits(fit.run(&toy), alone);
  }
}

TEST(PassEngine, BadConditioningAsksForBetterCoordinates) {
  Fit fit("a + b*x + c*x^2 + d*x^3 + e*x^4 + f*x^5");
  ToyEngine toy(fit.term, fit.pool, 1000);
  expect_same_bits(fit.run(&toy), fit.run(nullptr));
  EXPECT_GT(toy.in_coordinates, 0);
}

}  // namespace
}  // namespace nlsq::reduce
