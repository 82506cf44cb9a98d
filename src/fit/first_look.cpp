// SPDX-License-Identifier: MIT
#include "fit/first_look.hpp"

#include "fit/finite.hpp"

namespace nlsq::fit_impl {

index_t FirstLook::bytes(index_t rows, index_t responses, index_t columns) {
  const auto of_number = static_cast<index_t>(sizeof(std::uint64_t));
  return responses * (static_cast<index_t>(sizeof(MomentSums)) + MomentSums::bytes(rows)) +
         columns *
             (static_cast<index_t>(sizeof(Fingerprints)) + reduce::leaves_of(rows) * of_number);
}

FirstLook::FirstLook(const TermView& view, const FitOptions& options) : model_(view.model) {
  const Columns columns = find_columns(*view.model, *view.data);
  const auto& responses = view.data->responses();
  if (options.check_finite) columns_ = columns;
  sums_.reserve(responses.size());
  for (const Dataset::Response& response : responses) sums_.emplace_back(response);
  if (!options.fingerprints) return;
  fingerprints_.reserve(columns.size() + 2 * responses.size());
  for (const Values& column : columns) fingerprints_.emplace_back(column);
  for (const Dataset::Response& response : responses) {
    fingerprints_.emplace_back(response.y);
    if (response.sigma.size > 0) fingerprints_.emplace_back(response.sigma);
  }
}

void FirstLook::visit(index_t leaf, index_t first, index_t rows) {
  for (std::size_t c = 0; c < columns_.size(); ++c)
    check_finite(columns_[c], model_->columns()[c], first, rows);
  for (MomentSums& sums : sums_) sums.add(leaf);
  for (Fingerprints& array : fingerprints_) array.add(leaf);
}

}  // namespace nlsq::fit_impl
