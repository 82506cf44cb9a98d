// SPDX-License-Identifier: MIT
// The table of built-in models: names, order of parameters, values, and the page that lists them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <sstream>

#include "models/simulated.hpp"
#include "nlsq/nlsq.hpp"

namespace nlsq::test {
namespace {

std::vector<const BuiltInModel*> all_models() {
  std::vector<const BuiltInModel*> all;
  for (const BuiltInModel& model : built_in_models()) all.push_back(&model);
  for (int degree = 0; degree <= kMostDegree; ++degree)
    all.push_back(find_built_in_model(fmt::format("polynomial({})", degree)));
  return all;
}

TEST(BuiltInModels, parse_to_their_parameters_in_order) {
  for (const BuiltInModel* model : all_models()) {
    ASSERT_NE(model, nullptr);
    const Model parsed = Model::parse(model->formula);
    EXPECT_EQ(parsed.parameters(), model->parameters) << model->name;
    EXPECT_EQ(parsed.unused_parameters(), std::vector<std::string>{}) << model->name;
    EXPECT_EQ(parsed.columns().size(), model->name == "polynomial(0)" ? 0u : 1u) << model->name;
    EXPECT_EQ(model->bounds.size(), model->parameters.size()) << model->name;
    for (const ParameterBounds& b : model->bounds) EXPECT_LT(b.lower, b.upper) << model->name;
    EXPECT_TRUE(model->doc.ends_with(".")) << model->name;
  }
}

TEST(BuiltInModels, add_up_with_prefixes_and_one_constant) {
  const BuiltInModel* const sum = find_built_in_model("exp_decay + Gaussian+gauss  + line");
  ASSERT_NE(sum, nullptr);
  EXPECT_EQ(sum->name, "exponential_decay + gaussian + gaussian + linear");
  EXPECT_EQ(sum->parameters,
            (std::vector<std::string>{"e1_a", "e1_b", "g1_amp", "g1_mu", "g1_sigma", "g2_amp",
                                      "g2_mu", "g2_sigma", "l1_a", "l1_b"}));
  EXPECT_EQ(sum->bounds.size(), sum->parameters.size());
  EXPECT_EQ(sum->bounds[1].lower, 0.0);
  EXPECT_NE(sum->doc.find("without e1_c"), std::string::npos);
  EXPECT_EQ(Model::parse(sum->formula).parameters(), sum->parameters);
  EXPECT_EQ(find_built_in_model("exponential_decay+gaussian+gaussian+linear"), sum);
  // Every pair is a model, of full rank in its constants.
  for (const BuiltInModel* one : all_models()) {
    for (const BuiltInModel* other :
         {find_built_in_model("linear"), find_built_in_model("sine"), one}) {
      const BuiltInModel* const pair = find_built_in_model(one->name + " + " + other->name);
      ASSERT_NE(pair, nullptr) << one->name;
      EXPECT_EQ(Model::parse(pair->formula).parameters(), pair->parameters) << pair->name;
      EXPECT_EQ(pair->bounds.size(), pair->parameters.size()) << pair->name;
      const std::vector<double> x{1, 2, 3, 4}, y{1, 3, 2, 5};
      EXPECT_EQ(start_values(*pair, x, y).size(), pair->parameters.size()) << pair->name;
    }
  }
  EXPECT_EQ(find_built_in_model("gaussian + nothing"), nullptr);
  EXPECT_EQ(find_built_in_model("gaussian +"), nullptr);
  EXPECT_EQ(find_built_in_model("+"), nullptr);
  std::string many = "linear";
  for (int i = 0; i < 16; ++i) many += " + linear";
  EXPECT_EQ(find_built_in_model(many), nullptr);
}

TEST(BuiltInModels, have_names_of_their_own) {
  std::set<std::string> names;
  for (const BuiltInModel* model : all_models()) {
    EXPECT_TRUE(names.insert(model->name).second) << model->name;
    EXPECT_EQ(find_built_in_model(model->name), model);
    for (const std::string& alias : model->aliases) {
      EXPECT_TRUE(names.insert(alias).second) << alias;
      EXPECT_EQ(find_built_in_model(alias), model) << alias;
    }
  }
}

TEST(BuiltInModels, are_found_however_the_name_is_written) {
  EXPECT_EQ(find_built_in_model("Gaussian")->name, "gaussian");
  EXPECT_EQ(find_built_in_model("POWER-law")->name, "power_law");
  EXPECT_EQ(find_built_in_model("4PL")->name, "four_pl");
  for (const char* name : {"polynomial(3)", "polynomial_3", "Polynomial-3", "poly3", "poly(3)",
                           "poly_3", "polynomial( 3 )", "cubic"}) {
    ASSERT_NE(find_built_in_model(name), nullptr) << name;
    EXPECT_EQ(find_built_in_model(name)->formula, "c0*x^3 + c1*x^2 + c2*x + c3") << name;
  }
  for (const char* name : {"", "polynomial", "polynomial()", "polynomial(21)", "polynomial(-1)",
                           "polynomial(1.5)", "poly", "3", "(3)", "gaussiann", "a*x + b"}) {
    EXPECT_EQ(find_built_in_model(name), nullptr) << name;
  }
}

TEST(BuiltInModels, take_any_column_in_place_of_x) {
  EXPECT_EQ(formula_of(*find_built_in_model("lorentzian"), "t"), "amp/(1 + ((t - x0)/gamma)^2)");
  EXPECT_EQ(formula_of(*find_built_in_model("exponential_decay"), "time (s)"),
            "a*exp(-b*`time (s)`) + c");
  EXPECT_EQ(formula_of(*find_built_in_model("linear"), "2nd"), "a*`2nd` + b");
}

class Values : public ::testing::TestWithParam<Reference> {};

TEST_P(Values, equal_the_definition) {
  const Reference& reference = GetParam();
  const BuiltInModel& model = *find_built_in_model(reference.name);
  for (const Truth& truth : reference.truths) {
    Noise noise(1);
    Measurement m = simulate(reference, truth, Spacing::even, 200, 0.0, noise);
    Dataset data;
    data.column("x", m.x);
    const std::vector<double> values =
        evaluate(Model::parse(model.formula), data, truth.parameters);
    double scale = 0.0;
    for (const double y : m.y) scale = std::max(scale, std::abs(y));
    for (std::size_t i = 0; i < values.size(); ++i)
      EXPECT_NEAR(values[i], m.y[i], 1e-13 * scale) << model.name << " at " << m.x[i];
  }
}

// The derivatives at x = 0, where powers and logarithms are delicate, are finite.
TEST_P(Values, can_be_fitted_with_a_point_at_zero) {
  const Reference& reference = GetParam();
  if (reference.name == "arrhenius") return;
  const BuiltInModel& model = *find_built_in_model(reference.name);
  const Truth& truth = reference.truths.front();
  std::vector<double> x{0.0}, y{reference.value(0.0, truth.parameters)};
  for (int i = 0; i < 30; ++i) {
    x.push_back(truth.low + (truth.high - truth.low) * (i + 0.5) / 30);
    y.push_back(reference.value(x.back(), truth.parameters));
  }
  Dataset data;
  data.column("x", x).response(y);
  FitOptions options;
  options.p0 = start_values(model, x, y);
  const FitResult fit = curve_fit(Model::parse(model.formula), data, options);
  EXPECT_TRUE(fit.success) << fit.message;
  for (std::size_t i = 0; i < fit.popt.size(); ++i)
    EXPECT_NEAR(fit.popt[i], truth.parameters[i], 1e-4 * std::abs(truth.parameters[i]) + 1e-6);
}

std::string name_of(const ::testing::TestParamInfo<Reference>& info) {
  std::string name;
  for (const char c : info.param.name) name += c == '(' ? "_" : c == ')' ? "" : std::string(1, c);
  return name;
}

INSTANTIATE_TEST_SUITE_P(Models, Values, ::testing::ValuesIn(references()), name_of);

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

std::string bounds_text(const BuiltInModel& model) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < model.parameters.size(); ++i) {
    const ParameterBounds& b = model.bounds[i];
    if (std::isfinite(b.lower) && std::isfinite(b.upper))
      parts.push_back(fmt::format("{} ≤ {} ≤ {}", b.lower, model.parameters[i], b.upper));
    else if (std::isfinite(b.lower))
      parts.push_back(fmt::format("{} ≥ {}", model.parameters[i], b.lower));
  }
  return parts.empty() ? "–" : joined(parts);
}

std::string row_of(const BuiltInModel& model) {
  return fmt::format("| `{}` | `{}` | {} | {} | {} | {} |\n", model.name, model.formula,
                     joined(model.parameters), bounds_text(model), model.doc,
                     model.aliases.empty() ? "–" : joined(model.aliases));
}

TEST(BuiltInModels, are_listed_on_their_page) {
  std::ifstream file(NLSQ_SOURCE "/docs/models.md");
  std::ostringstream page;
  page << file.rdbuf();
  std::string wanted;
  for (const BuiltInModel& model : built_in_models()) wanted += row_of(model);
  wanted += row_of(*find_built_in_model("polynomial(3)"));
  EXPECT_NE(page.str().find(wanted), std::string::npos) << "docs/models.md must hold these rows:\n"
                                                        << wanted;
}

}  // namespace
}  // namespace nlsq::test
