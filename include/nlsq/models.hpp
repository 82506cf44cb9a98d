// SPDX-License-Identifier: MIT
// Built-in models: formulas with a name, bounds that keep them meaningful, and start values from
// the data. docs/models.md lists them.
#pragma once

#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nlsq/types.hpp"

namespace nlsq {

struct ParameterBounds {
  double lower = -std::numeric_limits<double>::infinity();
  double upper = std::numeric_limits<double>::infinity();
};

struct BuiltInModel {
  std::string name;
  /// Of the column x, for Model::parse. Its parameters appear for the first time in the order of
  /// `parameters`, so Model::parse(formula).parameters() == parameters.
  std::string formula;
  std::vector<std::string> parameters;
  std::vector<ParameterBounds> bounds;  ///< one a parameter, only where the model needs them
  std::string doc;                      ///< what it is and what its parameters mean
  std::vector<std::string> aliases;

  /// A term of a sum.
  struct Component {
    const BuiltInModel* model;
    std::string prefix;   ///< of its parameters: "g1_"
    std::size_t first;    ///< position of the first of them
    std::string formula;  ///< of the column x; empty where nothing but its constant was there
  };
  std::vector<Component> components{};  ///< empty: no sum
};

/// Highest degree of polynomial(N).
constexpr int kMostDegree = 20;

/// All but the polynomials, which find_built_in_model knows by their degree.
const std::vector<BuiltInModel>& built_in_models();

/// The model of that name or alias; case does not matter and '-' counts as '_'. Also
/// "polynomial(3)", "polynomial_3" and "poly3" (degree 0 to kMostDegree), whose parameters c0, c1,
/// … belong to falling powers; and sums of 2 to 16 of them, "gaussian + gaussian + linear", whose
/// parameters have prefixes, the first letter of a component's name and its number among those of
/// the same letter: g1_amp, g1_mu, …, l1_b. Of several constants the last is kept, as only their
/// sum acts. nullptr when there is none.
const BuiltInModel* find_built_in_model(std::string_view name);

/// The formula with the column `column` in place of x.
std::string formula_of(const BuiltInModel& model, std::string_view column);

/// Start values for a fit of `model` to the points (x, y), in the order of its parameters: always
/// finite and inside the bounds, whatever the data. Rows that are not finite do not count, nor does
/// the order of the points. Of a sum, each component as if it were alone: a fit without a start
/// finds better ones (FitOptions::starts). Never throws but for lack of memory.
std::vector<double> start_values(const BuiltInModel& model, std::span<const double> x,
                                 std::span<const double> y);

}  // namespace nlsq
