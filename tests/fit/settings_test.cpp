// SPDX-License-Identifier: MIT
// Environment variables: what they choose, and that nonsense is refused by name.
#include "runtime/settings.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "nlsq/error.hpp"

namespace nlsq::fit_impl {
namespace {

struct Bad {
  const char* name;
  const char* value;
};

class FitSettings : public testing::TestWithParam<Bad> {};

TEST_P(FitSettings, RefusesNonsense) {
  setenv(GetParam().name, GetParam().value, 1);
  try {
    evaluator_options(1);
    ADD_FAILURE() << "accepted " << GetParam().value;
  } catch (const InputError& error) {
    EXPECT_EQ(error.argument(), GetParam().name);
    EXPECT_NE(std::string(error.what()).find(GetParam().value), std::string::npos);
  }
  unsetenv(GetParam().name);
}

INSTANTIATE_TEST_SUITE_P(All, FitSettings,
                         testing::Values(Bad{"NLSQ_FOLD", "cholesky"},
                                         Bad{"NLSQ_BLOCK_ROWS", "100"},
                                         Bad{"NLSQ_BLOCK_ROWS", "8192"}, Bad{"NLSQ_ISA", "mmx"}));

TEST(FitSettings, TakesWhatIsSet) {
  setenv("NLSQ_FOLD", "qr", 1);
  setenv("NLSQ_BLOCK_ROWS", "256", 1);
  setenv("NLSQ_NUM_THREADS", "6", 1);
  const reduce::EvaluatorOptions options = evaluator_options(0);
  EXPECT_EQ(options.fold, linalg::Fold::qr);
  EXPECT_EQ(options.walk.block, 256);
  EXPECT_EQ(options.walk.threads, 6);
  EXPECT_EQ(evaluator_options(2).walk.threads, 2);
  for (const char* name : {"NLSQ_FOLD", "NLSQ_BLOCK_ROWS", "NLSQ_NUM_THREADS"}) unsetenv(name);
  EXPECT_FALSE(evaluator_options(1).fold.has_value());
  EXPECT_THROW(evaluator_options(-1), InputError);
}

}  // namespace
}  // namespace nlsq::fit_impl
