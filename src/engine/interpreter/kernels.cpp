// SPDX-License-Identifier: MIT
// One table of kernels an instruction set, made on first use.
#include "engine/interpreter/kernels.hpp"

namespace nlsq::engine {
namespace {

KernelTable make(Isa isa) {
  KernelTable table{};
  add_special_kernels(table);
  add_arithmetic_kernels(isa, table);
  add_math_kernels(isa, table);
  return table;
}

}  // namespace

const KernelTable& kernel_table(Isa isa) {
  static const std::array<KernelTable, 5> tables{
      make(Isa::portable), make(Isa::sse4), make(Isa::avx2), make(Isa::avx512), make(Isa::neon)};
  return tables[static_cast<std::size_t>(isa)];
}

}  // namespace nlsq::engine
