// SPDX-License-Identifier: MIT
// The Gram fold, plain or in coordinates: ZᵀZ and Zᵀf with Z = J·M. With a robust loss the rows of
// J are scaled by √(ρ′ + 2ρ″z) first, and the gradient Σρ′f J is summed on its own, since rows at
// the clamp leave Z but not g.
#include <algorithm>
#include <utility>

#include "reduce/folds.hpp"
#include "reduce/lane_sum.hpp"

namespace nlsq::reduce {
namespace {

index_t stride_of(index_t block) { return block + 40; }

// A register filled with the number 1.
bool is_one(const program::Program& program, const program::Operand& operand) {
  if (operand.kind != program::Operand::Kind::reg) return false;
  for (const program::Broadcast& b : program.broadcasts) {
    if (b.reg != operand.index) continue;
    for (const program::Constant& c : program.constants) {
      if (c.slot == b.slot) return c.value == 1.0;
    }
  }
  return false;
}

}  // namespace

GramFold::Shape GramFold::shape_of(const Term& term,
                                   const std::vector<program::ResidualOutput>& outputs, index_t n) {
  Shape shape;
  shape.layout.reserve(outputs.size());
  for (const program::ResidualOutput& output : outputs) {
    Layout layout;
    layout.local = static_cast<index_t>(output.jacobian.size());
    layout.columns = n == 0 ? layout.local : n;
    layout.start = layout.gram = shape.total;
    const index_t q = layout.columns + (term.robust ? 0 : 1);
    layout.gradient = layout.gram + packed_size(q);
    layout.rho = layout.gradient + (term.robust ? layout.local : 0);
    layout.f2 = layout.rho + (term.robust ? 1 : 0);
    shape.total = layout.f2 + (term.robust ? 1 : 0);
    shape.widest = std::max(shape.widest, layout.local + layout.columns);
    shape.layout.push_back(layout);
  }
  if (n != 0 || term.robust) shape.scratch = shape.widest;
  return shape;
}

index_t GramFold::result_size(const Term& term, index_t n) {
  return shape_of(term, term.program->outputs, n).total;
}

index_t GramFold::bytes(const Term& term, engine::Isa isa, index_t block, index_t n) {
  const Shape shape = shape_of(term, term.program->outputs, n);
  const auto size = [](index_t count) { return static_cast<std::size_t>(count); };
  std::size_t bytes = sizeof(GramFold) + shape.layout.size() * sizeof(Layout) +
                      size(engine::aligned_bytes(shape.total * fold_kernels(isa).lanes)) +
                      size(shape.widest + 1) * sizeof(double*);
  if (shape.scratch > 0) {
    bytes += size(engine::aligned_bytes(shape.scratch * stride_of(block))) +
             2 * size(shape.scratch) * sizeof(double*);
  }
  for (const Layout& layout : shape.layout) {
    if (n != 0) bytes += sizeof(linalg::Matrix) + linalg::Matrix::bytes(size(layout.local * n));
  }
  return static_cast<index_t>(bytes);
}

GramFold::GramFold(const Term& term, const std::vector<program::ResidualOutput>& outputs,
                   engine::Isa isa, index_t block, std::vector<linalg::Matrix> coordinates,
                   index_t n)
    : term_(&term),
      outputs_(&outputs),
      kernels_(&fold_kernels(isa)),
      block_(block),
      coordinates_(std::move(coordinates)) {
  Shape shape = shape_of(term, outputs, coordinates_.empty() ? 0 : n);
  layout_ = std::move(shape.layout);
  total_ = shape.total;
  sums_ = engine::allocate_aligned(total_ * kernels_->lanes);
  if (shape.scratch > 0) {
    const index_t stride = stride_of(block_);
    z_ = engine::allocate_aligned(shape.scratch * stride);
    scaled_.resize(static_cast<std::size_t>(shape.scratch));
    for (index_t i = 0; i < shape.scratch; ++i)
      scaled_[static_cast<std::size_t>(i)] = z_.get() + i * stride;
    combined_ = scaled_;
  }
  pointers_.resize(static_cast<std::size_t>(shape.widest + 1));
  look_for_last();
}

// Where the last instruction of the program makes f, and only the Gram matrix needs it, a kernel
// may make it on the way.
void GramFold::look_for_last() {
  const program::Program& program = term_->program->full;
  if (term_->robust || !coordinates_.empty() || outputs_ != &term_->program->outputs ||
      outputs_->size() != 1 || program.row.empty()) {
    return;
  }
  const program::ResidualOutput& output = outputs_->front();
  const program::Instruction& last = program.row.back();
  const program::Operand made{program::Operand::Kind::reg, last.dst};
  if (output.f != made) return;
  bool are_columns = true;
  for (const program::Operand& operand : {last.a, last.b, last.c, last.e})
    are_columns &= operand.kind != program::Operand::Kind::reg;
  for (const program::JacobianColumn& column : output.jacobian) {
    if (column.values == made) return;
    if (one_ < 0 && is_one(program, column.values)) {
      one_ = &column - output.jacobian.data();
    } else {
      are_columns &= column.values.kind == program::Operand::Kind::column;
    }
  }
  const int q = static_cast<int>(output.jacobian.size()) + 1;
  gram_with_last_ = kernels_->gram_with_last(last, q, one_ >= 0);
  if (gram_with_last_ == nullptr) return;
  reads_ = are_columns && program.row.size() == 1 ? Reads::columns : Reads::all_but_last;
}

GramFold::GramFold(const GramFold& other)
    : GramFold(*other.term_, *other.outputs_, engine::Isa::portable, other.block_,
               other.coordinates_, other.layout_.empty() ? 0 : other.layout_.front().columns) {
  kernels_ = other.kernels_;
  reads_ = other.reads_;
  gram_with_last_ = other.gram_with_last_;
  one_ = other.one_;
  sums_ = engine::allocate_aligned(total_ * kernels_->lanes);
}

bool GramFold::take(const Fold& fold) {
  const auto* const other = dynamic_cast<const GramFold*>(&fold);
  if (other == nullptr || other->outputs_ != outputs_ || other->kernels_ != kernels_ ||
      other->block_ != block_ || other->total_ != total_ ||
      other->coordinates_.size() != coordinates_.size()) {
    return false;
  }
  term_ = other->term_;
  coordinates_ = other->coordinates_;
  return true;
}

void GramFold::begin_leaf() { std::fill_n(sums_.get(), total_ * kernels_->lanes, 0.0); }

void GramFold::block(const engine::Interpreter& rows_of, index_t, index_t rows) {
  for (std::size_t o = 0; o < outputs_->size(); ++o) fold_output(rows_of, o, rows);
}

void GramFold::fold_output(const engine::Interpreter& rows_of, std::size_t o, index_t rows) {
  const program::ResidualOutput& output = (*outputs_)[o];
  const Layout& layout = layout_[o];
  const index_t lanes = kernels_->lanes;
  const index_t padded = (rows + 15) / 16 * 16;
  const int k = static_cast<int>(layout.local);
  const auto sums_at = [&](index_t entry) { return sums_.get() + entry * lanes; };
  for (int j = 0; j < k; ++j) {
    pointers_[static_cast<std::size_t>(j)] =
        rows_of.output(output.jacobian[static_cast<std::size_t>(j)].values);
  }
  if (const engine::Call* last = rows_of.last()) {
    if (one_ >= 0) pointers_[static_cast<std::size_t>(one_)] = nullptr;
    return gram_with_last_(*last, pointers_.data(), rows, sums_at(layout.gram));
  }
  const double* f = rows_of.output(output.f);
  if (term_->robust) {
    kernels_->project(pointers_.data(), k, rows_of.output(output.weighted_f), rows,
                      sums_at(layout.gradient));
    kernels_->sum(rows_of.output(output.rho), rows, sums_at(layout.rho));
    kernels_->gram(&f, 1, rows, sums_at(layout.f2));
    kernels_->scale(pointers_.data(), k, rows_of.output(output.root_scale), padded, scaled_.data());
    std::copy_n(scaled_.data(), k, pointers_.data());
  }
  int z = k;
  if (!coordinates_.empty()) {
    z = static_cast<int>(layout.columns);
    double* const* out = combined_.data() + k;
    kernels_->combine(pointers_.data(), k, coordinates_[o].data(), z, padded, out);
    std::copy_n(out, z, pointers_.data());
  }
  if (!term_->robust) pointers_[static_cast<std::size_t>(z++)] = f;
  kernels_->gram(pointers_.data(), z, rows, sums_at(layout.gram));
}

void GramFold::end_leaf(double* result) {
  for (index_t i = 0; i < total_; ++i)
    result[i] = lane_sum(sums_.get() + i * kernels_->lanes, kernels_->lanes);
}

}  // namespace nlsq::reduce
