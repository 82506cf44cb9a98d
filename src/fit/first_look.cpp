// SPDX-License-Identifier: MIT
#include "fit/first_look.hpp"

#include "fit/finite.hpp"

namespace nlsq::fit_impl {

FirstLook::FirstLook(const TermView& view, bool check) : model_(view.model) {
  if (check) columns_ = find_columns(*view.model, *view.data);
  sums_.reserve(view.data->responses().size());
  for (const Dataset::Response& response : view.data->responses()) sums_.emplace_back(response);
}

void FirstLook::visit(index_t leaf, index_t first, index_t rows) {
  for (std::size_t c = 0; c < columns_.size(); ++c)
    check_finite(columns_[c], model_->columns()[c], first, rows);
  for (MomentSums& sums : sums_) sums.add(leaf);
}

}  // namespace nlsq::fit_impl
