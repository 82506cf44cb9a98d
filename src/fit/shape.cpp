// SPDX-License-Identifier: MIT
#include "fit/shape.hpp"

#include "starts/start_search.hpp"

namespace nlsq::fit_impl {

plan::Shape shape_of(std::span<const TermView> terms, const Problem& problem) {
  const Model& model = *terms.front().model;
  plan::Shape shape;
  shape.terms = problem.terms;
  shape.free = problem.free();
  shape.parameters = problem.table.size();
  shape.picks = terms.size() == 1 && problem.table.names.size() != model.parameters().size();
  shape.start_given = is_given(problem.table);
  shape.can_search = !shape.start_given && is_searchable(model);
  return shape;
}

}  // namespace nlsq::fit_impl
