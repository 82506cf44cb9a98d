// SPDX-License-Identifier: MIT
#include "reduce/sparse_term.hpp"

#include <algorithm>
#include <unordered_map>

namespace nlsq::reduce {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

index_t element_at(const ColumnSource& column, index_t row) {
  return static_cast<index_t>(column.float32
                                  ? static_cast<double>(static_cast<const float*>(column.data)[row])
                                  : static_cast<const double*>(column.data)[row]);
}

struct HashOfElements {
  std::size_t operator()(const std::vector<index_t>& elements) const {
    std::uint64_t mixed = 0;
    for (const index_t e : elements)
      mixed = (mixed ^ static_cast<std::uint64_t>(e)) * 0x9E3779B97F4A7C15ull + (mixed >> 29);
    return static_cast<std::size_t>(mixed ^ (mixed >> 32));
  }
};

}  // namespace

SparseTerm::SparseTerm(Term of, std::vector<PickedColumn> picks)
    : term_(std::move(of)), picks_(std::move(picks)) {
  for (const PickedColumn& pick : picks_) {
    if (pick.index_column < 0) {
      of_column_.push_back(0);
      continue;
    }
    const auto at = std::find(index_columns_.begin(), index_columns_.end(), pick.index_column);
    of_column_.push_back(static_cast<std::size_t>(at - index_columns_.begin()));
    if (at == index_columns_.end()) index_columns_.push_back(pick.index_column);
  }
  find_runs();
}

void SparseTerm::add_tuple(std::span<const index_t> elements) {
  for (std::size_t j = 0; j < picks_.size(); ++j) {
    const PickedColumn& pick = picks_[j];
    const index_t element = pick.index_column < 0 ? 0 : elements[of_column_[j]];
    positions_.push_back(pick.positions[z(element)]);
  }
}

void SparseTerm::find_runs() {
  std::unordered_map<std::vector<index_t>, std::int32_t, HashOfElements> known;
  std::vector<index_t> here(index_columns_.size()), before;
  for (index_t row = 0; row < term_.rows; ++row) {
    for (std::size_t c = 0; c < here.size(); ++c)
      here[c] = element_at(term_.columns[z(index_columns_[c])], row);
    if (row > 0 && here == before) continue;
    const auto [at, is_new] = known.emplace(here, static_cast<std::int32_t>(known.size()));
    if (is_new) add_tuple(here);
    runs_.push_back({row, at->second});
    before = here;
    if (here.empty()) break;  // the same parameters in all rows
  }
  runs_.push_back({term_.rows, 0});
}

linalg::SparsePattern SparseTerm::pattern(index_t n) const {
  return linalg::pattern_of_groups(n, positions_, picks_.size());
}

void SparseTerm::place(const linalg::SparsePattern& pattern) {
  const std::size_t k = picks_.size();
  entries_.clear();
  entries_.reserve(positions_.size() / std::max<std::size_t>(k, 1) * (k * (k + 1) / 2));
  for (std::size_t t = 0; t < positions_.size(); t += k) {
    for (std::size_t i = 0; i < k; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        const std::int32_t a = positions_[t + i], b = positions_[t + j];
        entries_.push_back(a < 0 || b < 0 ? -1 : pattern.find(std::max(a, b), std::min(a, b)));
      }
    }
  }
}

}  // namespace nlsq::reduce
