// SPDX-License-Identifier: MIT
#include "columns/finite.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "columns/streams.hpp"
#include "nlsq/error.hpp"
#include "reduce/column_kernels.hpp"
#include "runtime/settings.hpp"

namespace nlsq::fit_impl {
namespace {

constexpr index_t kChunk = 16384;  // rows

// True when all values have an exponent below the highest one. Whole numbers, so that the compiler
// vectorises it: adding one to an exponent of all ones carries into the sign.
bool all_finite(const float* p, index_t n) {
  std::uint32_t carried = 0;
  for (index_t i = 0; i < n; ++i)
    carried |= (std::bit_cast<std::uint32_t>(p[i]) & 0x7F800000u) + 0x00800000u;
  return (carried & 0x80000000u) == 0;
}

bool all_finite(const double* p, index_t n) {
  return reduce::column_kernels(engine::chosen_isa()).all_finite(p, n);
}

bool all_finite(const reduce::ColumnSource& values, index_t rows) {
  return values.float32 ? all_finite(static_cast<const float*>(values.data), rows)
                        : all_finite(static_cast<const double*>(values.data), rows);
}

}  // namespace

void check_finite(const reduce::ColumnSource& values, const std::string& name, index_t first,
                  index_t rows) {
  if (all_finite(values, rows)) return;
  index_t i = 0;
  while (std::isfinite(value_of(values, i))) ++i;
  throw InputError("data", fmt::format("data: column '{}' is {} in row {}", name,
                                       value_of(values, i), first + i + 1));
}

// Of several parts that throw, the first one's exception goes on.
void check_finite(const Values& column, const std::string& name, int threads) {
  const index_t chunks = (column.size + kChunk - 1) / kChunk;
  base::for_each_part(shared_pool(), threads, chunks, [&](index_t chunk) {
    const index_t first = chunk * kChunk;
    const char* const data =
        static_cast<const char*>(column.data) + first * (column.float32 ? 4 : 8);
    check_finite({data, column.float32}, name, first, std::min(kChunk, column.size - first));
  });
}

}  // namespace nlsq::fit_impl
