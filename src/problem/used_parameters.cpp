// SPDX-License-Identifier: MIT
#include "problem/used_parameters.hpp"

#include <algorithm>
#include <vector>

namespace nlsq::fit_impl {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

// A model has the parameter and its values depend on it somewhere.
bool uses(const Model& model, const std::string& name) {
  const std::vector<std::string> unused = model.unused_parameters();
  const std::vector<std::string>& own = model.parameters();
  return std::find(own.begin(), own.end(), name) != own.end() &&
         std::find(unused.begin(), unused.end(), name) == unused.end();
}

}  // namespace

bool has_unused_parameter(std::span<const TermView> terms, const ParameterTable& table) {
  const auto is_unused = [&](index_t i) {
    return std::none_of(terms.begin(), terms.end(),
                        [&](const TermView& term) { return uses(*term.model, table.names[z(i)]); });
  };
  return std::any_of(table.free.begin(), table.free.end(), is_unused);
}

bool acts_in_jumps(std::span<const TermView> terms, std::span<const reduce::Term> bound,
                   const std::string& name, index_t free) {
  bool is_used = false;
  for (std::size_t t = 0; t < terms.size(); ++t) {
    for (const program::ResidualOutput& output : bound[t].program->outputs) {
      for (const program::JacobianColumn& column : output.jacobian) {
        if (bound[t].free[z(column.parameter)] == free) return false;
      }
    }
    is_used = is_used || uses(*terms[t].model, name);
  }
  return is_used;
}

}  // namespace nlsq::fit_impl
