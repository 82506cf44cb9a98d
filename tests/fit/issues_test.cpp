// SPDX-License-Identifier: MIT
// Issues: the table of ids, and that a result's warnings are the sentences of its issues.
#include "nlsq/issues.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
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

bool has(const FitResult& r, IssueId id) {
  return std::any_of(r.issues.begin(), r.issues.end(),
                     [id](const Issue& issue) { return issue.id == id; });
}

FitResult fit(const char* formula, const std::vector<double>& x, const std::vector<double>& y) {
  Dataset data;
  data.column("x", x).response(y);
  return curve_fit(Model::parse(formula, {"x"}), data, {});
}

// Exact data leave a parameter whose part vanished a derivative of rounding: it has no effect.
TEST(Issues, TellOfAConstantResponseAndWhatRoundingMakesOfParameters) {
  const std::vector<double> x{0, 0.5, 1, 1.5, 2, 2.5, 3};
  for (const double value : {1.0, 7.3, -1e-9, 2.5e12}) {
    SCOPED_TRACE(value);
    const std::vector<double> y(x.size(), value);
    const FitResult decay = fit("a*exp(-b*x) + c", x, y);
    EXPECT_TRUE(has(decay, IssueId::constant_response));
    EXPECT_TRUE(has(decay, IssueId::no_effect));
    EXPECT_TRUE(std::isinf(decay.perr[1]));
    EXPECT_EQ(decay.rank, 2);
    EXPECT_LE(decay.perr[2], 1e-12 * std::abs(value));
    const FitResult line = fit("a*x + b", x, y);
    EXPECT_TRUE(has(line, IssueId::constant_response));
    EXPECT_FALSE(has(line, IssueId::no_effect));
    EXPECT_EQ(line.rank, 2);
  }
}

TEST(Issues, LeaveParametersOfExactDataTheirErrors) {
  const std::vector<double> x{0, 0.5, 1, 1.5, 2, 2.5, 3};
  std::vector<double> y;
  for (const double value : x) y.push_back(2.0 + 1e-9 * value);  // far above rounding
  const FitResult r = fit("a*x + b + 1e-3*c*x*x", x, y);
  EXPECT_TRUE(r.issues.empty());
  EXPECT_EQ(r.rank, 3);
  // c = 0 is what the data say, as well as an offset of 0 in others.
  EXPECT_NEAR(r.popt[0], 1e-9, 1e-14);
}

}  // namespace
}  // namespace nlsq
