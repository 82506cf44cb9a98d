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

TEST(QuotedList, NamesTenAndCountsTheRest) {
  std::vector<std::string> names;
  for (int i = 0; i < 10; ++i) names.push_back("p" + std::to_string(i));
  EXPECT_EQ(quoted_list(std::span(names).first(3)), "'p0', 'p1' and 'p2'");
  EXPECT_TRUE(quoted_list(names).ends_with("'p8' and 'p9'"));
  for (int i = 10; i < 1000; ++i) names.push_back("p" + std::to_string(i));
  EXPECT_TRUE(quoted_list(names).ends_with("'p7', 'p8' and 991 more"));
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
