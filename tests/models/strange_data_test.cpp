// SPDX-License-Identifier: MIT
// Start values for data that no model fits: always finite, always inside the bounds.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/simulated.hpp"
#include "nlsq/nlsq.hpp"

namespace nlsq::test {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kMax = std::numeric_limits<double>::max();

struct Strange {
  std::string name;
  std::vector<double> x, y;
};

std::vector<Strange> strange_data() {
  std::vector<Strange> all{
      {"nothing", {}, {}},
      {"one point", {2.0}, {3.0}},
      {"one point at zero", {0.0}, {0.0}},
      {"two points", {1.0, 2.0}, {3.0, -1.0}},
      {"two points, one x", {1.0, 1.0}, {3.0, -1.0}},
      {"three points", {3.0, 1.0, 2.0}, {0.0, 1.0, 5.0}},
      {"constant", {1, 2, 3, 4, 5, 6, 7, 8}, {4, 4, 4, 4, 4, 4, 4, 4}},
      {"zero", {1, 2, 3, 4, 5, 6, 7, 8}, {0, 0, 0, 0, 0, 0, 0, 0}},
      {"all NaN", {kNan, kNan, 1.0}, {1.0, 2.0, kNan}},
      {"some infinite", {1, kInf, 3, 4, -kInf, 6}, {1, 2, kInf, -kInf, 5, 6}},
      {"negative x", {-5, -4, -3, -2, -1}, {1, 2, 1, 5, 2}},
      {"falling x", {5, 4, 3, 2, 1, 0}, {1, 2, 4, 8, 16, 32}},
      {"duplicates", {1, 1, 1, 2, 2, 2, 3, 3, 3}, {1, 1, 1, 5, 5, 5, 1, 1, 1}},
      {"lengths that differ", {1, 2, 3, 4}, {1, 2}},
      {"largest numbers", {-kMax, 0, kMax}, {kMax, -kMax, kMax}},
      {"smallest numbers", {5e-324, 1e-323, 1.5e-323}, {5e-324, 0.0, 5e-324}},
      {"far from zero", {1e15, 1e15 + 1, 1e15 + 2, 1e15 + 3}, {1, 2, 3, 5}},
      {"an outlier", {1, 2, 3, 4, 5, 6, 7, 8}, {1, 1, 1, 1e300, 1, 1, 1, 1}},
  };
  Noise noise(3);
  Strange random{"noise alone", {}, {}};
  for (int i = 0; i < 300; ++i) {
    random.x.push_back(noise.normal());
    random.y.push_back(noise.normal());
  }
  all.push_back(random);
  return all;
}

void expect_usable(const BuiltInModel& model, const Strange& data) {
  const std::vector<double> start = start_values(model, data.x, data.y);
  ASSERT_EQ(start.size(), model.parameters.size());
  for (std::size_t i = 0; i < start.size(); ++i) {
    EXPECT_TRUE(std::isfinite(start[i]))
        << model.name << " " << model.parameters[i] << ": " << data.name;
    EXPECT_GE(start[i], model.bounds[i].lower) << model.name << ": " << data.name;
    EXPECT_LE(start[i], model.bounds[i].upper) << model.name << ": " << data.name;
  }
}

TEST(StrangeData, gives_finite_starts_inside_the_bounds) {
  for (const Strange& data : strange_data()) {
    for (const BuiltInModel& model : built_in_models()) expect_usable(model, data);
    for (const int degree : {0, 1, 3, 20}) {
      expect_usable(*find_built_in_model("polynomial(" + std::to_string(degree) + ")"), data);
    }
  }
}

TEST(StrangeData, of_any_scale_gives_finite_starts_inside_the_bounds) {
  for (const Reference& reference : references()) {
    Noise noise(5);
    const Measurement m =
        simulate(reference, reference.truths.front(), Spacing::even, 40, 0.01, noise);
    for (const double x_scale : {1e-12, 1.0, 1e12}) {
      for (const double y_scale : {-1e-12, -1.0, 1e12}) {
        Strange scaled{reference.name, m.x, m.y};
        for (double& x : scaled.x) x *= x_scale;
        for (double& y : scaled.y) y *= y_scale;
        expect_usable(*find_built_in_model(reference.name), scaled);
      }
    }
  }
}

TEST(StrangeData, does_not_depend_on_the_order_of_its_rows) {
  for (const Reference& reference : references()) {
    Noise noise(5);
    Measurement m = simulate(reference, reference.truths.front(), Spacing::random, 40, 0.01, noise);
    const BuiltInModel& model = *find_built_in_model(reference.name);
    const std::vector<double> start = start_values(model, m.x, m.y);
    std::reverse(m.x.begin(), m.x.end());
    std::reverse(m.y.begin(), m.y.end());
    EXPECT_EQ(start_values(model, m.x, m.y), start) << model.name;
  }
}

TEST(StrangeData, rows_that_are_not_finite_do_not_count) {
  for (const Reference& reference : references()) {
    Noise noise(5);
    Measurement m = simulate(reference, reference.truths.front(), Spacing::even, 40, 0.01, noise);
    const BuiltInModel& model = *find_built_in_model(reference.name);
    const std::vector<double> start = start_values(model, m.x, m.y);
    m.x.insert(m.x.begin() + 7, {kNan, 1.0, kInf});
    m.y.insert(m.y.begin() + 7, {1.0, kNan, 2.0});
    EXPECT_EQ(start_values(model, m.x, m.y), start) << model.name;
  }
}

// A dip is a peak where the height may be negative.
TEST(StrangeData, finds_dips) {
  std::vector<double> x, y;
  for (int i = 0; i < 60; ++i) {
    x.push_back(0.1 * i);
    y.push_back(-7.0 * std::exp(-0.5 * (x.back() - 4.0) * (x.back() - 4.0) / 0.04));
  }
  for (const char* name : {"voigt", "pseudo_voigt"}) {
    const std::vector<double> start = start_values(*find_built_in_model(name), x, y);
    EXPECT_NEAR(start[0], -7.0, 1.0) << name;
    EXPECT_NEAR(start[1], 4.0, 0.05) << name;
  }
}

// Many rows are thinned, so that a start takes milliseconds.
TEST(StrangeData, of_many_rows_is_thinned) {
  for (const Reference& reference : references()) {
    if (reference.name.starts_with("polynomial")) continue;
    Noise noise(5);
    const Measurement m =
        simulate(reference, reference.truths.front(), Spacing::random, 20000, 0.01, noise);
    const BuiltInModel& model = *find_built_in_model(reference.name);
    Dataset data;
    data.column("x", m.x).response(m.y);
    FitOptions options;
    options.p0 = start_values(model, m.x, m.y);
    const FitResult fit = curve_fit(Model::parse(model.formula), data, options);
    const std::vector<double>& truth = reference.truths.front().parameters;
    for (std::size_t i = 0; i < truth.size(); ++i)
      EXPECT_NEAR(fit.popt[i], truth[i], 5.0 * fit.perr[i]) << model.name;
  }
}

}  // namespace
}  // namespace nlsq::test
