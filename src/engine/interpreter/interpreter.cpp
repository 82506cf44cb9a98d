// SPDX-License-Identifier: MIT
// Pointers are resolved once; a block only moves the column pointers and calls the kernels in
// order.
#include "engine/interpreter/interpreter.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>

namespace nlsq::engine {
namespace {

using program::Code;
using program::Instruction;
using program::Operand;

constexpr std::size_t kLine = 64;
constexpr std::size_t kMoreColumnUses = 4;  // than instructions: most have one column at most

// Doubles from one register to the next: whole cache lines, and no power of two, so that registers
// do not fight for the same cache sets.
constexpr index_t stride_of(index_t block, Values values) {
  return values == Values::float64 ? block + 40 : (block + 48) / 2;
}

index_t narrow_doubles(const program::Program& program) { return program.slots * kSlotWidth / 2; }

Kernel find_kernel(const KernelTable& table, const Instruction& in) {
  const auto bit = [](const Operand& operand, unsigned weight) {
    return operand.kind == Operand::Kind::scalar ? weight : 0u;
  };
  const unsigned mask = bit(in.a, 1) | bit(in.b, 2) | bit(in.c, 4);
  return table[static_cast<std::size_t>(in.code)][mask];
}

}  // namespace

// An ordinary allocation with room to align; the true start is kept just before. (An aligned
// operator new costs several times as much.)
AlignedBuffer allocate_aligned(index_t doubles) {
  void* const start = ::operator new(static_cast<std::size_t>(aligned_bytes(doubles)));
  const auto address =
      (reinterpret_cast<std::uintptr_t>(start) + sizeof(void*) + kLine - 1) / kLine * kLine;
  auto* const aligned = reinterpret_cast<double*>(address);
  reinterpret_cast<void**>(aligned)[-1] = start;
  return AlignedBuffer(aligned);
}

index_t aligned_bytes(index_t doubles) {
  return static_cast<index_t>(static_cast<std::size_t>(doubles) * sizeof(double) + kLine +
                              sizeof(void*));
}

void AlignedDelete::operator()(double* p) const {
  ::operator delete(reinterpret_cast<void**>(p)[-1]);
}

Uniforms::Uniforms(const program::Program& program, Isa isa, Values values)
    : values_(values), count_(program.slots), slots_(allocate_aligned(program.slots * kSlotWidth)) {
  if (values == Values::float32) narrow_ = allocate_aligned(narrow_doubles(program));
  std::fill_n(slots_.get(), program.slots * kSlotWidth, 0.0);
  for (const program::Constant& c : program.constants) {
    std::fill_n(slots_.get() + c.slot * kSlotWidth, kSlotWidth, c.value);
  }
  const KernelTable& table = kernel_table(isa);
  const auto at = [this](const Operand& operand) {
    return operand.kind == Operand::Kind::none ? nullptr
                                               : slots_.get() + operand.index * kSlotWidth;
  };
  steps_.reserve(program.uniform.size());
  for (const Instruction& in : program.uniform) {
    // Slots are wide enough to be vectors, so the variants without scalars do.
    const Kernel kernel = table[static_cast<std::size_t>(in.code)][0];
    steps_.push_back({kernel,
                      {.a = at(in.a),
                       .b = at(in.b),
                       .c = at(in.c),
                       .d = slots_.get() + in.dst * kSlotWidth,
                       .imm = in.imm}});
  }
}

index_t Uniforms::bytes(const program::Program& program, Values values) {
  return aligned_bytes(program.slots * kSlotWidth) +
         (values == Values::float32 ? aligned_bytes(narrow_doubles(program)) : 0) +
         static_cast<index_t>(program.uniform.size() * sizeof(Step));
}

float* Uniforms::narrow_slot(std::uint32_t index) const {
  return reinterpret_cast<float*>(narrow_.get()) + index * kSlotWidth;
}

const double* Uniforms::operand(std::uint32_t index) const {
  return values_ == Values::float64 ? slot(index)
                                    : reinterpret_cast<const double*>(narrow_slot(index));
}

void Uniforms::evaluate(std::span<const double> parameters) {
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    std::fill_n(slots_.get() + i * kSlotWidth, kSlotWidth, parameters[i]);
  }
  for (const Step& step : steps_) step.kernel(step.call, kSlotWidth);
  if (values_ == Values::float64) return;
  for (std::uint32_t i = 0; i < count_; ++i)
    std::fill_n(narrow_slot(i), kSlotWidth, static_cast<float>(value(i)));
}

void Uniforms::evaluate_lanes(const double* parameters, index_t count, index_t lanes,
                              std::span<const double> extras) {
  for (index_t i = 0; i < count; ++i) {
    double* const slot = slots_.get() + i * kSlotWidth;
    for (index_t at = 0; at < kSlotWidth; at += lanes)
      std::copy_n(parameters + i * lanes, lanes, slot + at);
  }
  for (std::size_t e = 0; e < extras.size(); ++e) {
    std::fill_n(slots_.get() + (count + static_cast<index_t>(e)) * kSlotWidth, kSlotWidth,
                extras[e]);
  }
  // The first lanes of a slot are all that a row reads.
  for (const Step& step : steps_) step.kernel(step.call, lanes);
}

Interpreter::Interpreter(const program::Program& program, const Uniforms& uniforms, Isa isa,
                         index_t block)
    : program_(&program),
      uniforms_(&uniforms),
      block_(block),
      stride_(stride_of(block, uniforms.values())),
      registers_(allocate_aligned(static_cast<index_t>(program.registers) * stride_)),
      columns_(static_cast<std::size_t>(program.columns)) {
  const KernelTable& table = kernel_table(isa, uniforms.values());
  steps_.reserve(program.row.size());
  column_uses_.reserve(program.row.size() + kMoreColumnUses);
  for (const Instruction& in : program.row) {
    const Operand* const operands[] = {&in.a, &in.b, &in.c, &in.e};
    steps_.push_back({find_kernel(table, in),
                      {.d = reg(in.dst),
                       .d2 = in.code == Code::sincos ? reg(in.dst2) : nullptr,
                       .imm = in.imm}});
    // Reserved above: a step stays where it is.
    Call& call = steps_.back().call;
    const double** const pointers[] = {&call.a, &call.b, &call.c, &call.e};
    for (std::size_t i = 0; i < 4; ++i) {
      const Operand& operand = *operands[i];
      if (operand.kind == Operand::Kind::scalar) *pointers[i] = uniforms.operand(operand.index);
      if (operand.kind == Operand::Kind::reg) *pointers[i] = reg(operand.index);
      if (operand.kind == Operand::Kind::column)
        column_uses_.push_back({pointers[i], operand.index});
    }
  }
}

bool Interpreter::offers(const program::Program& program, Isa isa, Values values) {
  const KernelTable& table = kernel_table(isa, values);
  return std::all_of(program.row.begin(), program.row.end(),
                     [&table](const Instruction& in) { return find_kernel(table, in) != nullptr; });
}

index_t Interpreter::bytes(const program::Program& program, index_t block, Values values) {
  const std::size_t rows = program.row.size();
  return aligned_bytes(static_cast<index_t>(program.registers) * stride_of(block, values)) +
         static_cast<index_t>(rows * sizeof(Step) + (rows + kMoreColumnUses) * sizeof(ColumnUse) +
                              static_cast<std::size_t>(program.columns) * sizeof(const void*));
}

void Interpreter::begin_pass() {
  for (const program::Broadcast& b : program_->broadcasts) {
    const double value = uniforms_->value(b.slot);
    if (uniforms_->values() == Values::float64) {
      fill(reg(b.reg), value);
    } else {
      fill(reinterpret_cast<float*>(reg(b.reg)), static_cast<float>(value));
    }
  }
  filled_ = true;
}

// Most of these are the number 1: a register that holds the value already is left alone.
template <class Real>
void Interpreter::fill(Real* to, Real value) const {
  if (!filled_ || std::memcmp(to, &value, sizeof(Real)) != 0) std::fill_n(to, block_, value);
}

void Interpreter::begin_pass_lanes(index_t lanes) {
  for (const program::Broadcast& b : program_->broadcasts) {
    const double* const values = uniforms_->slot(b.slot);
    double* const to = reg(b.reg);
    if (filled_ && std::memcmp(to, values, static_cast<std::size_t>(lanes) * sizeof(double)) == 0)
      continue;
    for (index_t at = 0; at < block_; at += lanes) std::copy_n(values, lanes, to + at);
  }
  filled_ = true;
}

void Interpreter::run(std::span<const void* const> columns, index_t n, bool leave_last) {
  std::copy(columns.begin(), columns.end(), columns_.begin());
  for (const ColumnUse& use : column_uses_)
    *use.operand = static_cast<const double*>(columns[use.column]);
  left_last_ = leave_last && !steps_.empty();
  const std::size_t count = steps_.size() - (left_last_ ? 1 : 0);
  for (std::size_t i = 0; i < count; ++i) steps_[i].kernel(steps_[i].call, n);
}

}  // namespace nlsq::engine
