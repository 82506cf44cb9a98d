// SPDX-License-Identifier: MIT
// The Householder fold: each leaf is gathered whole and factored, so the block size plays no part;
// triangles merge by QR. Costs some ten times the Gram fold and loses nothing to conditioning.
#include <algorithm>
#include <utility>

#include "linalg/householder.hpp"
#include "reduce/folds.hpp"
#include "reduce/lane_sum.hpp"

namespace nlsq::reduce {
namespace {

// Doubles of a gathered leaf of one output.
index_t leaf_size(const Term& term, const HouseholderFold::Layout& layout) {
  return std::min(kLeafRows, std::max<index_t>(term.rows, 1)) * layout.q;
}

}  // namespace

std::vector<HouseholderFold::Layout> HouseholderFold::layout_of(
    const Term& term, const std::vector<program::ResidualOutput>& outputs) {
  std::vector<Layout> all;
  all.reserve(outputs.size());
  index_t total = 0;
  for (const program::ResidualOutput& output : outputs) {
    Layout layout;
    layout.local = static_cast<index_t>(output.jacobian.size());
    layout.q = layout.local + (term.robust ? 0 : 1);
    layout.start = layout.triangle = total;
    layout.gradient = layout.triangle + layout.q * layout.q;
    layout.rho = layout.gradient + (term.robust ? layout.local : 0);
    layout.f2 = layout.rho + (term.robust ? 1 : 0);
    total = layout.f2 + (term.robust ? 1 : 0);
    all.push_back(layout);
  }
  return all;
}

// The last output ends with f2, or with its triangle.
index_t HouseholderFold::result_size(const Term& term) {
  const Layout last = layout_of(term, term.program->outputs).back();
  return last.f2 + (term.robust ? 1 : 0);
}

index_t HouseholderFold::bytes(const Term& term, engine::Isa isa) {
  index_t doubles = result_size(term) * fold_kernels(isa).lanes;
  std::size_t bytes = sizeof(HouseholderFold);
  for (const Layout& layout : layout_of(term, term.program->outputs)) {
    doubles += leaf_size(term, layout);
    bytes += sizeof(Layout) + sizeof(std::vector<double>);
  }
  return static_cast<index_t>(bytes + static_cast<std::size_t>(doubles) * sizeof(double));
}

HouseholderFold::HouseholderFold(const Term& term,
                                 const std::vector<program::ResidualOutput>& outputs,
                                 engine::Isa isa)
    : term_(&term),
      outputs_(&outputs),
      kernels_(&fold_kernels(isa)),
      layout_(layout_of(term, outputs)),
      total_(result_size(term)) {
  leaf_.reserve(layout_.size());
  for (const Layout& layout : layout_)
    leaf_.emplace_back(static_cast<std::size_t>(leaf_size(term, layout)));
  sums_.resize(static_cast<std::size_t>(total_ * kernels_->lanes));
}

bool HouseholderFold::take(const Fold& fold) {
  const auto* const other = dynamic_cast<const HouseholderFold*>(&fold);
  if (other == nullptr || other->outputs_ != outputs_ || other->kernels_ != kernels_ ||
      other->total_ != total_ || other->leaf_.front().size() != leaf_.front().size()) {
    return false;
  }
  term_ = other->term_;
  return true;
}

void HouseholderFold::begin_leaf() {
  filled_ = 0;
  std::fill(sums_.begin(), sums_.end(), 0.0);
}

void HouseholderFold::block(const engine::Interpreter& rows_of, index_t, index_t rows) {
  const index_t lanes = kernels_->lanes;
  for (std::size_t o = 0; o < outputs_->size(); ++o) {
    const program::ResidualOutput& output = (*outputs_)[o];
    const Layout& layout = layout_[o];
    const index_t stride = static_cast<index_t>(leaf_[o].size()) / std::max<index_t>(layout.q, 1);
    const double* f = rows_of.output(output.f);
    const double* scale = term_->robust ? rows_of.output(output.root_scale) : nullptr;
    for (index_t j = 0; j < layout.local; ++j) {
      const double* column = rows_of.output(output.jacobian[static_cast<std::size_t>(j)].values);
      double* to = leaf_[o].data() + j * stride + filled_;
      for (index_t r = 0; r < rows; ++r)
        to[r] = scale == nullptr ? column[r] : column[r] * scale[r];
      if (term_->robust) {
        kernels_->project(&column, 1, rows_of.output(output.weighted_f), rows,
                          sums_.data() + (layout.gradient + j) * lanes);
      }
    }
    if (term_->robust) {
      kernels_->sum(rows_of.output(output.rho), rows, sums_.data() + layout.rho * lanes);
      kernels_->gram(&f, 1, rows, sums_.data() + layout.f2 * lanes);
    } else {
      std::copy_n(f, rows, leaf_[o].data() + layout.local * stride + filled_);
    }
  }
  filled_ += rows;
}

void HouseholderFold::end_leaf(double* result) {
  for (std::size_t o = 0; o < layout_.size(); ++o) {
    const Layout& layout = layout_[o];
    const index_t stride = static_cast<index_t>(leaf_[o].size()) / std::max<index_t>(layout.q, 1);
    linalg::householder_triangle(leaf_[o].data(), filled_, layout.q, stride,
                                 result + layout.triangle);
    if (!term_->robust) continue;
    for (index_t i = layout.gradient; i <= layout.f2; ++i) {
      result[i] = lane_sum(sums_.data() + i * kernels_->lanes, kernels_->lanes);
    }
  }
}

void HouseholderFold::merge(double* into, const double* other) const {
  for (const Layout& layout : layout_) {
    linalg::merge_triangles(into + layout.triangle, other + layout.triangle, layout.q);
    if (!term_->robust) continue;
    for (index_t i = layout.gradient; i <= layout.f2; ++i) into[i] += other[i];
  }
}

}  // namespace nlsq::reduce
