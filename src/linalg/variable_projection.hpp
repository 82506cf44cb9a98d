// SPDX-License-Identifier: MIT
// Variable projection (Golub and Pereyra 1973) on summaries. A model f(α, c) is linear in c:
// f = base(α) + Σ c_j φ_j(α). One fold of the columns φ_j, ∂φ_j/∂α_k and ∂base/∂α_k, none of which
// depends on c, tells for every c what the Jacobian is; so it gives the best c, the cost that is
// left there, and Kaufman's (1975) Jacobian P⊥·J_α of what is left (docs/math/varpro.md). Bounds of
// c are met by an active set (Stark and Parker 1995). Cost: some n³. Not thread-safe.
#pragma once

#include <span>
#include <vector>

#include "linalg/summary.hpp"
#include "nlsq/types.hpp"

namespace nlsq::linalg {

/// Columns of the augmented summary: first ∂f/∂c_j, then pieces of ∂f/∂α_k.
struct SeparatedColumns {
  struct Piece {
    index_t column;  ///< of the augmented summary
    index_t factor;  ///< the c_j that multiplies it; −1: 1
  };
  index_t linear = 0;                      ///< number of c
  std::vector<std::vector<Piece>> pieces;  ///< one list an α

  index_t nonlinear() const { return static_cast<index_t>(pieces.size()); }
  index_t columns() const;
};

class VariableProjection {
 public:
  /// Bounds of c. The columns outlive this.
  VariableProjection(const SeparatedColumns& columns, std::span<const double> lower,
                     std::span<const double> upper);

  /// `at`: the augmented summary at (α, c). Moves c to its best value and sets the summary of what
  /// is left, a function of α alone.
  void project(const Summary& at, std::span<double> c, Summary& reduced);

  /// dc/dα on the way of the best c, of the last projection: by columns, a column an α.
  std::span<const double> slopes() const { return slopes_; }

  /// The summary of (α, c) in one, from the augmented one at (α, c_before). Parameter k of it is
  /// `order[k]`: an α, or where that is not below their number, a c.
  void expand(const Summary& at, std::span<const double> c_before, std::span<const double> c,
              std::span<const index_t> order, Summary& whole);

  /// ‖∂f/∂α_k‖ and ‖∂f/∂c_j‖ at (α, c), in that order.
  void norms(const Summary& at, std::span<const double> c, std::span<double> out);

 private:
  void solve_linear(const Summary& at, std::span<double> c);
  bool improve_free(const Summary& at, std::span<const double> c);
  bool release_one(const Summary& at, std::span<const double> c);
  void keep_independent(const Summary& at);
  void combine(const Summary& at, std::span<const double> c, index_t k, double* out) const;
  void find_slopes(std::span<const double> triangle, index_t size, index_t free);
  bool take_as_it_is(const Summary& at, std::span<const double> c, Summary& reduced);

  const SeparatedColumns* columns_;
  std::span<const double> lower_, upper_;
  index_t width_;  // of the augmented summary
  bool bounded_;
  bool plain_;                 // each α has one piece, in their order
  std::vector<bool> is_free_;  // by c
  std::vector<index_t> free_;  // their numbers
  std::vector<double> slopes_, rest_, work_, triangle_, moved_;
};

}  // namespace nlsq::linalg
