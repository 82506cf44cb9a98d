// SPDX-License-Identifier: MIT
// Formulas for tests of the search: parameters by name, tables of plain vectors.
#pragma once

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "expr/model.hpp"
#include "search/sample.hpp"
#include "search/search_model.hpp"

namespace nlsq::search::test {

inline index_t slot_of(const Model& model, const std::string& name) {
  const std::vector<std::string>& names = model.parameters();
  return std::find(names.begin(), names.end(), name) - names.begin();
}

inline std::vector<index_t> all_of(const Model& model) {
  std::vector<index_t> slots;
  for (std::size_t i = 0; i < model.parameters().size(); ++i)
    slots.push_back(static_cast<index_t>(i));
  return slots;
}

inline SearchModel model_of(const Model& model) {
  return make_search_model(*model.impl(), all_of(model));
}

inline Table table_of(const std::vector<double>& x, const std::vector<double>& y) {
  Table table;
  table.columns.push_back({x.data(), false});
  table.y = {y.data(), false};
  table.rows = static_cast<index_t>(x.size());
  return table;
}

inline std::vector<double> even(double low, double high, int count) {
  std::vector<double> x;
  for (int i = 0; i < count; ++i) x.push_back(low + (high - low) * i / (count - 1));
  return x;
}

inline std::vector<double> endless(const Model& model, double sign) {
  return std::vector<double>(model.parameters().size(),
                             sign * std::numeric_limits<double>::infinity());
}

}  // namespace nlsq::search::test
