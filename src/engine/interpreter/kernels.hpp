// SPDX-License-Identifier: MIT
// Kernels: one operation over one block. Every instruction set has its own table of them, and one
// for single precision, where the values behind the pointers of a call are float32.
#pragma once

#include <array>
#include <cstdint>

#include "engine/isa.hpp"
#include "nlsq/types.hpp"
#include "program/program.hpp"

namespace nlsq::engine {

/// Values a uniform slot takes: the same repeated, so that uniform code runs on the same kernels.
inline constexpr index_t kSlotWidth = 16;

/// Pointers of one instruction. A scalar operand is read once from its slot, a vector of it: with
/// the same value in all lanes for one fit, one value a lane for fits side by side.
struct Call {
  const double* a = nullptr;
  const double* b = nullptr;
  const double* c = nullptr;
  const double* e = nullptr;  ///< fma_sub alone
  double* d = nullptr;
  double* d2 = nullptr;
  std::int32_t imm = 0;
};

/// Computes n values, n a positive multiple of the vector length (16 is one for all). d may be the
/// same as an operand.
using Kernel = void (*)(const Call&, index_t n);

/// kernels[code][mask]: bit 0, 1, 2 of the mask say that a, b, c is a scalar. Null where there is
/// none.
using KernelTable =
    std::array<std::array<Kernel, 8>, static_cast<std::size_t>(program::Code::count)>;

/// What the values of columns, registers and slots are.
enum class Values : std::uint8_t { float64, float32 };

/// In float32 special functions have no kernel; without vectors no function has.
const KernelTable& kernel_table(Isa isa, Values values = Values::float64);

// Each file of kernels adds its own to a table.
void add_arithmetic_kernels(Isa isa, KernelTable& table);
void add_math_kernels(Isa isa, KernelTable& table);
void add_special_kernels(KernelTable& table);
void add_arithmetic_kernels_float32(Isa isa, KernelTable& table);
void add_math_kernels_float32(Isa isa, KernelTable& table);

}  // namespace nlsq::engine
