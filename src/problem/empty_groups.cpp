// SPDX-License-Identifier: MIT
#include "problem/empty_groups.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "expr/model.hpp"
#include "nlsq/error.hpp"

namespace nlsq::fit_impl {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

struct Element {
  std::string name, column;
  index_t number;
};

// Elements of the vectors of a term that none of its rows picks.
std::vector<Element> elements_without_rows(const TermView& term) {
  std::vector<Element> out;
  linalg::Indices sizes;
  const std::vector<std::string> names = expanded_names(*term.model, *term.data, sizes);
  const Columns columns = find_columns(*term.model, *term.data);
  index_t offset = 0;
  for (std::size_t s = 0; s < sizes.size(); ++s) {
    const expr::Symbol& symbol = term.model->impl()->parameters[s];
    if (symbol.index_column >= 0) {
      std::vector<bool> seen(z(sizes[s]), false);
      const Values& index = columns[z(symbol.index_column)];
      for (index_t i = 0; i < index.size; ++i) seen[static_cast<std::size_t>(index[i])] = true;
      for (index_t e = 0; e < sizes[s]; ++e) {
        if (!seen[z(e)])
          out.push_back({names[z(offset + e)], term.model->columns()[z(symbol.index_column)], e});
      }
    }
    offset += sizes[s];
  }
  return out;
}

}  // namespace

void refuse_empty_groups(std::span<const TermView> terms, const FitOptions& options) {
  std::vector<Element> idle;
  for (const TermView& term : terms) {
    const auto& symbols = term.model->impl()->parameters;
    const bool has_vector = std::any_of(symbols.begin(), symbols.end(),
                                        [](const expr::Symbol& s) { return s.index_column >= 0; });
    if (!has_vector) continue;
    for (Element& element : elements_without_rows(term)) idle.push_back(std::move(element));
  }
  if (idle.empty()) return;
  // What one term leaves out others may have, and what is fixed needs no rows.
  std::set<std::string> used;
  for (const TermView& term : terms) {
    linalg::Indices sizes;
    const std::vector<Element> without = elements_without_rows(term);
    for (const std::string& name : expanded_names(*term.model, *term.data, sizes)) {
      if (std::none_of(without.begin(), without.end(),
                       [&](const Element& e) { return e.name == name; }))
        used.insert(name);
    }
  }
  for (const Element& element : idle) {
    if (used.contains(element.name) || options.fixed.contains(element.name)) continue;
    throw InputError("data", fmt::format("data: no row has {} in the index column '{}', so nothing "
                                         "tells of '{}'; number the groups without gaps, or fix it",
                                         element.number, element.column, element.name));
  }
}

}  // namespace nlsq::fit_impl
