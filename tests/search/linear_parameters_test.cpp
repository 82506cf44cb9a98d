// SPDX-License-Identifier: MIT
// Which parameters are linear, compared with second differences of the model's values.
#include "search/linear_parameters.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "search/support.hpp"
#include "support/reference_evaluator.hpp"

namespace nlsq::search {
namespace {

using Inputs = nlsq::test::Inputs<long double>;

std::string linear_of(const std::string& formula) {
  const Model model = Model::parse(formula, {"x"});
  expr::Graph graph = model.impl()->graph;
  const CurvaturePattern pattern(graph, model.impl()->outputs[0], test::all_of(model));
  const std::vector<index_t> slots = test::all_of(model);
  const LinearChoice choice = choose_linear(graph, slots, pattern);
  std::string names;
  for (const std::size_t i : choice.linear) names += model.parameters()[i] + " ";
  for (const Product& product : choice.products) {
    names += model.parameters()[product.through] + "*" + model.parameters()[product.factor] + " ";
  }
  return names;
}

TEST(LinearParameters, AreTheLargestSetThatIsLinearTogether) {
  EXPECT_EQ(linear_of("a*exp(-b*x) + c"), "a c ");
  EXPECT_EQ(linear_of("top*x/(half + x)"), "top ");
  EXPECT_EQ(linear_of("(a + b*x)/(1 + c*x)"), "a b ");
  EXPECT_EQ(linear_of("a*(b + c*x)"), "b c ");
  EXPECT_EQ(linear_of("q*k*x/(1 + k*x)"), "q ");
  EXPECT_EQ(linear_of("a*b*x"), "a ");
  EXPECT_EQ(linear_of("low + (high - low)/(1 + (x/mid)^(-h))"), "low high ");
  EXPECT_EQ(linear_of("where(x > t, a, b)"), "a b ");
  EXPECT_EQ(linear_of("abs(a*x)"), "");
  EXPECT_EQ(linear_of("a*(1 + v*cos(w*x))"), "a a*v ");
  EXPECT_EQ(linear_of("c + a*x*(1 + v*x + u*sin(w*x))"), "c a a*v a*u ");
}

TEST(LinearParameters, AStepThatOnlyAConditionHoldsIsNotUnused) {
  const Model model = Model::parse("a + b*(x > t)", {"x"});
  expr::Graph graph = model.impl()->graph;
  const CurvaturePattern pattern(graph, model.impl()->outputs[0], test::all_of(model));
  EXPECT_FALSE(pattern.is_unused(2));
  EXPECT_TRUE(pattern.has(2, 2));
}

// Second differences vanish wherever the pattern says so, and somewhere do not where it does not.
TEST(LinearParameters, ThePatternIsThatOfSecondDifferences) {
  for (const char* formula :
       {"a*exp(-b*x) + c*d", "a*sin(b*x + c) + d", "a*x^b + c", "(a + b*x)/(c + d*x)",
        "a + b*log(x + c)", "a*exp(-(x - b)^2/c) + d*x"}) {
    const Model model = Model::parse(formula, {"x"});
    expr::Graph graph = model.impl()->graph;
    const expr::NodeId root = model.impl()->outputs[0];
    const CurvaturePattern pattern(graph, root, test::all_of(model));
    const std::size_t n = model.parameters().size();
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        const auto value = [&](long double first, long double second) {
          Inputs in;
          for (std::size_t k = 0; k < n; ++k)
            in.parameters.push_back({1.3L + 0.2L * static_cast<long double>(k)});
          in.columns = {0.7L};
          in.parameters[i][0] += first;
          in.parameters[j][0] += second;
          return nlsq::test::reference_value(graph, root, in);
        };
        const long double h = 1e-3L;
        const long double mixed = value(h, h) - value(h, -h) - value(-h, h) + value(-h, -h);
        EXPECT_EQ(pattern.has(i, j), std::fabs(mixed) > 1e-12L) << formula << i << j;
      }
    }
  }
}

TEST(Without, ZerosVanishAlsoBesideWhatIsNotFinite) {
  const Model model = Model::parse("a*exp(b*x) + c*x", {"x"});
  expr::Graph graph = model.impl()->graph;
  const expr::NodeId root = model.impl()->outputs[0];
  const expr::NodeId a = graph.parameter(0), c = graph.parameter(2);
  const std::vector<expr::NodeId> both = {a, c};
  EXPECT_EQ(without(graph, root, both), expr::kNone);
  const expr::NodeId left = without(graph, root, {&a, 1});
  Inputs in;
  in.parameters = {{2.0L}, {1e6L}, {3.0L}};
  in.columns = {5.0L};
  EXPECT_EQ(nlsq::test::reference_value(graph, left, in), 15.0L);
}

TEST(Substitute, ReplacesNodesByTheRules) {
  const Model model = Model::parse("a*exp(b*x) + a", {"x"});
  expr::Graph graph = model.impl()->graph;
  const std::pair<expr::NodeId, expr::NodeId> one{graph.parameter(0), graph.constant(1.0)};
  const expr::NodeId left = substitute(graph, model.impl()->outputs[0], {&one, 1});
  EXPECT_FALSE(graph.reachable({&left, 1})[graph.parameter(0)]);
  Inputs in;
  in.parameters = {{7.0L}, {0.0L}};
  in.columns = {5.0L};
  EXPECT_EQ(nlsq::test::reference_value(graph, left, in), 2.0L);
}

}  // namespace
}  // namespace nlsq::search
