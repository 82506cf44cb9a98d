// SPDX-License-Identifier: MIT
// Passes over a term in single precision: its columns rounded to float32 once, residuals,
// derivatives, products and the sums of a leaf in float32, all other sums in float64
// (docs/adr/0007). Whoever reads a leaf in the first pass rounds it. They lead to the neighbourhood
// of a minimum; nothing else sees them.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "reduce/float32_kernels.hpp"
#include "reduce/folds.hpp"
#include "reduce/walker.hpp"

namespace nlsq::reduce {

/// The Gram matrix of Jacobian and residual; results as GramFold leaves them for the linear loss.
class Float32Gram final : public Fold {
 public:
  Float32Gram(const GramFold& like, const std::vector<program::ResidualOutput>& outputs,
              engine::Isa isa);
  std::unique_ptr<Fold> clone() const override { return std::make_unique<Float32Gram>(*this); }
  bool take(const Fold& other) override;
  index_t size() const override { return size_; }
  void begin_leaf() override;
  void block(const engine::Interpreter& rows_of, index_t first, index_t rows) override;
  void end_leaf(double* result) override;
  /// Bytes of one, itself included.
  static index_t bytes(const Term& term, engine::Isa isa);

 private:
  const std::vector<program::ResidualOutput>* outputs_;
  const Float32Kernels* kernels_;
  index_t size_;
  std::vector<index_t> starts_;  // of the outputs in a result
  std::vector<float> sums_;      // lanes-wide, of a leaf
  std::vector<const float*> pointers_;
};

class Float32Pass final : private LeafMaker {
 public:
  /// Whether a term can have such passes: vectors, linear loss, a kernel for each instruction.
  static bool offers(const Term& term, engine::Isa isa);

  /// `like`: the fold of the same term in double precision. Outlives this.
  Float32Pass(const Term& term, const GramFold& like, const WalkOptions& options,
              base::ThreadPool& pool);
  /// Bytes that one allocates, itself included.
  static index_t bytes(const Term& term, const WalkOptions& options);

  /// Turns to another term of the same program; false when it does not fit.
  bool attach_to(const Term& term, const WalkOptions& options);

  /// Whether float32 tells the values of each column apart, as far as 32 of them say: they are one
  /// and the same, spread over more than 2⁻¹² of the largest, or infinite (as a sigma may be).
  bool resolves() const { return resolves_; }

  void set_parameters(std::span<const double> parameters) { walker_.set_parameters(parameters); }
  const engine::Uniforms& uniforms() const { return walker_.uniforms(); }
  /// One pass; the result stays valid until the next one.
  std::span<const double> reduce() { return walker_.reduce(fold_); }

 private:
  static WalkOptions narrow_options(const WalkOptions& options);
  Term narrowed(const Term& term, const WalkOptions& options);
  void make(index_t first, index_t rows) override;
  float* column(std::size_t c) { return values_.data() + c * static_cast<std::size_t>(most_rows_); }

  const Float32Kernels* kernels_;
  index_t most_rows_;
  std::vector<float> values_;
  const Term* wide_ = nullptr;  // in double precision
  bool resolves_ = true;
  Term term_;
  Walker walker_;
  Float32Gram fold_;
};

}  // namespace nlsq::reduce
