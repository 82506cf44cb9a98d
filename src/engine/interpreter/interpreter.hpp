// SPDX-License-Identifier: MIT
// The block interpreter: runs a program over a block of rows, one kernel an instruction. A block is
// some hundred rows, so its registers stay in the first-level cache and the dispatch costs nothing
// (docs/adr/0001).
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "engine/interpreter/kernels.hpp"
#include "program/program.hpp"

namespace nlsq::engine {

/// Frees memory that was allocated aligned to a cache line.
struct AlignedDelete {
  void operator()(double* p) const;
};
using AlignedBuffer = std::unique_ptr<double[], AlignedDelete>;
AlignedBuffer allocate_aligned(index_t doubles);
/// Bytes that such an allocation takes.
index_t aligned_bytes(index_t doubles);

/// Values of the uniform part: slots of kSlotWidth doubles. One a fit, read by all threads during a
/// pass; or one for several fits side by side, each with its lane of every slot. They are computed
/// in double precision; for an interpreter in float32 they are rounded once.
class Uniforms {
 public:
  Uniforms(const program::Program& program, Isa isa, Values values = Values::float64);
  /// Bytes that one of a program allocates.
  static index_t bytes(const program::Program& program, Values values = Values::float64);
  /// Sets the parameters (program.parameters values) and evaluates the uniform part.
  void evaluate(std::span<const double> parameters);
  /// The same for fits side by side: parameters[i·lanes + k] is parameter i of the fit in lane k;
  /// lanes divides kSlotWidth. extras (values the fits share: sigma, f_scale) follow the
  /// parameters.
  void evaluate_lanes(const double* parameters, index_t count, index_t lanes,
                      std::span<const double> extras);
  const double* slot(std::uint32_t index) const { return slots_.get() + index * kSlotWidth; }
  double value(std::uint32_t index) const { return *slot(index); }
  Values values() const { return values_; }
  /// A slot as kernels read it: kSlotWidth values, float32 where values() says so.
  const double* operand(std::uint32_t index) const;

 private:
  struct Step {
    Kernel kernel;
    Call call;
  };
  float* narrow_slot(std::uint32_t index) const;

  Values values_;
  std::uint32_t count_;
  AlignedBuffer slots_;
  AlignedBuffer narrow_;  // the same in float32
  std::vector<Step> steps_;
};

/// Registers and resolved calls of one thread. In float32 (Uniforms::values()) columns are float32,
/// and so is what output() points at.
class Interpreter {
 public:
  /// Whether there is a kernel for each instruction of the row part.
  static bool offers(const program::Program& program, Isa isa, Values values);

  /// `block` rows at most, a multiple of 16. `uniforms` must outlive it.
  Interpreter(const program::Program& program, const Uniforms& uniforms, Isa isa, index_t block);
  /// Bytes that one of a program and a block allocates.
  static index_t bytes(const program::Program& program, index_t block,
                       Values values = Values::float64);

  /// Fills the registers that hold uniform values; once after each Uniforms::evaluate.
  void begin_pass();

  /// The same for fits side by side: a row of the block is one value a lane.
  void begin_pass_lanes(index_t lanes);

  /// Runs the row part on n rows (a multiple of 16, or of the vector length, at most `block`).
  /// columns[i] points at the first of these rows of column i (float for a float32 column); n
  /// values must be readable. `leave_last`: without the last instruction, which the reader of the
  /// rows then executes itself, by last().
  void run(std::span<const void* const> columns, index_t n, bool leave_last = false);

  /// The last instruction with its pointers at the rows of this run; null when run() has made it.
  const Call* last() const { return left_last_ ? &steps_.back().call : nullptr; }

  /// Where an output of the last run is. A column operand gives the column itself.
  const double* output(const program::Operand& operand) const {
    using Kind = program::Operand::Kind;
    switch (operand.kind) {
      case Kind::reg: return reg(operand.index);
      case Kind::column: return static_cast<const double*>(columns_[operand.index]);
      case Kind::scalar: return uniforms_->operand(operand.index);
      case Kind::none: break;
    }
    return nullptr;
  }

  index_t block() const { return block_; }

 private:
  struct Step {
    Kernel kernel;
    Call call;
  };
  struct ColumnUse {
    const double** operand;  // of a step
    std::uint32_t column;
  };
  template <class Real>
  void fill(Real* to, Real value) const;
  double* reg(std::uint32_t index) const { return registers_.get() + index * stride_; }

  const program::Program* program_;
  const Uniforms* uniforms_;
  index_t block_;
  index_t stride_;
  AlignedBuffer registers_;
  std::vector<Step> steps_;
  std::vector<ColumnUse> column_uses_;
  std::vector<const void*> columns_;
  bool filled_ = false;     // the registers of uniform values hold something
  bool left_last_ = false;  // by the last run
};

}  // namespace nlsq::engine
