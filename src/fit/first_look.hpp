// SPDX-License-Identifier: MIT
// What a fit must know of its columns beside the model's values: that they are finite, and the
// moments of the responses. To read long columns once more for each would take as long as a pass,
// so both are found in the first pass over the rows. Of several values that are not finite the one
// in the first leaf is named, then the one in the first column of the model.
#pragma once

#include <vector>

#include "fit/binding.hpp"
#include "fit/moments.hpp"
#include "reduce/leaves.hpp"

namespace nlsq::fit_impl {

class FirstLook final : public reduce::LeafVisitor {
 public:
  /// Whether a term of so many rows is looked at in its first pass, not before.
  static bool pays(index_t rows) { return rows >= kRows; }
  /// Bytes that one allocates for a term of so many rows and responses.
  static index_t bytes(index_t rows, index_t responses) {
    return responses * (static_cast<index_t>(sizeof(MomentSums)) + MomentSums::bytes(rows));
  }

  /// The view and what it points to outlive it. `check`: columns that are not finite are refused.
  FirstLook(const TermView& view, bool check);

  void visit(index_t leaf, index_t first, index_t rows) override;

  /// Of a response, after the first pass.
  Moments moments(std::size_t response) const { return sums_[response].total(); }

 private:
  static constexpr index_t kRows = 131072;  // columns of 1 MB

  const Model* model_;
  Columns columns_;  // to be checked
  std::vector<MomentSums> sums_;
};

}  // namespace nlsq::fit_impl
