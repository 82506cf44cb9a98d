// SPDX-License-Identifier: MIT
#include "columns/term_view.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/nearest.hpp"
#include "nlsq/error.hpp"

namespace nlsq::fit_impl {
namespace {

const Dataset::Column* find_column(const Dataset& data, const std::string& name) {
  for (const Dataset::Column& column : data.columns()) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

}  // namespace

Columns find_columns(const Model& model, const Dataset& data) {
  Columns found;
  for (const std::string& name : model.columns()) {
    const Dataset::Column* column = find_column(data, name);
    if (column == nullptr) {
      std::vector<std::string> names;
      for (const Dataset::Column& known : data.columns()) names.push_back(known.name);
      throw InputError("data", fmt::format("data: no column named '{}'{}; there is {}", name,
                                           base::did_you_mean(name, names),
                                           names.empty() ? "none" : base::quoted_list(names)));
    }
    found.push_back(column->values);
  }
  return found;
}

}  // namespace nlsq::fit_impl
