// SPDX-License-Identifier: MIT
#include "predict/elements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "expr/model.hpp"
#include "nlsq/error.hpp"

namespace nlsq::fit_impl {

void grow_to(const Model& model, index_t parameters, linalg::Indices& sizes) {
  const index_t known = std::accumulate(sizes.begin(), sizes.end(), index_t{0});
  if (parameters == known) return;
  const std::vector<expr::Symbol>& symbols = model.impl()->parameters;
  index_t vectors = 0, column = -1;
  bool share = true;
  for (const expr::Symbol& symbol : symbols) {
    if (symbol.index_column < 0) continue;
    share = share && (column < 0 || column == symbol.index_column);
    column = symbol.index_column;
    ++vectors;
  }
  const index_t more = parameters - known;
  if (more < 0 || vectors == 0 || !share || more % vectors != 0) {
    throw InputError("parameters", fmt::format("parameters: {} values were given for {} parameters",
                                               parameters, known));
  }
  for (std::size_t s = 0; s < symbols.size(); ++s) {
    if (symbols[s].index_column >= 0) sizes[s] += more / vectors;
  }
}

void grow_to_result(const Model& model, const FitResult& result, linalg::Indices& sizes) {
  const std::vector<expr::Symbol>& symbols = model.impl()->parameters;
  for (std::size_t s = 0; s < symbols.size(); ++s) {
    if (symbols[s].index_column < 0) continue;
    const std::string begin = symbols[s].name + "[";
    sizes[s] = std::max(sizes[s], static_cast<index_t>(std::count_if(
                                      result.names.begin(), result.names.end(),
                                      [&](const std::string& n) { return n.starts_with(begin); })));
  }
}

}  // namespace nlsq::fit_impl
