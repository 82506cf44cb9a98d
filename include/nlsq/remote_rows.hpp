// SPDX-License-Identifier: MIT
// Rows that other processes hold, a part each: workers of a cluster, ranks of MPI. They make the
// passes over their rows (answer_pass), and only what a pass found travels: of each run of rows at
// most 2·log₂(leaves) results. The answer of a fit has the bits of the same arrays in memory, for
// any parts. Transport is the business of whoever derives from RemoteRows (docs/scaling.md).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nlsq/data.hpp"
#include "nlsq/rows.hpp"

namespace nlsq {

class RemoteRows : public RowSource {
 public:
  /// Has everybody who holds rows answer a request, and returns the answers, in any order.
  virtual std::vector<std::string> ask(const std::string& request) const = 0;
  /// Single rows, for a sample, a search or a message.
  void gather(std::span<const index_t> firsts, index_t width, std::span<const index_t> columns,
              std::span<void* const> to) const override = 0;

  void read(index_t first, index_t rows, std::span<const index_t> columns,
            std::span<void* const> to) const override {
    gather({&first, 1}, rows, columns, to);
  }
  /// Reads some hundred leaves at a time.
  std::unique_ptr<RowCursor> open(std::span<const index_t> columns, Walk walk) const override;
  index_t cursor_bytes(index_t columns) const override;
  const RemoteRows* remote() const override { return this; }
  /// Who answers says what the rows were.
  bool may_change() const override { return false; }
};

/// Rows first … first+rows−1 of all, which somebody holds at `at` … of his arrays. They begin with
/// a leaf (RowSource::kLeafRows), and end with one or with the last row of all.
struct RowRun {
  index_t first = 0;
  index_t at = 0;
  index_t rows = 0;
};

/// Answers a request over the rows that this process holds; `columns` are those of the source, in
/// its order. Stateless: the same request gets the same answer, as often as it is asked. Any number
/// of threads may call it at once. Throws IoError for a request that is damaged, of another version
/// or for an instruction set that this machine lacks.
std::string answer_pass(std::span<const Values> columns, std::span<const RowRun> runs,
                        std::string_view request, int threads = 1);
/// The same of rows that this process reads from a source with the same columns.
std::string answer_pass(const RowSource& rows, std::span<const RowRun> runs,
                        std::string_view request, int threads = 1);

}  // namespace nlsq
