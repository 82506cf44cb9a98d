// SPDX-License-Identifier: MIT
// Cost alone: Σρ and Σf² of each output.
#include <algorithm>

#include "reduce/folds.hpp"
#include "reduce/lane_sum.hpp"

namespace nlsq::reduce {

CostFold::CostFold(const Term& term, const std::vector<program::ResidualOutput>& outputs,
                   engine::Isa isa)
    : outputs_(&outputs),
      kernels_(&fold_kernels(isa)),
      robust_(term.robust),
      sums_(2 * outputs.size() * static_cast<std::size_t>(kernels_->lanes)) {}

void CostFold::begin_leaf() { std::fill(sums_.begin(), sums_.end(), 0.0); }

void CostFold::block(const engine::Interpreter& rows_of, index_t, index_t rows) {
  double* sums = sums_.data();
  for (const program::ResidualOutput& output : *outputs_) {
    const double* f = rows_of.output(output.f);
    if (robust_) kernels_->sum(rows_of.output(output.rho), rows, sums);
    kernels_->gram(&f, 1, rows, sums + kernels_->lanes);
    sums += 2 * kernels_->lanes;
  }
}

void CostFold::end_leaf(double* result) {
  for (std::size_t o = 0; o < outputs_->size(); ++o) {
    const double* sums = sums_.data() + 2 * o * static_cast<std::size_t>(kernels_->lanes);
    const double f2 = lane_sum(sums + kernels_->lanes, kernels_->lanes);
    result[2 * o] = robust_ ? lane_sum(sums, kernels_->lanes) : f2;
    result[2 * o + 1] = f2;
  }
}

}  // namespace nlsq::reduce
