// SPDX-License-Identifier: MIT
// Walks over the rows of a term in blocks, leaf by leaf, on some threads, and merges the leaves'
// results in a binary tree over their index. Results have the same bits for any number of threads
// and any block size.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/thread_pool.hpp"
#include "engine/interpreter/interpreter.hpp"
#include "reduce/fold.hpp"
#include "reduce/shares.hpp"
#include "reduce/term.hpp"

namespace nlsq::reduce {

struct WalkOptions {
  engine::Isa isa = engine::Isa::portable;
  int threads = 1;
  index_t block = 0;  ///< rows a block; 0: from the program
  /// float32: the term's columns are, and the folds read float32 (reduce/float32_pass.hpp).
  engine::Values values = engine::Values::float64;
  /// Called some times a second during a pass of several leaves, on the caller's thread; what it
  /// throws ends the pass and passes through. Null: nothing is called. Outlives the walker's
  /// passes.
  const std::function<void()>* watch = nullptr;
  std::chrono::milliseconds between_looks{30};  ///< at least, from one call of it to the next
};

/// One program over one term's columns. Not thread-safe itself; it uses threads.
class Walker {
 public:
  Walker(const program::Program& program, const Term& term, const WalkOptions& options,
         base::ThreadPool& pool);

  /// Bytes that one allocates beside itself, when passes are made of folds whose results have up to
  /// `fold_size` doubles; with `worked` those of its workers, too, which the first pass makes.
  static index_t bytes(const program::Program& program, const Term& term,
                       const WalkOptions& options, index_t fold_size, bool worked = true);
  /// Rows of a block in a pass for residuals and derivatives.
  static index_t block_of(const Term& term, const WalkOptions& options);
  /// Threads that share a pass over `rows` rows.
  static int useful_threads(index_t rows, int threads);

  /// Turns to another term of the same program; false when its blocks do not fit.
  bool attach_to(const Term& term, const WalkOptions& options);

  /// Sets the parameters (the program's, extras included) for the passes that follow.
  void set_parameters(std::span<const double> parameters);

  /// One pass. The result stays valid until the next one; `fold` serves as worker 0 and is cloned
  /// for others.
  std::span<const double> reduce(Fold& fold);

  /// Lets go of the ways through a term that is not in memory: open files and buffers.
  void close_cursors();
  /// Lets go of the folds of workers 1, 2, …
  void forget_clones() { clones_.clear(); }

  index_t block() const { return division_.block; }
  bool is_one_block() const { return term_->rows <= division_.block; }
  /// The registers of a term that is one block, after a pass over it; else null.
  const engine::Interpreter* held() const {
    return evaluated_ ? &*workers_.front().interpreter : nullptr;
  }

  /// Uniform values, for factors of Jacobian columns.
  const engine::Uniforms& uniforms() const { return uniforms_; }

 private:
  using Results = base::SmallVector<double, 32>;
  struct Worker {
    std::optional<engine::Interpreter> interpreter;
    base::SmallVector<const void*, 6> columns;
    std::vector<double> scratch;        // results of one leaf and of the merge stack
    std::unique_ptr<RowCursor> cursor;  // of a term that is not in memory, and its leaf
    std::vector<ColumnSource> leased;
    bool began = false;
  };
  // How a pass over a term is divided.
  struct Division {
    int threads = 1;
    index_t block = 0;
    bool fetches = false;  // the next block while one is worked on
    index_t leaves = 0;
    index_t leaves_per_unit = 1;
    index_t units() const { return (leaves + leaves_per_unit - 1) / leaves_per_unit; }
  };
  static Division divide(const program::Program& program, const Term& term,
                         const WalkOptions& options, int threads);
  void fold_leaf(Worker& worker, Fold& fold, index_t leaf, double* result);
  void fold_unit(Worker& worker, Fold& fold, index_t unit, double* result);
  std::span<const double> reduce_elsewhere(const Fold& fold);
  void clone(const Fold& fold);
  void plan(const Term& term, int threads);
  void copy_tail();
  const ColumnSource* lease(Worker& worker, index_t first, index_t rows);
  void compare(const Worker& worker, index_t first, index_t rows) const;
  void show(const Worker& worker, index_t leaf, index_t first, index_t rows) const;
  Worker& worker(int w);
  bool goes_on(const Worker& worker);

  const program::Program* program_;
  const Term* term_;
  WalkOptions options_;
  base::ThreadPool* pool_;
  Division division_;
  index_t most_rows_ = 0;  // that a block of the workers holds
  engine::Uniforms uniforms_;
  std::vector<double> parameters_;  // of the passes, where others may make them
  std::vector<Worker> workers_;
  std::vector<std::unique_ptr<Fold>> clones_;  // of the last fold, for workers 1, 2, …
  index_t tail_first_ = 0;                     // rows from here on are read from the copy
  std::vector<engine::AlignedBuffer>
      tail_;  // a column each, the last row repeated to a multiple of 16
  Shares shares_;
  Results results_;
  bool watched_ = false;                          // this pass is
  std::chrono::steady_clock::time_point looked_;  // when it was last
  std::atomic<bool> ended_{false};                // by who watches
  bool visited_ = true;                           // by the term's visitor, or it has none
  bool made_ = true;                              // by the term's maker, or it has none
  bool streams_ = false;                          // the term is not in memory
  bool evaluated_ = false;  // the single block of a small term holds the current values
};

}  // namespace nlsq::reduce
