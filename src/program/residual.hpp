// SPDX-License-Identifier: MIT
// From a model and how it meets its data to one program that yields, row by row, the residual, the
// columns of the Jacobian and what a robust loss adds. See docs/architecture.md.
#pragma once

#include <span>
#include <vector>

#include "base/small_vector.hpp"
#include "expr/differentiate.hpp"
#include "expr/model.hpp"
#include "nlsq/options.hpp"
#include "program/program.hpp"

namespace nlsq::program {

/// How the rows are weighted: f = (model − y)·w with w = 1 (none), 1/number, or 1/column.
enum class Weighting : std::uint8_t { none, number, column };

/// Column numbering of the program: the model's own columns first, then one response an output,
/// then one sigma an output when weighting is `column`. Scalar sigmas and f_scale are extra uniform
/// parameters, after the model's.
struct ResidualSpec {
  base::Indices sizes;  ///< elements of each parameter symbol (1 unless gathered)
  base::Indices free;   ///< flat parameter positions to differentiate by, ascending
  /// In place of them, where not empty: parameter symbols, and of vectors the index column that
  /// picks the element (−1: a plain parameter).
  struct Pick {
    index_t symbol = 0, index_column = -1;
  };
  std::vector<Pick> picks;
  bool has_response = true;  ///< false: the model's value is the residual itself
  Weighting weighting = Weighting::none;
  bool masked = false;  ///< some sigma is infinite: those rows are selected away
  Loss loss = Loss::linear;
  base::SmallVector<bool, 8> float32;  ///< a flag a column in the numbering above
  /// automatic: the cheaper one, and products that columns have in common are computed once. An
  /// order that is named is obeyed to the letter: columns stay as its sweep leaves them.
  enum class Order : std::uint8_t { automatic, forward, reverse } order = Order::automatic;
  bool simplify = true;
};

/// One column of the Jacobian: J = factor · values, the factor the same for all rows.
struct JacobianColumn {
  index_t parameter = 0;  ///< position in ResidualSpec::free or picks
  Operand values{};
  Operand factor{};  ///< scalar; kind none: 1
};

struct ResidualOutput {
  Operand f{};
  std::vector<JacobianColumn> jacobian;  ///< columns that are not zero by structure, by parameter
  // For losses other than linear: ρ, ρ′f and √(ρ′ + 2ρ″z) (0 where that is not positive).
  Operand rho{}, weighted_f{}, root_scale{};
};

struct ResidualProgram {
  Program full;                         ///< residuals and derivatives
  std::vector<ResidualOutput> outputs;  ///< operands into `full`
  Program value;                        ///< residuals alone (with ρ for a loss)
  std::vector<ResidualOutput> value_outputs;
  expr::Accumulation order = expr::Accumulation::forward;
  bool linear = false;  ///< no derivative depends on a parameter: one step finds the minimum
  index_t model_parameters = 0;  ///< flat model parameters; extras follow
};

ResidualProgram build_residual(const expr::ModelImpl& model, const ResidualSpec& spec);

/// A program of the model's values alone (no response, no weights), outputs in order.
Program build_values(const expr::ModelImpl& model, std::span<const index_t> sizes,
                     const base::SmallVector<bool, 8>& float32);

}  // namespace nlsq::program
