// SPDX-License-Identifier: MIT
#include "reduce/float32_pass.hpp"

#include <algorithm>
#include <cmath>

#include "reduce/lane_sum.hpp"

namespace nlsq::reduce {
namespace {

constexpr double kSpread = 0x1p-12;  // of the largest value, so that 2¹² steps are left

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

std::size_t widest(const std::vector<program::ResidualOutput>& outputs) {
  std::size_t most = 0;
  for (const auto& output : outputs) most = std::max(most, output.jacobian.size() + 1);
  return most;
}

bool resolves(const double* values, index_t rows) {
  constexpr index_t kLooks = 32;
  double least = values[0], largest = values[0];
  for (index_t k = 1; k < kLooks; ++k) {
    const double v = values[(rows - 1) * k / (kLooks - 1)];
    least = std::min(least, v);
    largest = std::max(largest, v);
  }
  const double size = std::max(std::fabs(least), std::fabs(largest));
  return largest - least > kSpread * size || least == largest || std::isinf(size);
}

}  // namespace

Float32Gram::Float32Gram(const GramFold& like, const std::vector<program::ResidualOutput>& outputs,
                         engine::Isa isa)
    : outputs_(&outputs), kernels_(&float32_kernels(isa)), size_(like.size()) {
  starts_.reserve(outputs.size());
  for (const GramFold::Layout& layout : like.layout()) starts_.push_back(layout.gram);
  sums_.resize(z(size_ * kernels_->lanes));
  pointers_.resize(widest(outputs));
}

index_t Float32Gram::bytes(const Term& term, engine::Isa isa) {
  const auto& outputs = term.program->outputs;
  const std::size_t sums = z(GramFold::result_size(term) * float32_kernels(isa).lanes);
  return static_cast<index_t>(sizeof(Float32Gram) + outputs.size() * sizeof(index_t) +
                              sums * sizeof(float) + widest(outputs) * sizeof(float*));
}

bool Float32Gram::take(const Fold& fold) {
  const auto* const other = dynamic_cast<const Float32Gram*>(&fold);
  return other != nullptr && other->outputs_ == outputs_ && other->kernels_ == kernels_;
}

void Float32Gram::begin_leaf() { std::fill(sums_.begin(), sums_.end(), 0.0F); }

void Float32Gram::block(const engine::Interpreter& rows_of, index_t, index_t rows) {
  const auto values = [&rows_of](const program::Operand& operand) {
    return reinterpret_cast<const float*>(rows_of.output(operand));
  };
  for (std::size_t o = 0; o < outputs_->size(); ++o) {
    const program::ResidualOutput& output = (*outputs_)[o];
    const std::size_t k = output.jacobian.size();
    for (std::size_t j = 0; j < k; ++j) pointers_[j] = values(output.jacobian[j].values);
    pointers_[k] = values(output.f);
    kernels_->gram(pointers_.data(), static_cast<int>(k) + 1, rows,
                   sums_.data() + starts_[o] * kernels_->lanes);
  }
}

void Float32Gram::end_leaf(double* result) {
  for (index_t i = 0; i < size_; ++i)
    result[i] = lane_sum(sums_.data() + i * kernels_->lanes, kernels_->lanes);
}

bool Float32Pass::offers(const Term& term, engine::Isa isa) {
  return isa != engine::Isa::portable && !term.robust && term.every == 1 && !term.stream &&
         engine::Interpreter::offers(term.program->full, isa, engine::Values::float32);
}

WalkOptions Float32Pass::narrow_options(const WalkOptions& options) {
  WalkOptions narrow = options;
  narrow.values = engine::Values::float32;
  return narrow;
}

Float32Pass::Float32Pass(const Term& term, const GramFold& like, const WalkOptions& options,
                         base::ThreadPool& pool)
    : kernels_(&float32_kernels(options.isa)),
      most_rows_(term.rows),
      values_(term.columns.size() * z(term.rows)),
      term_(narrowed(term, options)),
      walker_(term.program->full, term_, narrow_options(options), pool),
      fold_(like, term.program->outputs, options.isa) {}

index_t Float32Pass::bytes(const Term& term, const WalkOptions& options) {
  Term narrow(term);
  for (ColumnSource& column : narrow.columns) column.float32 = true;
  const index_t fold = Float32Gram::bytes(term, options.isa);
  const index_t clones = Walker::useful_threads(term.rows, options.threads) - 1;
  return static_cast<index_t>(sizeof(Float32Pass) - sizeof(Float32Gram) +
                              term.columns.size() * z(term.rows) * sizeof(float)) +
         (1 + clones) * fold +
         Walker::bytes(term.program->full, narrow, narrow_options(options),
                       GramFold::result_size(term));
}

bool Float32Pass::attach_to(const Term& term, const WalkOptions& options) {
  if (term.rows > most_rows_) return false;
  term_ = narrowed(term, options);
  return walker_.attach_to(term_, narrow_options(options));
}

// The term over rounded values. Its first pass rounds them leaf by leaf; what lies in the last
// block, which is copied before, is rounded here.
Term Float32Pass::narrowed(const Term& term, const WalkOptions& options) {
  wide_ = &term;
  resolves_ = true;
  Term narrow(term);
  narrow.program = {std::shared_ptr<void>(),
                    term.program.get()};  // it owns the workspace this is in
  narrow.visitor = nullptr;
  narrow.maker = this;
  for (std::size_t c = 0; c < narrow.columns.size(); ++c) {
    if (term.columns[c].float32) continue;
    narrow.columns[c] = {column(c), true};
    resolves_ &= reduce::resolves(static_cast<const double*>(term.columns[c].data), term.rows);
  }
  const index_t tail = term.rows % Walker::block_of(narrow, narrow_options(options));
  make(term.rows - tail, tail);
  return narrow;
}

void Float32Pass::make(index_t first, index_t rows) {
  for (std::size_t c = 0; c < wide_->columns.size(); ++c) {
    if (wide_->columns[c].float32) continue;
    kernels_->narrow(static_cast<const double*>(wide_->columns[c].data) + first, rows,
                     column(c) + first);
  }
}

}  // namespace nlsq::reduce
