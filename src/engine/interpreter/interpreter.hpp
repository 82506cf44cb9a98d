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
/// pass; or one for several fits side by side, each with its lane of every slot.
class Uniforms {
 public:
  Uniforms(const program::Program& program, Isa isa);
  /// Bytes that one of a program allocates.
  static index_t bytes(const program::Program& program);
  /// Sets the parameters (program.parameters values) and evaluates the uniform part.
  void evaluate(std::span<const double> parameters);
  /// The same for fits side by side: parameters[i·lanes + k] is parameter i of the fit in lane k;
  /// lanes divides kSlotWidth. extras (values the fits share: sigma, f_scale) follow the
  /// parameters.
  void evaluate_lanes(const double* parameters, index_t count, index_t lanes,
                      std::span<const double> extras);
  const double* slot(std::uint32_t index) const { return slots_.get() + index * kSlotWidth; }
  double value(std::uint32_t index) const { return *slot(index); }

 private:
  struct Step {
    Kernel kernel;
    Call call;
  };
  AlignedBuffer slots_;
  std::vector<Step> steps_;
};

/// Registers and resolved calls of one thread.
class Interpreter {
 public:
  /// `block` rows at most, a multiple of 16. `uniforms` must outlive it.
  Interpreter(const program::Program& program, const Uniforms& uniforms, Isa isa, index_t block);
  /// Bytes that one of a program and a block allocates.
  static index_t bytes(const program::Program& program, index_t block);

  /// Fills the registers that hold uniform values; once after each Uniforms::evaluate.
  void begin_pass();

  /// The same for fits side by side: a row of the block is one value a lane.
  void begin_pass_lanes(index_t lanes);

  /// Runs the row part on n rows (a multiple of 16, or of the vector length, at most `block`).
  /// columns[i] points at the first of these rows of column i (float for a float32 column); n
  /// values must be readable.
  void run(std::span<const void* const> columns, index_t n);

  /// Where an output of the last run is. A column operand gives the column itself.
  const double* output(const program::Operand& operand) const {
    using Kind = program::Operand::Kind;
    switch (operand.kind) {
      case Kind::reg: return reg(operand.index);
      case Kind::column: return static_cast<const double*>(columns_[operand.index]);
      case Kind::scalar: return uniforms_->slot(operand.index);
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
  double* reg(std::uint32_t index) const { return registers_.get() + index * stride_; }

  const program::Program* program_;
  const Uniforms* uniforms_;
  index_t block_;
  index_t stride_;
  AlignedBuffer registers_;
  std::vector<Step> steps_;
  std::vector<ColumnUse> column_uses_;
  std::vector<const void*> columns_;
  bool filled_ = false;  // the registers of uniform values hold something
};

}  // namespace nlsq::engine
