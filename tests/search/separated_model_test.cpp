// SPDX-License-Identifier: MIT
// The columns of a model that do not depend on its linear parameters, and the model with weights
// for them: which there are, and that they are its derivatives.
#include "search/separated_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "nlsq/fit.hpp"
#include "search/support.hpp"

namespace nlsq::search {
namespace {

std::string separated(const std::string& formula) {
  const Model model = Model::parse(formula, {"x"});
  Separation separation(*model.impl(), test::all_of(model));
  const auto n = static_cast<index_t>(model.parameters().size());
  std::vector<index_t> linear = linear_together(n, [&](index_t i, index_t j) {
    return separation.curves(static_cast<std::size_t>(i), static_cast<std::size_t>(j));
  });
  std::sort(linear.begin(), linear.end());
  const auto& names = model.parameters();
  std::string text;
  for (const index_t j : linear) text += names[static_cast<std::size_t>(j)] + " ";
  text += "|";
  for (const Weight& weight : separation.weights(linear)) {
    text += " " + names[static_cast<std::size_t>(weight.nonlinear)] + ":" +
            (weight.linear < 0 ? "base" : names[static_cast<std::size_t>(weight.linear)]);
  }
  return text;
}

TEST(Separation, HasAColumnForEachProductOfALinearAndAnotherParameter) {
  EXPECT_EQ(separated("a*exp(-b*x) + c"), "a c | b:a");
  EXPECT_EQ(separated("a*sin(w*x) + b*cos(w*x)"), "a b | w:a w:b");
  EXPECT_EQ(separated("a*exp(-k*x) + exp(-q*x)"), "a | k:a q:base");
  EXPECT_EQ(separated("a*x^k + x^k"), "a | k:base k:a");
  EXPECT_EQ(separated("a + b*x"), "a b |");
  EXPECT_EQ(separated("exp(-b*x)"), "| b:base");
  EXPECT_EQ(separated("a*(b + c*x)"), "b c | a:b a:c");
}

TEST(Separation, WeightsOfTheAugmentedModelActAsItsDerivatives) {
  const Model model = Model::parse("a*exp(-k*x) + c*x^q + sin(q*x)", {"x"});
  Separation separation(*model.impl(), test::all_of(model));  // a k c q
  const std::vector<index_t> linear = {0, 2};
  const std::vector<Weight> weights = separation.weights(linear);
  ASSERT_EQ(weights.size(), 3u);  // k:a, q:base, q:c
  const Model with(separation.augmented(weights, linear));
  const std::vector<double> x = {0.5, 1.0, 2.5};
  Dataset data;
  data.column("x", x);
  std::vector<double> p = {2.0, 0.7, 3.0, 1.2, 0.0, 0.0, 0.0};
  const auto at = [&](std::vector<double> values) { return evaluate(with, data, values); };
  const std::vector<double> plain = at(p);
  for (std::size_t w = 0; w < 3; ++w) {
    std::vector<double> moved = p;
    moved[4 + w] = 1.0;
    const std::vector<double> values = at(moved);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double column = w == 0   ? -x[i] * std::exp(-0.7 * x[i])
                            : w == 1 ? x[i] * std::cos(1.2 * x[i])
                                     : std::log(x[i]) * std::pow(x[i], 1.2);
      EXPECT_NEAR(values[i] - plain[i], column, 1e-13) << w;
    }
  }
}

}  // namespace
}  // namespace nlsq::search
