// SPDX-License-Identifier: MIT
#include "base/nearest.hpp"

#include <gtest/gtest.h>

#include "nlsq/error.hpp"

namespace nlsq::base {
namespace {

TEST(EditDistance, CountsInsertDeleteReplaceAndSwap) {
  EXPECT_EQ(edit_distance("sin", "sin"), 0);
  EXPECT_EQ(edit_distance("sin", "sinh"), 1);
  EXPECT_EQ(edit_distance("gausian", "gaussian"), 1);
  EXPECT_EQ(edit_distance("tfr", "trf"), 1);
  EXPECT_EQ(edit_distance("X", "x"), 1);
}

TEST(Nearest, OffersTheNearestNameAndNothingFarAway) {
  const std::vector<std::string> names{"time", "counts", "sigma"};
  EXPECT_EQ(nearest("tme", names), "time");
  EXPECT_EQ(nearest("count", names), "counts");
  EXPECT_EQ(nearest("zzz", names), "");
  EXPECT_EQ(nearest("z", std::vector<std::string>{"x", "y"}), "");
  EXPECT_EQ(nearest("Y", std::vector<std::string>{"x", "y"}), "y");
  EXPECT_EQ(did_you_mean("sgima", names), " (did you mean 'sigma'?)");
}

TEST(FormulaError, PutsTheCaretUnderTheFault) {
  const FormulaError error("a*exq(x)", 2, "unknown function 'exq'");
  EXPECT_STREQ(error.what(), "formula: unknown function 'exq'\n  a*exq(x)\n    ^");
}

TEST(DataError, NamesFileAndLine) {
  EXPECT_STREQ(DataError("a.csv", 7, "ragged").what(), "a.csv:7: ragged");
  EXPECT_STREQ(DataError("a.csv", 0, "empty").what(), "a.csv: empty");
}

}  // namespace
}  // namespace nlsq::base
