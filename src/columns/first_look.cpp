// SPDX-License-Identifier: MIT
#include "columns/first_look.hpp"

#include <algorithm>

#include "columns/finite.hpp"

namespace nlsq::fit_impl {

index_t FirstLook::bytes(index_t rows, index_t responses, index_t columns) {
  const auto of_number = static_cast<index_t>(sizeof(std::uint64_t));
  return responses * (static_cast<index_t>(sizeof(MomentSums)) + MomentSums::bytes(rows)) +
         columns *
             (static_cast<index_t>(sizeof(Fingerprints)) + reduce::leaves_of(rows) * of_number);
}

FirstLook::FirstLook(const TermView& view, const FitOptions& options)
    : model_(view.model),
      rows_(view.data->responses().front().y.size),
      checks_(options.check_finite) {
  const auto& responses = view.data->responses();
  sums_.reserve(responses.size());
  for (const Dataset::Response& response : responses) sums_.emplace_back(response);
  if (!options.fingerprints || view.data->is_streamed()) return;
  const Columns columns = find_columns(*view.model, *view.data);
  fingerprints_.reserve(columns.size() + 2 * responses.size());
  for (const Values& column : columns) fingerprints_.emplace_back(column);
  for (const Dataset::Response& response : responses) {
    fingerprints_.emplace_back(response.y);
    if (response.sigma.size > 0) fingerprints_.emplace_back(response.sigma);
  }
}

// A term has the columns of the model, then the responses, then their sigmas if they are columns.
void FirstLook::visit(const reduce::Leaf& leaf) {
  const std::size_t own = model_->columns().size(), responses = sums_.size();
  if (checks_) {
    for (std::size_t c = 0; c < own; ++c)
      check_finite(leaf.columns[c], model_->columns()[c], leaf.first, leaf.rows);
  }
  const bool is_weighted = leaf.columns.size() > own + responses;
  for (std::size_t i = 0; i < responses; ++i) {
    const reduce::ColumnSource none;
    sums_[i].add(leaf.number, leaf.rows, leaf.columns[own + i],
                 is_weighted ? leaf.columns[own + responses + i] : none);
  }
  for (Fingerprints& array : fingerprints_) array.add(leaf.number);
  seen_.fetch_add(leaf.rows, std::memory_order_relaxed);
}

std::vector<double> FirstLook::brief() const {
  std::vector<double> all{checks_ ? 1.0 : 0.0, static_cast<double>(model_->columns().size()),
                          static_cast<double>(sums_.size())};
  for (const MomentSums& sums : sums_) all.push_back(sums.origin());
  return all;
}

void FirstLook::learn(index_t first, std::span<const double> found) {
  constexpr std::size_t kEach = 4;
  if (found.size() != kEach * sums_.size() || first < 0 || first >= reduce::leaves_of(rows_))
    return;
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    const double* const of = found.data() + kEach * i;
    sums_[i].set(first, {.w = of[0], .wd = of[1], .wdd = of[2], .log_sigma = of[3]});
  }
  seen_.fetch_add(std::min(reduce::kLeafRows, rows_ - first * reduce::kLeafRows),
                  std::memory_order_relaxed);
}

}  // namespace nlsq::fit_impl
