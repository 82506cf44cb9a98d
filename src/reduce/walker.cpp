// SPDX-License-Identifier: MIT
// A unit is a power-of-two run of leaves, so each full unit is a whole subtree; workers take units
// as they come, and the caller merges the units. The last partial block is read from a padded copy,
// so nothing beyond the data is read.
#include "reduce/walker.hpp"

#include <algorithm>
#include <cstring>

#include "reduce/merge_stack.hpp"

namespace nlsq::reduce {
namespace {

constexpr index_t kPad = 16;
constexpr index_t kRowsPerThread = 8192;  // with fewer it does not pay to wake a second thread
constexpr index_t kRowsForTwo = 6144;     // with fewer one that is awake brings nothing either
constexpr index_t kMaxLeavesPerUnit = 64;
constexpr index_t kBeyondCaches = 8'000'000;  // bytes of columns that come from memory
constexpr index_t kHalfPage = 256;            // rows
constexpr index_t kLongPass = 2;              // units of a pass that may take noticeable time
constexpr index_t kLeavesToLook = 4;          // from one look at the clock to the next

index_t round_up(index_t n) { return (n + kPad - 1) / kPad * kPad; }

bool comes_from_memory(const Term& term) {
  if (term.stream) return false;  // a leaf is in the caches once it was read
  index_t bytes = 0;
  for (const ColumnSource& column : term.columns) bytes += term.rows * width_of(column);
  return bytes >= kBeyondCaches;
}

// Asks for a block of values; the processor does not wait for them. Inline, since GCC 12 takes a
// call of such a function for one without effect.
[[gnu::always_inline]] inline void fetch(const char* values, index_t bytes) {
  constexpr index_t kLine = 64;
  for (index_t at = 0; at < bytes; at += kLine) __builtin_prefetch(values + at);
}

// Results kept during a pass of so many units: each one's, and the stack that merges them.
std::size_t results_of(index_t units) {
  return units <= 1 ? 1 : static_cast<std::size_t>(units) + stack_depth(units);
}

}  // namespace

Walker::Walker(const program::Program& program, const Term& term, const WalkOptions& options,
               base::ThreadPool& pool)
    : program_(&program),
      options_(options),
      pool_(&pool),
      uniforms_(program, options.isa, options.values) {
  plan(term, options.threads);
  most_rows_ = division_.block;
  workers_.resize(static_cast<std::size_t>(options_.threads));
  copy_tail();
}

bool Walker::attach_to(const Term& term, const WalkOptions& options) {
  options_.watch = options.watch;
  options_.between_looks = options.between_looks;
  plan(term, options.threads);
  if (division_.block > most_rows_) return false;
  const auto threads = static_cast<std::size_t>(options_.threads);
  if (workers_.size() < threads) workers_.resize(threads);
  copy_tail();
  return true;
}

int Walker::useful_threads(index_t rows, int threads) {
  const index_t least = rows >= kRowsForTwo ? 2 : 1;
  const index_t useful = std::max(least, rows / kRowsPerThread);
  return static_cast<int>(std::min<index_t>(std::max(1, threads), useful));
}

index_t Walker::block_of(const Term& term, const WalkOptions& options) {
  return divide(term.program->full, term, options, options.threads).block;
}

Walker::Division Walker::divide(const program::Program& program, const Term& term,
                                const WalkOptions& options, int threads) {
  Division d;
  d.threads = useful_threads(term.folded_rows(), threads);
  d.leaves = leaves_of(term.folded_rows());
  while (d.leaves_per_unit < kMaxLeavesPerUnit &&
         d.leaves / (2 * d.leaves_per_unit) >= 16 * d.threads) {
    d.leaves_per_unit *= 2;
  }
  d.fetches = comes_from_memory(term);
  // With half a page the next block is still in the first cache when its turn comes (adr/0001).
  const index_t usual =
      d.fetches ? std::min(kHalfPage, program.block_rows()) : program.block_rows();
  const index_t block = options.block > 0 ? options.block : usual;
  // A term that fits one block needs no more registers than it has rows.
  d.block = std::min(block, std::max(kPad, round_up(term.rows)));
  return d;
}

void Walker::plan(const Term& term, int threads) {
  if (streams_) close_cursors();
  streams_ = term.stream != nullptr;
  term_ = &term;
  visited_ = term.visitor == nullptr;
  made_ = term.maker == nullptr;
  division_ = divide(*program_, term, options_, threads);
  options_.threads = division_.threads;
}

index_t Walker::bytes(const program::Program& program, const Term& term, const WalkOptions& options,
                      index_t fold_size, bool worked) {
  const Division d = divide(program, term, options, options.threads);
  const auto size = [](index_t count) { return static_cast<std::size_t>(count); };
  const std::size_t columns = term.columns.size();
  const std::size_t result = size(fold_size) * sizeof(double);
  auto bytes =
      size(engine::Uniforms::bytes(program, options.values)) + size(d.threads) * sizeof(Worker);
  if (term.stream) {
    const auto own = size(term.stream->source->cursor_bytes(static_cast<index_t>(columns)));
    bytes += size(d.threads) * (own + columns * sizeof(ColumnSource));
  } else if (term.rows % d.block != 0) {
    bytes += columns * (sizeof(engine::AlignedBuffer) + size(engine::aligned_bytes(d.block)));
  }
  if (!worked) return static_cast<index_t>(bytes);
  auto worker = size(engine::Interpreter::bytes(program, d.block, options.values)) +
                decltype(Worker::columns)::bytes(columns);
  if (d.leaves_per_unit > 1) worker += stack_depth(d.leaves_per_unit) * result;
  if (d.threads > 1) bytes += size(Shares::bytes(d.threads));
  bytes += size(d.threads) * worker + Results::bytes(results_of(d.units()) * size(fold_size));
  return static_cast<index_t>(bytes);
}

void Walker::copy_tail() {
  tail_first_ = streams_ ? term_->rows : term_->rows / division_.block * division_.block;
  const index_t rows = term_->rows - tail_first_;
  if (rows == 0) return;
  const index_t padded = round_up(rows);
  tail_.resize(term_->columns.size());
  for (std::size_t c = 0; c < tail_.size(); ++c) {
    const ColumnSource& column = term_->columns[c];
    engine::AlignedBuffer& copy = tail_[c];
    if (!copy) copy = engine::allocate_aligned(most_rows_);
    if (column.float32) {
      auto* to = reinterpret_cast<float*>(copy.get());
      std::copy_n(static_cast<const float*>(column.data) + tail_first_, rows, to);
      std::fill(to + rows, to + padded, to[rows - 1]);
    } else {
      std::copy_n(static_cast<const double*>(column.data) + tail_first_, rows, copy.get());
      std::fill(copy.get() + rows, copy.get() + padded, copy[static_cast<std::size_t>(rows - 1)]);
    }
  }
}

void Walker::set_parameters(std::span<const double> parameters) {
  uniforms_.evaluate(parameters);
  if (streams_) parameters_.assign(parameters.begin(), parameters.end());
  for (Worker& w : workers_) w.began = false;
  evaluated_ = false;
}

Walker::Worker& Walker::worker(int index) {
  Worker& w = workers_[static_cast<std::size_t>(index)];
  if (!w.interpreter) {
    w.interpreter.emplace(*program_, uniforms_, options_.isa, most_rows_);
    w.columns.resize(term_->columns.size());
  }
  if (!w.began) {
    w.interpreter->begin_pass();
    w.began = true;
  }
  return w;
}

void Walker::fold_leaf(Worker& w, Fold& fold, index_t leaf, double* result) {
  // The single block of a small term serves other folds, too.
  const Reads reads = term_->rows > division_.block ? fold.reads() : Reads::all;
  const bool reads_columns = reads == Reads::columns;
  const index_t block = reads_columns ? kLeafRows : division_.block;
  const index_t every = term_->every;
  const index_t begin = leaf_of_group(leaf, every) * kLeafRows;
  const index_t end = std::min(begin + kLeafRows, term_->rows);
  const index_t last_fetched = every == 1 ? tail_first_ : std::min(end, tail_first_);
  if (!made_) term_->maker->make(begin, end - begin);
  const ColumnSource* const columns =
      streams_ ? lease(w, begin, end - begin) : term_->columns.data();
  const index_t origin = streams_ ? begin : 0;
  fold.begin_leaf();
  for (index_t first = begin, rows = 0; first < end; first += rows) {
    const bool from_tail = first >= tail_first_;
    rows = std::min(block, (from_tail ? end : std::min(end, tail_first_)) - first);
    if (!evaluated_) {
      for (std::size_t c = 0; c < w.columns.size(); ++c) {
        const ColumnSource& column = columns[c];
        const index_t width = width_of(column);
        const char* const values = static_cast<const char*>(column.data) + (first - origin) * width;
        w.columns[c] = from_tail ? static_cast<const void*>(tail_[c].get()) : values;
        const index_t next = std::min(block, last_fetched - first - block);
        // Columns that are read once, as they lie in memory, the processor fetches by itself.
        if (division_.fetches && !reads_columns && next > 0)
          fetch(values + block * width, next * width);
      }
      w.interpreter->run(w.columns, round_up(rows), reads != Reads::all);
    }
    fold.block(*w.interpreter, first, rows);
  }
  fold.end_leaf(result);
  if (!visited_) show(w, leaf, begin, end - begin);
  if (term_->rows <= division_.block) evaluated_ = true;
}

void Walker::fold_unit(Worker& w, Fold& fold, index_t unit, double* result) {
  const index_t first = unit * division_.leaves_per_unit;
  const index_t last = std::min(first + division_.leaves_per_unit, division_.leaves);
  if (last - first == 1) return fold_leaf(w, fold, first, result);
  w.scratch.resize(stack_depth(last - first) * static_cast<std::size_t>(fold.size()));
  MergeStack stack(fold, w.scratch.data());
  for (index_t leaf = first; leaf < last; ++leaf) {
    fold_leaf(w, fold, leaf, stack.next());
    stack.push();
    if (watched_ && (leaf - first) % kLeavesToLook == kLeavesToLook - 1 && !goes_on(w)) return;
  }
  std::copy_n(stack.finish(), fold.size(), result);
}

// Cloned before the pass: once it runs, worker 0 writes to the original.
void Walker::clone(const Fold& fold) {
  clones_.resize(static_cast<std::size_t>(options_.threads - 1));
  for (std::unique_ptr<Fold>& own : clones_) {
    if (own && own->take(fold)) continue;
    own.reset();
    own = fold.clone();
  }
}

// The clock decides when somebody looks, never what is computed. Worker 0 looks, on the caller's
// thread; when that ends the pass by an exception, the others learn it here.
bool Walker::goes_on(const Worker& w) {
  if (&w != workers_.data()) return !ended_.load(std::memory_order_relaxed);
  const auto now = std::chrono::steady_clock::now();
  if (now - looked_ < options_.between_looks) return true;
  looked_ = now;
  try {
    (*options_.watch)();
  } catch (...) {
    ended_.store(true, std::memory_order_relaxed);
    throw;
  }
  return true;
}

std::span<const double> Walker::reduce(Fold& fold) {
  const auto size = static_cast<std::size_t>(fold.size());
  const index_t units = division_.units();
  if (streams_ && term_->stream->remote != nullptr && units > 0) return reduce_elsewhere(fold);
  results_.resize(size * results_of(units));
  if (units == 0) {
    fold.begin_leaf();
    fold.end_leaf(results_.data());
    return {results_.data(), size};
  }
  const auto result_of = [&](index_t unit) {
    return results_.data() + static_cast<std::size_t>(unit) * size;
  };
  watched_ = options_.watch != nullptr && *options_.watch && units >= kLongPass;
  if (watched_) {
    looked_ = std::chrono::steady_clock::now();
    ended_.store(false, std::memory_order_relaxed);
  }
  if (streams_) term_->stream->source->check();
  if (options_.threads <= 1 || units == 1) {
    Worker& w = worker(0);
    for (index_t unit = 0; unit < units; ++unit) {
      fold_unit(w, fold, unit, result_of(unit));
      if (watched_) goes_on(w);
    }
  } else {
    clone(fold);
    // What a visitor throws shall be that of the first leaf, so its pass goes in order.
    const bool in_order = !visited_;
    if (!in_order) shares_.deal(options_.threads, units);
    const auto work = [&](int index, index_t part) {
      const index_t unit = in_order ? part : shares_.take(index);
      Fold& mine = index == 0 ? fold : *clones_[static_cast<std::size_t>(index - 1)];
      Worker& own = worker(index);
      fold_unit(own, mine, unit, result_of(unit));
      if (watched_ && index == 0) goes_on(own);
    };
    const bool is_brief = term_->folded_rows() < 2 * kRowsPerThread;
    pool_->run(options_.threads, units, std::cref(work),
               is_brief ? base::Job::brief : base::Job::lengthy);
  }
  if (streams_) term_->stream->source->check();
  visited_ = made_ = true;
  if (units == 1) return {results_.data(), size};
  double* const stack_storage = result_of(units);
  MergeStack stack(fold, stack_storage);
  for (index_t unit = 0; unit < units; ++unit) {
    std::copy_n(result_of(unit), fold.size(), stack.next());
    stack.push();
  }
  return {stack.finish(), size};
}

}  // namespace nlsq::reduce
