// SPDX-License-Identifier: MIT
// The first row with something that is not finite, among residuals and derivatives.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "reduce/fold.hpp"
#include "reduce/term_state.hpp"

namespace nlsq::reduce {

/// {row or ∞, −1 for the residual or the column of the Jacobian, its value, output}.
class FaultFold final : public Fold {
 public:
  explicit FaultFold(const TermState& s) : state_(&s) {}
  std::unique_ptr<Fold> clone() const override { return std::make_unique<FaultFold>(*this); }
  index_t size() const override { return 4; }
  FoldOrder order() const override { return {.kind = FoldOrder::Kind::fault}; }
  void begin_leaf() override { found_[0] = std::numeric_limits<double>::infinity(); }
  void end_leaf(double* result) override { std::copy_n(found_, 4, result); }
  void merge(double* into, const double* other) const override {
    if (other[0] < into[0]) std::copy_n(other, 4, into);
  }
  void block(const engine::Interpreter& rows_of, index_t first, index_t count) override {
    const auto& outputs = state_->term->program->outputs;
    for (std::size_t o = 0; o < outputs.size(); ++o) {
      look(rows_of.output(outputs[o].f), 1.0, first, count, o, -1);
      for (std::size_t j = 0; j < outputs[o].jacobian.size(); ++j) {
        look(rows_of.output(outputs[o].jacobian[j].values), state_->factors[o][j], first, count, o,
             static_cast<index_t>(j));
      }
    }
  }

 private:
  void look(const double* values, double factor, index_t first, index_t count, std::size_t output,
            index_t column) {
    for (index_t r = 0; r < count && static_cast<double>(first + r) < found_[0]; ++r) {
      const double value = factor * values[r];
      if (std::isfinite(value)) continue;
      found_[0] = static_cast<double>(first + r);
      found_[1] = static_cast<double>(column);
      found_[2] = value;
      found_[3] = static_cast<double>(output);
    }
  }

  const TermState* state_;
  double found_[4] = {};
};

}  // namespace nlsq::reduce
