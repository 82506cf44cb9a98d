// SPDX-License-Identifier: MIT
// Models as long as a formula may be: no stage recurses along a sum or a product.
#include <gtest/gtest.h>

#include "residual_support.hpp"

namespace nlsq::program {
namespace {

// first, then `count` times more.
std::string repeated(std::string formula, const std::string& more, int count) {
  for (int i = 0; i < count; ++i) formula += more;
  return formula;
}

void expect_value_and_slope(const std::string& formula, double x, double a, double f,
                            double slope) {
  const Model model = Model::parse(formula);
  ResidualSpec spec;
  spec.sizes.assign(model.parameters().size(), 1);
  spec.free = {0};
  spec.has_response = false;
  const ResidualProgram made = build_residual(*model.impl(), spec);
  const std::vector<double> parameters(model.parameters().size(), a);
  const auto got = test::run_residual(made.full, made.outputs, {{x}}, parameters, 1);
  EXPECT_NEAR(got[0].f[0], f, 1e-8 * std::fabs(f));
  EXPECT_NEAR(got[0].jacobian[0][0], slope, 1e-8 * std::fabs(slope));
}

constexpr int kMany = 60000;

TEST(LargeModel, AProductOfManyFactors) {
  const double x = 1.0 + 1e-6, power = std::pow(x, kMany);
  expect_value_and_slope(repeated("a", "*x", kMany), x, 2.0, 2.0 * power, power);
}

TEST(LargeModel, AProductOfManyFunctions) {
  const double power = std::pow(std::cos(1e-3), kMany);
  expect_value_and_slope(repeated("a", "*cos(x)", kMany), 1e-3, 2.0, 2.0 * power, power);
}

TEST(LargeModel, ASumOfManyTerms) {
  expect_value_and_slope(repeated("a*x", "+x*x", kMany), 2.0, 3.0, 6.0 + 4.0 * kMany, 2.0);
  expect_value_and_slope(repeated("a*x", "-a", kMany), 2.0, 3.0, 6.0 - 3.0 * kMany, 2.0 - kMany);
}

TEST(LargeModel, ASumOfManyProducts) {
  expect_value_and_slope(repeated("a*x", "+a*x", kMany), 2.0, 3.0, 6.0 * (kMany + 1),
                         2.0 * (kMany + 1));
  expect_value_and_slope(repeated("a*x", "+x^3*a", kMany), 1.0, 3.0, 3.0 * kMany + 3.0,
                         1.0 * kMany + 1.0);
}

TEST(LargeModel, AQuotientOfMany) {
  const double x = 1.0 + 1e-6, power = std::pow(x, -kMany);
  expect_value_and_slope(repeated("a", "/x", kMany), x, 2.0, 2.0 * power, power);
}

TEST(LargeModel, ManySigns) {
  expect_value_and_slope(repeated("a", "*x*-1", kMany), 1.0, 2.0, 2.0, 1.0);
}

}  // namespace
}  // namespace nlsq::program
