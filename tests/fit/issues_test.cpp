// SPDX-License-Identifier: MIT
// Issues: the table of ids, and that a result's warnings are the sentences of its issues.
#include "nlsq/issues.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "nlsq/fit.hpp"

namespace nlsq {
namespace {

std::vector<std::string> sentences(const FitResult& r) {
  std::vector<std::string> all;
  for (const Issue& issue : r.issues) all.push_back(issue.sentence);
  return all;
}

TEST(Issues, HaveIdsOfTheirOwnInTheOrderOfTheEnumeration) {
  std::set<std::string> ids;
  std::size_t at = 0;
  for (const IssueKind& kind : issue_kinds()) {
    EXPECT_EQ(static_cast<std::size_t>(kind.id), at++);
    EXPECT_EQ(to_string(kind.id), kind.text);
    EXPECT_TRUE(ids.insert(std::string(kind.text)).second) << kind.text;
    EXPECT_EQ(kind.text.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string_view::npos);
  }
}

TEST(Issues, AreTheWarningsWithWhatTheyWereJudgedBy) {
  const std::vector<double> x{0, 1, 2, 3, 4}, y{1, 2, 3, 4, 5};
  Dataset data;
  data.column("x", x).response(y);
  FitOptions options;
  options.absolute_sigma = true;
  const FitResult r = curve_fit(Model::parse("(a + b)*x + d", {"x"}), data, options);
  ASSERT_EQ(r.issues.size(), 2u);
  EXPECT_EQ(r.warnings, sentences(r));
  EXPECT_EQ(r.issues[0].id, IssueId::undetermined);
  EXPECT_EQ(r.issues[0].names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(r.issues[0].numbers.front(), (std::pair<std::string, double>{"rank", 2.0}));
  EXPECT_EQ(r.issues[1].id, IssueId::no_sigma);
}

}  // namespace
}  // namespace nlsq
