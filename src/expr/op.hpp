// SPDX-License-Identifier: MIT
// The operations of expression graphs, generated from ops.def.
#pragma once

#include <cstdint>
#include <string_view>

namespace nlsq::expr {

enum class Op : std::uint8_t {
#define NLSQ_LEAF(id, text, doc) id,
#define NLSQ_UNARY(id, text, numpy, dx, ulp, doc) id,
#define NLSQ_BINARY(id, text, numpy, dx, dy, ulp, doc) id,
#define NLSQ_TERNARY(id, text, doc) id,
#include "nlsq/ops.def"
};

struct OpInfo {
  std::string_view id;     ///< enumerator
  std::string_view text;   ///< name in formulas; empty: none
  std::string_view numpy;  ///< names in NumPy and SciPy, with blanks between
  int arity;
  double ulp;  ///< error budget of the value
  std::string_view doc;
};

inline constexpr OpInfo kOps[] = {
#define NLSQ_LEAF(id, text, doc) {#id, text, "", 0, 0.0, doc},
#define NLSQ_UNARY(id, text, numpy, dx, ulp, doc) {#id, text, numpy, 1, ulp, doc},
#define NLSQ_BINARY(id, text, numpy, dx, dy, ulp, doc) {#id, text, numpy, 2, ulp, doc},
#define NLSQ_TERNARY(id, text, doc) {#id, text, "", 3, 0.0, doc},
#include "nlsq/ops.def"
};
inline constexpr int kOpCount = static_cast<int>(sizeof(kOps) / sizeof(kOps[0]));

constexpr const OpInfo& info(Op op) { return kOps[static_cast<int>(op)]; }

/// Operands may be swapped without changing a bit.
constexpr bool is_commutative(Op op) {
  return op == Op::add || op == Op::mul || op == Op::strong_mul || op == Op::min || op == Op::max ||
         op == Op::hypot || op == Op::logaddexp || op == Op::eq || op == Op::ne ||
         op == Op::logical_and || op == Op::logical_or;
}

}  // namespace nlsq::expr
