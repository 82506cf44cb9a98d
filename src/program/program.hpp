// SPDX-License-Identifier: MIT
// A lowered model: straight-line code in static single assignment over blocks of rows. The uniform
// part is evaluated once a parameter vector, the row part once a block. Engines read this and
// nothing else.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "expr/op.hpp"
#include "nlsq/types.hpp"

namespace nlsq::program {

/// The operations of ops.def (leaves left out by construction) and the fused forms lowering makes.
enum class Code : std::uint8_t {
#define NLSQ_LEAF(id, text, doc) id,
#define NLSQ_UNARY(id, text, numpy, dx, ulp, doc) id,
#define NLSQ_BINARY(id, text, numpy, dx, dy, ulp, doc) id,
#define NLSQ_TERNARY(id, text, doc) id,
#include "nlsq/ops.def"
  reciprocal,  ///< 1/a
  square,      ///< a·a
  fma,         ///< a·b + c, one rounding where the machine has it
  fms,         ///< a·b − c
  fnma,        ///< c − a·b
  fma_sub,     ///< a·b + c − e: the end of most residuals
  polynomial,  ///< Σ cₖ aᵏ − e (e may be missing), k = 0 … imm, coefficients in slots b, b+1, …
  copy,    ///< a (uniform part alone)
  sincos,  ///< dst = sin a, dst2 = cos a
  widen,   ///< float32 column to float64
  count
};

constexpr Code code_of(expr::Op op) { return static_cast<Code>(op); }

/// Where an operand lives. scalar: a uniform slot; reg: a block register; column: the data itself.
struct Operand {
  enum class Kind : std::uint8_t { none, scalar, reg, column };
  Kind kind = Kind::none;
  std::uint32_t index = 0;
  bool operator==(const Operand&) const = default;
};

struct Instruction {
  Code code = Code::constant;
  std::int32_t imm = 0;  ///< family order; of `gathered` the number of elements
  Operand a{}, b{}, c{}, e{};
  std::uint32_t dst = 0;   ///< register (row part) or slot (uniform part)
  std::uint32_t dst2 = 0;  ///< second result of sincos
};

/// A register filled with one uniform value before the first block.
struct Broadcast {
  std::uint32_t slot = 0;
  std::uint32_t reg = 0;
};

struct Constant {
  std::uint32_t slot = 0;
  double value = 0.0;
};

struct Program {
  index_t parameters = 0;  ///< slots 0 … parameters−1 hold the parameters
  index_t columns = 0;
  std::uint32_t slots = 0;
  std::uint32_t registers = 0;
  std::vector<Constant> constants;
  std::vector<Instruction> uniform;
  std::vector<Broadcast> broadcasts;
  std::vector<Instruction> row;
  std::vector<Operand> outputs;  ///< one a root given to lower(): reg, column or scalar

  /// Rows a block should have so that the registers stay in the first-level cache: a power of two
  /// from 64 to 1,024 (and so a divisor of the reduction's leaf).
  index_t block_rows() const;
};

/// A listing, one instruction a line, for --explain and tests.
std::string to_string(const Program& program);

}  // namespace nlsq::program
