// SPDX-License-Identifier: MIT
// The doors of the library: terms as their callers have them.
#include "nlsq/fit.hpp"

#include <deque>
#include <optional>

#include "columns/resident.hpp"
#include "columns/streams.hpp"
#include "fit/single_fit.hpp"
#include "problem/binding.hpp"
#include "relations/relations.hpp"

namespace nlsq {

using fit_impl::TermView;

FitResult fit(const std::vector<FitTerm>& terms, const FitOptions& options) {
  std::vector<TermView> views;
  views.reserve(terms.size());
  std::deque<fit_impl::ResidentCopy> copies;
  for (const FitTerm& term : terms) {
    const Dataset* data = &term.data;
    if (fit_impl::ResidentCopy::serves(*data))
      data = &copies.emplace_back(term.model, *data).data();
    views.push_back({&term.model, data, term.loss.value_or(options.loss),
                     term.f_scale.value_or(options.f_scale)});
  }
  if (!fit_impl::has_relations(options)) return fit_impl::fit_terms(views, options);
  if (fit_impl::any_streamed(views)) fit_impl::refuse_for_streams(options);
  return fit_impl::fit_related(views, options, fit_impl::fit_terms);
}

FitResult curve_fit(const Model& model, const Dataset& data, const FitOptions& options) {
  std::optional<fit_impl::ResidentCopy> copy;
  if (fit_impl::ResidentCopy::serves(data)) copy.emplace(model, data);
  const TermView view{&model, copy ? &copy->data() : &data, options.loss, options.f_scale};
  if (!fit_impl::has_relations(options)) return fit_impl::fit_terms({&view, 1}, options);
  if (view.data->is_streamed()) fit_impl::refuse_for_streams(options);
  return fit_impl::fit_related({&view, 1}, options, fit_impl::fit_terms);
}

}  // namespace nlsq
