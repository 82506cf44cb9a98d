// SPDX-License-Identifier: MIT
// The other side of reduce/remote_pass.hpp: folds of the rows that this process holds, subtree by
// subtree of the tree over all leaves.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "base/thread_pool.hpp"
#include "nlsq/remote_rows.hpp"
#include "reduce/fault_fold.hpp"
#include "reduce/pass_order.hpp"
#include "reduce/term.hpp"
#include "reduce/term_state.hpp"

namespace nlsq::reduce {

class PassServer {
 public:
  /// `term`: the rows of this process; it outlives this.
  PassServer(const Term& term, const WalkOptions& options, base::ThreadPool& pool);
  ~PassServer();
  PassServer(const PassServer&) = delete;
  PassServer& operator=(const PassServer&) = delete;

  /// Adds the subtrees of the runs to the answer, and of rows in a source what they were. `order`
  /// is of a fold. A visitor sees the leaves by their numbers among all rows, on several threads.
  void answer(const PassOrder& order, std::span<const RowRun> runs, PassAnswer& to,
              LeafVisitor* visitor = nullptr);

 private:
  void choose(const PassOrder& order);
  void fold_run(const PassOrder& order, const RowRun& run, PassAnswer& to);
  void fold_groups(const PassOrder& order, const RowRun& run, index_t first, index_t end,
                   double* result);
  void fold_rows(const PassOrder& order, const RowRun& run, index_t first, index_t rows,
                 double* result);

  const Term* term_;
  WalkOptions options_;
  std::unique_ptr<TermState> state_;
  LeafVisitor* visitor_ = nullptr;
  std::uint64_t read_ = 0;  // of the leaves that were read from a source
  Walker* walker_ = nullptr;
  Fold* fold_ = nullptr;
  std::optional<GramFold> coordinates_;
  std::optional<HouseholderFold> householder_;
  std::optional<FaultFold> fault_;
};

}  // namespace nlsq::reduce
