// SPDX-License-Identifier: MIT
// The folds of a fit: cost alone, Gram matrix in the parameters' own coordinates, Gram matrix in
// coordinates P, and Householder triangle. Each handles all outputs of a term; results of the
// outputs follow one another.
#pragma once

#include <vector>

#include "linalg/gram.hpp"
#include "reduce/fold.hpp"
#include "reduce/fold_kernels.hpp"
#include "reduce/term.hpp"

namespace nlsq::reduce {

/// Sums every fold carries: Σρ (Σf² for the linear loss) and Σf².
struct CostSums {
  double rho = 0.0;
  double f2 = 0.0;
};

class CostFold final : public Fold {
 public:
  CostFold(const Term& term, const std::vector<program::ResidualOutput>& outputs, engine::Isa isa);
  std::unique_ptr<Fold> clone() const override { return std::make_unique<CostFold>(*this); }
  index_t size() const override { return 2 * static_cast<index_t>(outputs_->size()); }
  FoldOrder order() const override { return {.kind = FoldOrder::Kind::cost}; }
  void begin_leaf() override;
  void block(const engine::Interpreter& rows_of, index_t first, index_t rows) override;
  void end_leaf(double* result) override;

 private:
  const std::vector<program::ResidualOutput>* outputs_;
  const FoldKernels* kernels_;
  bool robust_;
  std::vector<double> sums_;  // two lanes-wide sums an output
};

/// What GramFold and CoordinateFold leave for one output: a Gram matrix of q columns, the gradient,
/// the sums. Linear loss: the last of the q columns is f and the gradient is its row.
class GramFold final : public Fold {
 public:
  /// `coordinates`: for each output the k×n matrix M with Z = J·M (column-major); empty: Z = J, n =
  /// k.
  GramFold(const Term& term, const std::vector<program::ResidualOutput>& outputs, engine::Isa isa,
           index_t block, std::vector<linalg::Matrix> coordinates = {}, index_t n = 0);
  GramFold(const GramFold& other);
  /// Bytes of one, itself included. `n`: 0 for the parameters' own coordinates.
  static index_t bytes(const Term& term, engine::Isa isa, index_t block, index_t n = 0);
  /// Doubles of its result.
  static index_t result_size(const Term& term, index_t n = 0);
  std::unique_ptr<Fold> clone() const override { return std::make_unique<GramFold>(*this); }
  bool take(const Fold& other) override;
  index_t size() const override { return total_; }
  Reads reads() const override { return reads_; }
  FoldOrder order() const override {
    return {FoldOrder::Kind::gram, coordinates_, coordinates_.empty() ? 0 : layout_[0].columns};
  }
  void begin_leaf() override;
  void block(const engine::Interpreter& rows_of, index_t first, index_t rows) override;
  void end_leaf(double* result) override;

  /// Turns to another term of the same program.
  void attach_to(const Term& term) { term_ = &term; }

  /// Replaces the coordinates; same shapes.
  void set_coordinates(const std::vector<linalg::Matrix>& coordinates) {
    coordinates_ = coordinates;
  }

  /// Where the parts of one output are in a result.
  struct Layout {
    index_t start = 0;        ///< of the output
    index_t columns = 0;      ///< z: columns of Z
    index_t local = 0;        ///< k: columns of J
    index_t gram = 0;         ///< packed Gram; with f as the last column for the linear loss
    index_t gradient = 0;     ///< robust only: Σ ρ′f J, k values
    index_t rho = 0, f2 = 0;  ///< robust only
  };
  const std::vector<Layout>& layout() const { return layout_; }

 private:
  struct Shape {
    std::vector<Layout> layout;
    index_t total = 0;    // doubles of a result
    index_t widest = 0;   // most columns of J and Z at once
    index_t scratch = 0;  // of them kept here
  };
  static Shape shape_of(const Term& term, const std::vector<program::ResidualOutput>& outputs,
                        index_t n);
  void look_for_last();
  void fold_output(const engine::Interpreter& rows_of, std::size_t o, index_t rows);

  const Term* term_;
  const std::vector<program::ResidualOutput>* outputs_;
  const FoldKernels* kernels_;
  index_t block_;
  std::vector<linalg::Matrix> coordinates_;
  Reads reads_ = Reads::all;
  FoldKernels::GramWithLast gram_with_last_ = nullptr;
  std::ptrdiff_t one_ = -1;  // the column of J that is 1, for gram_with_last_; -1: none
  std::vector<Layout> layout_;
  index_t total_ = 0;
  engine::AlignedBuffer sums_;  // total_ lanes-wide sums
  engine::AlignedBuffer z_;     // scratch columns for Z and for J·root_scale
  std::vector<double*> scaled_, combined_;
  std::vector<const double*> pointers_;
};

class HouseholderFold final : public Fold {
 public:
  HouseholderFold(const Term& term, const std::vector<program::ResidualOutput>& outputs,
                  engine::Isa isa);
  /// Bytes of one, itself included.
  static index_t bytes(const Term& term, engine::Isa isa);
  /// Doubles of its result.
  static index_t result_size(const Term& term);
  std::unique_ptr<Fold> clone() const override { return std::make_unique<HouseholderFold>(*this); }
  bool take(const Fold& other) override;
  index_t size() const override { return total_; }
  FoldOrder order() const override { return {.kind = FoldOrder::Kind::householder}; }
  void begin_leaf() override;
  void block(const engine::Interpreter& rows_of, index_t first, index_t rows) override;
  void end_leaf(double* result) override;
  void merge(double* into, const double* other) const override;

  struct Layout {
    index_t start = 0;
    index_t local = 0;     ///< k
    index_t triangle = 0;  ///< q×q column-major, q = k + 1 (with f) for the linear loss, k else
    index_t q = 0;
    index_t gradient = 0, rho = 0, f2 = 0;  ///< robust only
  };
  const std::vector<Layout>& layout() const { return layout_; }

 private:
  static std::vector<Layout> layout_of(const Term& term,
                                       const std::vector<program::ResidualOutput>& outputs);

  const Term* term_;
  const std::vector<program::ResidualOutput>* outputs_;
  const FoldKernels* kernels_;
  std::vector<Layout> layout_;
  index_t total_ = 0;
  index_t filled_ = 0;                     // rows of the leaf so far
  std::vector<std::vector<double>> leaf_;  // kLeafRows × q an output
  std::vector<double> sums_;               // robust: lanes-wide gradient, ρ, f²
};

}  // namespace nlsq::reduce
