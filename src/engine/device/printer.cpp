// SPDX-License-Identifier: MIT
// Up to kMostInRegisters sums stay in the registers of each item, over rows that lie `items` apart,
// and are added in a tree at the end. With more, the items of a group evaluate a tile of rows into
// shared memory, and each adds up its share of the sums over that tile.
#include "engine/device/printer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/device/functions.hpp"
#include "engine/device/row_printer.hpp"

namespace nlsq::engine::device {
namespace {

using program::Code;
using program::Instruction;
using program::Program;

constexpr std::size_t kMostInRegisters = 160;
constexpr std::size_t kFewSums = 40;      // that leave registers for more items, and rows, at once
constexpr std::size_t kMostColumns = 48;  // of arguments there may be some 60
constexpr std::size_t kMostSums = 8192;   // and so at most 64 an item
constexpr int kTiledItems = 128;
constexpr std::size_t kTreeBatch = 8;   // sums that go through the tree at a time
constexpr index_t kShared = 24 * 1024;  // bytes, of 32 K that each device has

constexpr std::string_view kOpenClHead =
    "#pragma OPENCL EXTENSION cl_khr_fp64 : enable\n"
    "#pragma OPENCL FP_CONTRACT OFF\n"
    "#define NLSQ_F\n"
    "#define NLSQ_NAN nan(0UL)\n"
    "#define NLSQ_KERNEL __kernel void\n"
    "#define NLSQ_GLOBAL __global\n"
    "#define NLSQ_SHARED __local\n"
    "#define NLSQ_SHARED_POINTER __local\n"
    "#define NLSQ_TABLE __constant\n"
    "#define NLSQ_ITEM ((int)get_local_id(0))\n"
    "#define NLSQ_GROUP ((long)get_group_id(0))\n"
    "#define NLSQ_GROUPS ((long)get_num_groups(0))\n"
    "#define NLSQ_BARRIER barrier(CLK_LOCAL_MEM_FENCE)\n";

constexpr std::string_view kCudaHead =
    "#define NLSQ_F static __device__ __forceinline__\n"
    "#define NLSQ_NAN nan(\"\")\n"
    "#define NLSQ_KERNEL extern \"C\" __global__ void\n"
    "#define NLSQ_GLOBAL\n"
    "#define NLSQ_SHARED __shared__\n"
    "#define NLSQ_SHARED_POINTER\n"
    "#define NLSQ_TABLE static __constant__ const\n"
    "#define NLSQ_ITEM ((int)threadIdx.x)\n"
    "#define NLSQ_GROUP ((long)blockIdx.x)\n"
    "#define NLSQ_GROUPS ((long)gridDim.x)\n"
    "#define NLSQ_BARRIER __syncthreads()\n";

// Sums `count` columns of `items` values in shared memory, each in a tree of fixed shape, and
// leaves them at to[(first + c)·stride + offset].
constexpr std::string_view kTree = R"(
NLSQ_F void nlsq_tree(NLSQ_SHARED_POINTER double* s, int items, int count, long first,
                      NLSQ_GLOBAL double* to, long stride, long offset) {
  const int item = NLSQ_ITEM;
  for (int apart = items / 2; apart > 0; apart /= 2) {
    NLSQ_BARRIER;
    if (item < apart) {
      for (int c = 0; c < count; ++c) s[c * items + item] += s[c * items + item + apart];
    }
  }
  NLSQ_BARRIER;
  if (item < count) to[(first + item) * stride + offset] = s[item * items];
  NLSQ_BARRIER;
}
)";

std::string_view head(Dialect dialect) {
  return dialect == Dialect::opencl ? kOpenClHead : kCudaHead;
}

class Printer {
 public:
  Printer(const Program& program, const RowSums& sums, Dialect dialect, const Description& device)
      : row_(program, sums), sums_(sums), dialect_(dialect), gpu_(device.is_gpu) {}

  RowKernel values() {
    RowKernel kernel;
    kernel.slots = row_.slots();
    kernel.items = 64;
    kernel.source =
        std::string(head(dialect_)) + definitions_of(row_.functions()) + signature("nlsq_values") +
        fmt::format("  for (long r = begin + item; r < end; r += {}) {{\n", 64) + row_.text();
    for (std::size_t i = 0; i < sums_.values.size(); ++i)
      kernel.source += fmt::format("    partial[{} * rows + r] = w{};\n", i, i);
    kernel.source += "  }\n}\n";
    return kernel;
  }

  RowKernel run() {
    RowKernel kernel;
    kernel.slots = row_.slots();
    const bool tiled = sums_.sums.size() > kMostInRegisters;
    kernel.items = tiled ? kTiledItems : !gpu_ ? 64 : sums_.sums.size() > kFewSums ? 128 : 256;
    std::string body = tiled ? tiled_body() : register_body(kernel.items);
    kernel.source = std::string(head(dialect_)) + definitions_of(row_.functions());
    if (tiled)
      kernel.source += pair_table();
    else
      kernel.source += kTree;
    kernel.source += signature("nlsq_rows") + body + "}\n";
    return kernel;
  }

 private:
  std::string signature(std::string_view name) const {
    std::string text = fmt::format("NLSQ_KERNEL {}(NLSQ_GLOBAL const double* RESTRICT u", name);
    if (sums_.coefficients > 0) text += ", NLSQ_GLOBAL const double* RESTRICT k";
    for (std::size_t c = 0; c < row_.float32().size(); ++c) {
      text += fmt::format(", NLSQ_GLOBAL const {}* RESTRICT c{}",
                          row_.float32()[c] ? "float" : "double", c);
    }
    text += ", long rows, long each, NLSQ_GLOBAL double* RESTRICT partial) {\n";
    const std::string_view word = dialect_ == Dialect::opencl ? "restrict" : "__restrict__";
    for (std::size_t at; (at = text.find("RESTRICT")) != std::string::npos;)
      text.replace(at, 8, word);
    return text +
           "  const int item = NLSQ_ITEM;\n"
           "  const long begin = NLSQ_GROUP * each;\n"
           "  const long end = begin + each < rows ? begin + each : rows;\n";
  }

  std::string register_body(int items) const {
    const std::size_t batch = std::min(kTreeBatch, sums_.sums.size());
    std::string text =
        fmt::format("  NLSQ_SHARED double s[{}];\n", static_cast<std::size_t>(items) * batch);
    for (std::size_t i = 0; i < sums_.sums.size(); ++i)
      text += fmt::format("  double s{} = 0.0;\n", i);
    // Loads of two rows under way at once; what is summed, and in which order, stays the same.
    if (dialect_ == Dialect::cuda && sums_.sums.size() <= kFewSums) text += "#pragma unroll 2\n";
    text +=
        fmt::format("  for (long r = begin + item; r < end; r += {}) {{\n", items) + row_.text();
    for (std::size_t i = 0; i < sums_.sums.size(); ++i) {
      const RowSum& sum = sums_.sums[i];
      text += fmt::format("    s{0} = fma(w{1}, w{2}, s{0});\n", i, sum.a, sum.b);
    }
    text += "  }\n";
    for (std::size_t first = 0; first < sums_.sums.size(); first += batch) {
      const std::size_t count = std::min(batch, sums_.sums.size() - first);
      for (std::size_t i = 0; i < count; ++i)
        text +=
            fmt::format("  s[{} + item] = s{};\n", i * static_cast<std::size_t>(items), first + i);
      text += fmt::format("  nlsq_tree(s, {}, {}, {}, partial, NLSQ_GROUPS, NLSQ_GROUP);\n", items,
                          count, first);
    }
    return text;
  }

  // Values that sums read, in the order of their places in a tile.
  std::vector<index_t> summed() const {
    std::set<index_t> used;
    for (const RowSum& sum : sums_.sums) used.insert({sum.a, sum.b});
    return {used.begin(), used.end()};
  }

  std::string pair_table() const {
    const std::vector<index_t> used = summed();
    const auto place = [&](index_t v) {
      return std::lower_bound(used.begin(), used.end(), v) - used.begin();
    };
    std::string text = "NLSQ_TABLE unsigned short nlsq_pairs[] = {\n";
    for (std::size_t i = 0; i < sums_.sums.size(); ++i) {
      text += fmt::format("{},{},{}", place(sums_.sums[i].a), place(sums_.sums[i].b),
                          i % 16 == 15 ? "\n" : " ");
    }
    return text + "};\n";
  }

  std::string tiled_body() const {
    const std::vector<index_t> used = summed();
    const auto wide = static_cast<index_t>(used.size());
    const auto count = static_cast<index_t>(sums_.sums.size());
    index_t tile = kTiledItems;
    while (tile > 1 && tile * wide * 8 > kShared) tile /= 2;
    const index_t each = (count + kTiledItems - 1) / kTiledItems;
    std::string store, zero;
    for (std::size_t i = 0; i < used.size(); ++i) {
      store += fmt::format("    t[item * {} + {}] = w{};\n", wide, i, used[i]);
    }
    return fmt::format(
        "  NLSQ_SHARED double t[{0}];\n"
        "  double s[{1}];\n"
        "  int a[{1}], b[{1}];\n"
        "  for (int i = 0; i < {1}; ++i) {{\n"
        "    const int at = item + i * {2};\n"
        "    s[i] = 0.0;\n"
        "    a[i] = at < {3} ? nlsq_pairs[2 * at] : 0;\n"
        "    b[i] = at < {3} ? nlsq_pairs[2 * at + 1] : 0;\n"
        "  }}\n"
        "  for (long first = begin; first < end; first += {4}) {{\n"
        "    const long r = first + item;\n"
        "    if (item < {4}) {{\n"
        "    if (r < end) {{\n{5}{6}    }} else {{\n"
        "      for (int i = 0; i < {7}; ++i) t[item * {7} + i] = 0.0;\n"
        "    }}\n"
        "    }}\n"
        "    NLSQ_BARRIER;\n"
        "    for (int i = 0; i < {1}; ++i) {{\n"
        "      for (int q = 0; q < {4}; ++q) s[i] = fma(t[q * {7} + a[i]], t[q * {7} + b[i]], "
        "s[i]);\n"
        "    }}\n"
        "    NLSQ_BARRIER;\n"
        "  }}\n"
        "  for (int i = 0; i < {1}; ++i) {{\n"
        "    const int at = item + i * {2};\n"
        "    if (at < {3}) partial[at * NLSQ_GROUPS + NLSQ_GROUP] = s[i];\n"
        "  }}\n",
        tile * wide, each, kTiledItems, count, tile, row_.text(), store, wide);
  }

  RowPrinter row_;
  const RowSums& sums_;
  Dialect dialect_;
  bool gpu_;
};

}  // namespace

std::optional<std::string> why_not(const Program& program, const RowSums& sums,
                                   const Description& device) {
  if (!device.why.empty()) return device.why;
  if (static_cast<std::size_t>(program.columns) > kMostColumns) {
    return fmt::format("the model has {} columns, a kernel at most {}", program.columns,
                       kMostColumns);
  }
  if (sums.sums.size() > kMostSums) {
    return fmt::format("the fold of a row has {} products, a kernel at most {}", sums.sums.size(),
                       kMostSums);
  }
  if (sums.sums.size() > kMostInRegisters && device.most_items < kTiledItems)
    return fmt::format("its groups have at most {} items", device.most_items);
  for (const Instruction& in : program.row) {
    const std::string_view function = function_of(in.code);
    if (!function.empty() && !is_defined(function))
      return fmt::format("devices have no '{}'", function);
  }
  return std::nullopt;
}

RowKernel print_rows(const Program& program, const RowSums& sums, Dialect dialect,
                     const Description& device) {
  return Printer(program, sums, dialect, device).run();
}

RowKernel print_values(const Program& program, const RowSums& values, Dialect dialect,
                       const Description& device) {
  return Printer(program, values, dialect, device).values();
}

std::string print_total(Dialect dialect) {
  return std::string(head(dialect)) + std::string(kTree) +
         fmt::format(
             "NLSQ_KERNEL nlsq_total(NLSQ_GLOBAL const double* partial, long groups,\n"
             "                       NLSQ_GLOBAL double* sums) {{\n"
             "  NLSQ_SHARED double s[{0}];\n"
             "  const int item = NLSQ_ITEM;\n"
             "  double sum = 0.0;\n"
             "  for (long g = item; g < groups; g += {0}) sum += partial[NLSQ_GROUP * groups + "
             "g];\n"
             "  s[item] = sum;\n"
             "  nlsq_tree(s, {0}, 1, NLSQ_GROUP, sums, 1, 0);\n"
             "}}\n",
             kItemsOfTotal);
}

index_t rows_of_group(index_t rows, int items, bool is_gpu) {
  const index_t most_groups = is_gpu ? 1024 : 64, least_rows = 4 * index_t{items};
  const index_t each = std::max(least_rows, (rows + most_groups - 1) / most_groups);
  return (each + items - 1) / items * items;
}

}  // namespace nlsq::engine::device
