// SPDX-License-Identifier: MIT
#include "expr/functions.hpp"

#include "formula_support.hpp"

namespace nlsq::expr {
namespace {

std::string call_of(const Function& function) {
  std::string call = std::string(function.name) + "(";
  for (int i = 0; i < function.arity; ++i) {
    call += i > 0 ? ", " : "";
    call +=
        function.name == "polygamma" && i == 0 ? "2" : std::string(1, static_cast<char>('a' + i));
  }
  return call + ")";
}

TEST(Functions, EveryOperationWithATextParses) {
  for (int i = 0; i < kOpCount; ++i) {
    const OpInfo& op = kOps[i];
    if (op.text.empty()) continue;
    EXPECT_EQ(canonical_function(op.text), op.text);
    const std::string graph = graph_of(call_of({op.text, function_arity(op.text), {}, {}}));
    EXPECT_EQ(graph.substr(0, op.id.size()), op.id) << graph;
  }
}

TEST(Functions, AllParseAndAreDocumented) {
  for (const Function& function : functions()) {
    EXPECT_NO_THROW(Model::parse(call_of(function))) << function.name;
    EXPECT_FALSE(function.doc.empty()) << function.name;
    EXPECT_FALSE(function.signature.empty()) << function.name;
  }
  EXPECT_EQ(formula_functions().size(), functions().size());
}

TEST(Functions, NamesAreDistinctAndAliasesLeadToOneFunction) {
  std::vector<std::string> names = function_names();
  for (const std::string& name : names) {
    const std::string_view canonical = canonical_function(name);
    ASSERT_FALSE(canonical.empty()) << name;
    EXPECT_EQ(canonical_function(canonical), canonical) << name;
    EXPECT_GT(function_arity(canonical), 0) << name;
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
  EXPECT_EQ(canonical_function("ln"), "log");
  EXPECT_EQ(canonical_function("arctan2"), "atan2");
  EXPECT_EQ(canonical_function("nothing"), "");
}

TEST(Functions, CompositesAreWhatTheySay) {
  EXPECT_DOUBLE_EQ(value_of("square(x)", {{"x", -3.0}}), 9.0);
  EXPECT_DOUBLE_EQ(value_of("exp2(x)", {{"x", 3.0}}), 8.0);
  EXPECT_DOUBLE_EQ(value_of("exp10(x)", {{"x", 3.0}}), 1000.0);
  for (const double x : {-5.0, 0.25, 5.0}) {
    EXPECT_EQ(value_of("clip(x, 0, 1)", {{"x", x}}), std::min(std::max(x, 0.0), 1.0));
  }
  EXPECT_EQ(graph_of("digamma(x)"), "polygamma(c0)");
  EXPECT_EQ(graph_of("polygamma(0, x)"), "polygamma(c0)");
  EXPECT_EQ(graph_of("polygamma(3, x)"), "polygamma.3(c0)");
  EXPECT_EQ(graph_of("j1_over_x(x)"), "bessel_ratio.1(c0)");
}

}  // namespace
}  // namespace nlsq::expr
