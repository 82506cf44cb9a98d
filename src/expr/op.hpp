// SPDX-License-Identifier: MIT
// The operations of expression graphs, generated from ops.def.
#pragma once

#include <cstdint>
#include <string_view>

namespace nlsq::expr {

enum class Op : std::uint8_t {
#define NLSQ_LEAF(id, text, doc) id,
#define NLSQ_UNARY(id, text, dx, ulp, doc) id,
#define NLSQ_BINARY(id, text, dx, dy, ulp, doc) id,
#define NLSQ_TERNARY(id, text, doc) id,
#include "expr/ops.def"
#undef NLSQ_LEAF
#undef NLSQ_UNARY
#undef NLSQ_BINARY
#undef NLSQ_TERNARY
};

struct OpInfo {
  std::string_view id;    ///< enumerator
  std::string_view text;  ///< name in formulas; empty: none
  int arity;
  double ulp;  ///< error budget of the value
  std::string_view doc;
};

inline constexpr OpInfo kOps[] = {
#define NLSQ_LEAF(id, text, doc) {#id, text, 0, 0.0, doc},
#define NLSQ_UNARY(id, text, dx, ulp, doc) {#id, text, 1, ulp, doc},
#define NLSQ_BINARY(id, text, dx, dy, ulp, doc) {#id, text, 2, ulp, doc},
#define NLSQ_TERNARY(id, text, doc) {#id, text, 3, 0.0, doc},
#include "expr/ops.def"
#undef NLSQ_LEAF
#undef NLSQ_UNARY
#undef NLSQ_BINARY
#undef NLSQ_TERNARY
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
