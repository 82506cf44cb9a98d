// SPDX-License-Identifier: MIT
// What the libFuzzer target and its deterministic twin run: any bytes are a model or an InputError,
// and a model can be differentiated both ways, lowered and listed. The first byte picks the
// columns, the rest is the formula.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "expr/model.hpp"
#include "nlsq/error.hpp"
#include "nlsq/model.hpp"
#include "program/residual.hpp"

namespace nlsq::expr {

inline const std::vector<std::string>& columns_of(char choice) {
  static const std::vector<std::string> sets[] = {
      {"x"}, {"x", "y", "group"}, {"e", "Time", "pi"}, {"flux (mJy)", "τ", "X", "x"}};
  return sets[static_cast<unsigned char>(choice) % 4];
}

/// Lowers the model with derivatives by up to `most` parameters; the listing's length.
inline std::size_t use_model(const Model& model, std::size_t most) {
  program::ResidualSpec spec;
  for (const Symbol& symbol : model.impl()->parameters) {
    const bool gathered = symbol.index_column >= 0;
    spec.sizes.push_back(gathered ? 3 : 1);
  }
  index_t flat = 0;
  for (const index_t size : spec.sizes) flat += size;
  for (index_t i = 0; i < flat && spec.free.size() < most; ++i) spec.free.push_back(i);
  std::size_t length = 0;
  for (const auto order :
       {program::ResidualSpec::Order::forward, program::ResidualSpec::Order::reverse}) {
    spec.order = order;
    spec.simplify = order == program::ResidualSpec::Order::forward;
    const program::ResidualProgram made = build_residual(*model.impl(), spec);
    length += to_string(made.full).size() + to_string(made.value).size();
  }
  return length;
}

/// The nodes of the model's graph, or −1 if an InputError was thrown.
inline index_t try_formula(std::string_view input) {
  if (input.empty()) return -1;
  try {
    const Model model = Model::parse(input.substr(1), columns_of(input[0]));
    volatile std::size_t length = use_model(model, model.impl()->graph.size() < 2000 ? 4 : 1);
    static_cast<void>(length);
    for (const std::string& name : model.unused_parameters()) length = length + name.size();
    return model.impl()->graph.size();
  } catch (const InputError& error) {
    volatile std::size_t length = std::string_view(error.what()).size();
    static_cast<void>(length);
    return -1;
  }
}

}  // namespace nlsq::expr
