// SPDX-License-Identifier: MIT
// Prints a program and the sums over its rows as one kernel. A row is one item's work from its
// columns to its share of the sums; nothing of it goes to memory.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/device/device.hpp"
#include "engine/device/row_sums.hpp"

namespace nlsq::engine::device {

/// A source with a kernel `nlsq_rows` (slots, [coefficients,] columns…, rows, rows a group, partial
/// sums) and how it is to be launched. Partial sum k of group g is at k·groups + g.
struct RowKernel {
  std::string source;
  std::vector<std::uint32_t> slots;  ///< of the program, in the order in which they are uploaded
  int items = 0;                     ///< of a group
};

/// Why a program cannot run on a device; nothing where it can.
std::optional<std::string> why_not(const program::Program& program, const RowSums& sums,
                                   const Description& device);

/// The program is one that can run there.
RowKernel print_rows(const program::Program& program, const RowSums& sums, Dialect dialect,
                     const Description& device);

/// The same with the kernel `nlsq_values`: value k of row r of `values` goes to place k·rows + r of
/// what are the partial sums else.
RowKernel print_values(const program::Program& program, const RowSums& values, Dialect dialect,
                       const Description& device);

/// A source with the kernel `nlsq_total` (partial sums, groups, sums): sum k by group k of kItems.
std::string print_total(Dialect dialect);
inline constexpr int kItemsOfTotal = 64;

/// Rows of a group in a pass over `rows` rows: the same for all launches on a kind of device, so
/// that sums have the same bits.
index_t rows_of_group(index_t rows, int items, bool is_gpu);

}  // namespace nlsq::engine::device
