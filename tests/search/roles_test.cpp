// SPDX-License-Identifier: MIT
// Each role alone: formulas whose parameter has it.
#include "search/roles.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "search/support.hpp"

namespace nlsq::search {
namespace {

Meeting meeting_of(const std::string& formula, const std::string& name,
                   const std::vector<std::string>& columns = {"x"}) {
  const Model model = Model::parse(formula, columns);
  const index_t slot = test::slot_of(model, name);
  return find_roles(model.impl()->graph, model.impl()->outputs[0], test::all_of(model), {&slot, 1})
      .front();
}

TEST(Roles, AShiftIsWhatDataAreComparedWithOrTakenOff) {
  for (const char* formula :
       {"a*exp(-(x - t)^2)", "a/(1 + exp(-k*(x - t)))", "a*tanh((x - t)/w)", "a*abs(x - t)"}) {
    const Meeting m = meeting_of(formula, "t");
    EXPECT_EQ(m.role, Role::shift) << formula;
    EXPECT_EQ(m.use, Use::smooth) << formula;
    EXPECT_FALSE(m.adds);
  }
  EXPECT_EQ(meeting_of("a*x/(t + x)", "t").use, Use::pole);
  EXPECT_TRUE(meeting_of("a*x/(t + x)", "t").adds);
  EXPECT_EQ(meeting_of("a*log(x - t)", "t").use, Use::pole);
  EXPECT_EQ(meeting_of("a + b*(x > t)", "t").role, Role::shift);
  EXPECT_EQ(meeting_of("a + b*(x > t)", "t").use, Use::step);
}

TEST(Roles, ARateMultipliesDataInsideAFunction) {
  const Meeting decay = meeting_of("a*exp(-k*x)", "k");
  EXPECT_EQ(decay.role, Role::rate);
  EXPECT_EQ(decay.exponent, 1.0);
  EXPECT_EQ(meeting_of("a*exp(-x/k)", "k").exponent, -1.0);
  EXPECT_EQ(meeting_of("a*exp(-x^2/(2*k^2))", "k").exponent, -2.0);
  EXPECT_NEAR(meeting_of("a*exp(-x^2/(2*k^2))", "k").scale, 0.5, 1e-15);
  EXPECT_EQ(meeting_of("q*k*x/(1 + k*x)", "k").use, Use::pole);
  const Meeting width = meeting_of("a*exp(-((x - m)/s)^2)", "s");
  EXPECT_EQ(width.role, Role::rate);
  EXPECT_NE(width.partner, expr::kNone);
  EXPECT_EQ(width.partner_power, 2.0);
  EXPECT_EQ(width.exponent, -2.0);
}

TEST(Roles, OtherParametersBesideOneAreKnownWithTheirPowers) {
  for (const char* formula : {"a/(1 + (2*q*(x - f)/f)^2) + c", "a*exp(-q*abs(x - f)/f) + c"}) {
    const Meeting m = meeting_of(formula, "q");
    EXPECT_EQ(m.role, Role::rate) << formula;
    EXPECT_NE(m.partner, expr::kNone) << formula;
    ASSERT_EQ(m.others.size(), 1U) << formula;
    EXPECT_EQ(m.others[0].power, -m.exponent) << formula;
  }
  EXPECT_TRUE(meeting_of("a*exp(-k*x)", "k").others.empty());
}

TEST(Roles, ATermOfASumIsAsLargeAsTheDataBesideIt) {
  const Meeting m = meeting_of("v*x/(k + x + x^2/i)", "i");
  EXPECT_EQ(m.role, Role::rate);
  double power = 0.0;
  for (const Factor& factor : m.factors) power += factor.power;
  EXPECT_EQ(power, 0.0);  // x^2 once, 1/x once
  EXPECT_EQ(m.factors.size(), 2U);
  EXPECT_EQ(meeting_of("v/(1 + i*x)", "i").factors.size(), 1U);
}

TEST(Roles, AFrequencyMultipliesDataInsideAWave) {
  EXPECT_EQ(meeting_of("a*sin(w*x + p)", "w").role, Role::frequency);
  EXPECT_EQ(meeting_of("a*sin(w*x + p)", "p").role, Role::phase);
  const Meeting period = meeting_of("a*cos(2*pi*x/t)", "t");
  EXPECT_EQ(period.role, Role::frequency);
  EXPECT_EQ(period.exponent, -1.0);
  EXPECT_NEAR(period.scale, 2.0 * M_PI, 1e-14);
  const Meeting rate = meeting_of("a*sin((f + k*x)*x)", "k");
  EXPECT_EQ(rate.role, Role::frequency);
  EXPECT_EQ(rate.factors.size(), 2u);
}

TEST(Roles, OthersAreExponentsWidthsAndMagnitudes) {
  EXPECT_EQ(meeting_of("a*x^b", "b").role, Role::exponent);
  EXPECT_EQ(meeting_of("a*g^2/((x - m)^2 + g^2)", "g").role, Role::width);
  EXPECT_EQ(meeting_of("v*x^n/(k^n + x^n)", "k").role, Role::magnitude);
  EXPECT_EQ(meeting_of("v*x^n/(k^n + x^n)", "n").role, Role::exponent);
  EXPECT_EQ(meeting_of("a*exp(b)", "b").role, Role::none);
}

TEST(Roles, ParametersThatDoNotMoveAreNumbers) {
  const Model model = Model::parse("a*exp(-k*(x - t))", {"x"});
  const index_t k = test::slot_of(model, "k");
  const std::vector<index_t> moving = {test::slot_of(model, "a"), k};
  const Meeting m =
      find_roles(model.impl()->graph, model.impl()->outputs[0], moving, {&k, 1}).front();
  EXPECT_EQ(m.role, Role::rate);
  EXPECT_EQ(m.partner, expr::kNone);
  EXPECT_EQ(m.factors.size(), 1u);
}

}  // namespace
}  // namespace nlsq::search
