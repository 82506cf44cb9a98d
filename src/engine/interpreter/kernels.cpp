// SPDX-License-Identifier: MIT
// One table of kernels an instruction set and precision, made on first use.
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

KernelTable make_float32(Isa isa) {
  KernelTable table{};
  add_arithmetic_kernels_float32(isa, table);
  add_math_kernels_float32(isa, table);
  return table;
}

template <class Make>
std::array<KernelTable, 5> for_all(const Make& make_one) {
  return {make_one(Isa::portable), make_one(Isa::sse4), make_one(Isa::avx2), make_one(Isa::avx512),
          make_one(Isa::neon)};
}

}  // namespace

const KernelTable& kernel_table(Isa isa, Values values) {
  if (values == Values::float32) {
    static const std::array<KernelTable, 5> tables = for_all(make_float32);
    return tables[static_cast<std::size_t>(isa)];
  }
  static const std::array<KernelTable, 5> tables = for_all(make);
  return tables[static_cast<std::size_t>(isa)];
}

}  // namespace nlsq::engine
