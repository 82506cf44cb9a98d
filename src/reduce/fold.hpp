// SPDX-License-Identifier: MIT
// A fold turns blocks of evaluated rows into a few numbers that can be merged: a monoid {identity,
// fold, merge}. The unit is the leaf of kLeafRows rows by row index; how a leaf is cut into blocks
// changes no bit.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "engine/interpreter/interpreter.hpp"
#include "linalg/vector.hpp"
#include "nlsq/types.hpp"
#include "reduce/leaves.hpp"

namespace nlsq::reduce {

/// What a fold reads of the interpreter: all registers; all but what the last instruction of the
/// program makes, which it makes itself; or, if that is the only one, nothing but columns.
enum class Reads { all, all_but_last, columns };

/// A fold by name, for another process that makes it of the rows it holds.
struct FoldOrder {
  enum class Kind : std::uint8_t { none, cost, gram, householder, fault };
  Kind kind = Kind::none;
  std::span<const linalg::Matrix> coordinates{};  ///< of a Gram matrix, one an output; or none
  index_t n = 0;                                  ///< columns of each
};

/// One a thread; clone() makes the others.
class Fold {
 public:
  virtual ~Fold() = default;
  virtual std::unique_ptr<Fold> clone() const = 0;
  /// Becomes a clone of `other` without allocating; false where it cannot.
  virtual bool take(const Fold& other) { return (void)other, false; }
  /// Doubles of a leaf's result.
  virtual index_t size() const = 0;
  /// The least it can do with; it takes more.
  virtual Reads reads() const { return Reads::all; }
  /// What it is; none: it cannot be made elsewhere.
  virtual FoldOrder order() const { return {}; }
  virtual void begin_leaf() = 0;
  /// Folds the `rows` rows the interpreter has just evaluated, the first being row `first` of the
  /// term.
  virtual void block(const engine::Interpreter& rows_of, index_t first, index_t rows) = 0;
  virtual void end_leaf(double* result) = 0;
  /// into ← into · other, for results of neighbouring ranges of rows; addition unless said
  /// otherwise.
  virtual void merge(double* into, const double* other) const {
    for (index_t i = 0; i < size(); ++i) into[i] += other[i];
  }
};

}  // namespace nlsq::reduce
