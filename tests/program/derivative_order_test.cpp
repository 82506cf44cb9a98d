// SPDX-License-Identifier: MIT
// What an order of derivation costs, in instructions a row: a nested model of 1,000 parameters, the
// case for reverse, and a sum of many peaks.
#include <gtest/gtest.h>

#include <cstdio>

#include "residual_support.hpp"

namespace nlsq::program {
namespace {

using Order = ResidualSpec::Order;

ResidualProgram lowered(const Model& model, Order order) {
  ResidualSpec spec;
  spec.sizes.assign(model.parameters().size(), 1);
  for (std::size_t i = 0; i < model.parameters().size(); ++i)
    spec.free.push_back(static_cast<index_t>(i));
  spec.order = order;
  return build_residual(*model.impl(), spec);
}

std::vector<std::string> names(int n) {
  std::vector<std::string> all;
  for (int i = 0; i < n; ++i) all.push_back("p" + std::to_string(i));
  return all;
}

Model nested(int n) {
  return Model::trace(names(n), [](const Columns& c, const Params& p) {
    Var y = 0.1;
    for (int k = 0; k < p.size(); ++k) y = tanh(p[k] * y + c["x"]);
    return y;
  });
}

Model peaks(int n) {
  return Model::trace(names(3 * n), [n](const Columns& c, const Params& p) {
    Var y = 0.0;
    for (int k = 0; k < n; ++k) {
      const Var z = (c["x"] - p[3 * k + 1]) / p[3 * k + 2];
      y += p[3 * k] * exp(-0.5 * z * z);
    }
    return y;
  });
}

TEST(DerivativeOrder, ReverseOfANestedModelIsAFewTimesTheResidual) {
  const Model model = nested(1000);
  const ResidualProgram reverse = lowered(model, Order::reverse);
  const ResidualProgram chosen = lowered(model, Order::automatic);
  const auto value = static_cast<double>(reverse.value.row.size());
  const auto all = static_cast<double>(reverse.full.row.size());
  std::printf("nested 1000: residual %.0f, reverse %.0f, auto %zu instructions\n", value, all,
              chosen.full.row.size());
  EXPECT_LE(all, 5.0 * value);
  EXPECT_EQ(chosen.order, expr::Accumulation::reverse);
  EXPECT_LE(chosen.full.row.size(), reverse.full.row.size());
}

// Forward accumulation of n nested steps needs about n²/2 products. An order that is named is
// obeyed; columns that are factored (columns.hpp) would have their common products once.
TEST(DerivativeOrder, ForwardOfANestedModelIsObeyedAndDear) {
  const Model model = nested(300);
  const auto reverse = static_cast<double>(lowered(model, Order::reverse).full.row.size());
  const auto forward = static_cast<double>(lowered(model, Order::forward).full.row.size());
  std::printf("nested 300: reverse %.0f, forward %.0f instructions\n", reverse, forward);
  EXPECT_GE(forward, 10.0 * reverse);
  EXPECT_GE(forward, 0.5 * 300 * 300);
}

TEST(DerivativeOrder, NoOrderThatIsNamedIsShorterThanTheChosenOne) {
  for (const Model& model : {nested(30), peaks(2), Model::parse("a*exp(-b*x)*sin(c*x+d)"),
                             Model::parse("(a+b*x+c*x^2+d*x^3)/(1+e*x+f*x^2+g*x^3)")}) {
    const std::size_t chosen = lowered(model, Order::automatic).full.row.size();
    EXPECT_LE(chosen, lowered(model, Order::forward).full.row.size());
    EXPECT_LE(chosen, lowered(model, Order::reverse).full.row.size());
  }
}

TEST(DerivativeOrder, ASumOfPeaksCostsTheSameBothWays) {
  const Model model = peaks(40);
  const auto reverse = static_cast<double>(lowered(model, Order::reverse).full.row.size());
  const auto forward = static_cast<double>(lowered(model, Order::forward).full.row.size());
  std::printf("40 peaks: reverse %.0f, forward %.0f instructions\n", reverse, forward);
  EXPECT_LE(reverse, 1.2 * forward);
  EXPECT_LE(forward, 1.2 * reverse);
}

}  // namespace
}  // namespace nlsq::program
