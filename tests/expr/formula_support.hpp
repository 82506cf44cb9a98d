// SPDX-License-Identifier: MIT
// Formulas in tests: values on one row, and what an error says and points at.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "expr/model.hpp"
#include "nlsq/error.hpp"
#include "support/reference_evaluator.hpp"
#include "support/show_graph.hpp"

namespace nlsq::expr {

/// The formula's graph as text; parameters are p0, p1 … by appearance, columns c0 … by appearance.
inline std::string graph_of(const std::string& formula,
                            const std::vector<std::string>& columns = {"x"}) {
  const Model model = Model::parse(formula, columns);
  return test::show(model.impl()->graph, model.impl()->outputs[0]);
}

/// The value with names standing for numbers (columns and parameters alike).
inline double value_of(const std::string& formula, const std::map<std::string, double>& names = {},
                       const std::vector<std::string>& columns = {"x"}) {
  const Model model = Model::parse(formula, columns);
  test::Inputs<double> in;
  for (const std::string& name : model.parameters()) in.parameters.push_back({names.at(name)});
  for (const std::string& name : model.columns()) in.columns.push_back(names.at(name));
  return test::reference_value(model.impl()->graph, model.impl()->outputs[0], in);
}

/// The formula fails with a message that holds `words`, and the caret stands under byte `position`.
inline void expect_error(const std::string& formula, index_t position, const std::string& words,
                         const std::vector<std::string>& columns = {"x"}) {
  try {
    Model::parse(formula, columns);
    ADD_FAILURE() << "'" << formula << "' was read";
  } catch (const FormulaError& error) {
    EXPECT_EQ(error.position(), position) << error.what();
    EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
    EXPECT_EQ(error.formula(), formula);
  }
}

}  // namespace nlsq::expr
