// SPDX-License-Identifier: MIT
// A term ready for reduction: a residual program and where its columns and parameters come from.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "linalg/vector.hpp"
#include "nlsq/types.hpp"
#include "program/residual.hpp"
#include "reduce/leaves.hpp"
#include "reduce/workspace.hpp"

namespace nlsq::reduce {

/// Where rows come from that are not in memory. What each leaf was when it was first read is kept
/// in a number, and all passes of a fit share it.
class Stream {
 public:
  explicit Stream(const RowSource& of) : source(&of), remote(of.remote()) {
    if (of.may_change())
      seen_ =
          std::vector<std::atomic<std::uint64_t>>(static_cast<std::size_t>(leaves_of(of.rows())));
  }

  const RowSource* source;
  const RemoteRows* remote;      ///< who holds the rows and makes the passes; null: this process
  std::vector<index_t> columns;  ///< of the source, in the program's numbering
  std::string program;           ///< for them: how the program is made, as bytes

  bool compares() const { return !seen_.empty(); }
  /// False if the leaf's number was another one before.
  bool is_as_before(index_t leaf, std::uint64_t number) const {
    number |= 1;
    std::uint64_t before = 0;
    std::atomic<std::uint64_t>& seen = seen_[static_cast<std::size_t>(leaf)];
    return seen.compare_exchange_strong(before, number) || before == number;
  }
  /// A number of all leaves that were read; 0: none is kept.
  std::uint64_t combined() const {
    std::uint64_t all = 0;
    for (const std::atomic<std::uint64_t>& leaf : seen_)
      all = base::hash(all ^ leaf.load(std::memory_order_relaxed));
    return all;
  }
  /// False if the number of what somebody else holds was another one before: the rows from `first`
  /// on; by one thread.
  bool is_as_before_elsewhere(index_t first, std::uint64_t number) const {
    return elsewhere_.try_emplace(first, number).first->second == number;
  }
  static index_t bytes(const RowSource& of) {
    return of.may_change() ? 8 * leaves_of(of.rows()) : 0;
  }

 private:
  mutable std::vector<std::atomic<std::uint64_t>> seen_;
  mutable std::map<index_t, std::uint64_t> elsewhere_;
};

struct Term {
  std::shared_ptr<const program::ResidualProgram> program;
  Workspaces* workspaces = nullptr;  ///< of the program, kept alive by it; null: none are kept
  index_t rows = 0;
  index_t masked_rows = 0;                     ///< rows with infinite sigma
  base::SmallVector<ColumnSource, 6> columns;  ///< in the program's numbering
  std::shared_ptr<const Stream> stream;        ///< of columns without data; null: all are in memory
  linalg::Indices parameters;  ///< problem parameter of each of the program's model parameters
  linalg::Indices free;        ///< free position in the problem of each differentiated parameter
  linalg::Vector extras;       ///< scalar sigmas, then f_scale
  bool robust = false;
  double f_scale = 1.0;
  LeafVisitor* visitor = nullptr;  ///< of the first pass; null: nobody; outlives the passes
  LeafMaker* maker = nullptr;      ///< of the columns; null: they are there; outlives the passes
  index_t every = 1;  ///< of so many leaves passes fold one, anywhere among them by a hash

  /// Rows that passes fold; a last group of leaves that is not full is left out.
  index_t folded_rows() const { return every == 1 ? rows : rows / (every * kLeafRows) * kLeafRows; }
};

}  // namespace nlsq::reduce
