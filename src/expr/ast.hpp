// SPDX-License-Identifier: MIT
// The syntax tree of a formula: what was written and where, before names are known to be columns or
// parameters.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "expr/op.hpp"
#include "nlsq/types.hpp"

namespace nlsq::expr {

struct Syntax {
  enum class Kind : std::uint8_t { number, name, index, call, unary, binary };
  Kind kind = Kind::number;
  Op op = Op::constant;  ///< of unary and binary
  bool swapped = false;  ///< binary with operands exchanged (a > b is b < a)
  double value = 0.0;
  std::string text{};  ///< name, indexed vector or function
  std::vector<int>
      operands{};  ///< positions in Formula::nodes; the index column of `index` is its operand
  index_t position = 0;  ///< byte offset, for the caret
};

struct Formula {
  std::string text;
  std::string response;  ///< of "y = …" or "y ~ …"; empty when there is none
  index_t response_position = 0;
  std::vector<Syntax> nodes;
  int root = -1;
};

/// Reads a formula. Operators by rising precedence: or, and, not, comparisons (chained as in
/// Python), + −,
/// * / %, unary − +, ** ^ (right-associative, so -x^2 is −(x²)). Throws FormulaError. At most 1 MiB
/// of text, nested at most 200 deep.
Formula parse_formula(std::string_view text);

}  // namespace nlsq::expr
