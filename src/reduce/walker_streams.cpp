// SPDX-License-Identifier: MIT
// Walks over terms that are not in memory: leaves are leased from cursors and compared with those
// of the first pass, or folded by the processes that hold them. And who looks at a leaf.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "base/hash.hpp"
#include "nlsq/error.hpp"
#include "reduce/column_kernels.hpp"
#include "reduce/remote_pass.hpp"
#include "reduce/walker.hpp"

namespace nlsq::reduce {

void Walker::close_cursors() {
  for (Worker& w : workers_) w.cursor.reset();
}

// The leaf's values, padded, from a term that is not in memory.
const ColumnSource* Walker::lease(Worker& w, index_t first, index_t rows) {
  const Stream& stream = *term_->stream;
  if (!w.cursor) {
    w.cursor = stream.source->open(stream.columns,
                                   term_->every == 1 ? Walk::onward : Walk::here_and_there);
    w.leased.assign(term_->columns.begin(), term_->columns.end());
  }
  base::SmallVector<const void*, 6> values;
  values.resize(w.leased.size());
  w.cursor->lease(first, rows, values);
  for (std::size_t c = 0; c < w.leased.size(); ++c) w.leased[c].data = values[c];
  if (stream.compares()) compare(w, first, rows);
  return w.leased.data();
}

// A pass after the first finds the values of the first, or the sums of both mean nothing.
void Walker::compare(const Worker& w, index_t first, index_t rows) const {
  const ColumnKernels& kernels = column_kernels(options_.isa);
  std::uint64_t number = 0;
  for (const ColumnSource& column : w.leased)
    number = base::hash(number ^ kernels.fingerprint(column.data, rows * width_of(column)));
  const Stream& stream = *term_->stream;
  if (stream.is_as_before(first / kLeafRows, number)) return;
  throw IoError(fmt::format(
      "{}: the rows were changed while they were read: {} to {} are not what they were; a fit goes "
      "over them several times, and they must stay the same",
      stream.source->place(first), first + 1, first + rows));
}

void Walker::show(const Worker& w, index_t leaf, index_t first, index_t rows) const {
  base::SmallVector<ColumnSource, 6> columns;
  for (std::size_t c = 0; c < term_->columns.size(); ++c) {
    ColumnSource column = streams_ ? w.leased[c] : term_->columns[c];
    if (!streams_) column.data = static_cast<const char*>(column.data) + first * width_of(column);
    columns.push_back(column);
  }
  term_->visitor->visit({leaf, first, rows, {columns.begin(), columns.end()}});
}

// Other processes hold the rows and fold them.
std::span<const double> Walker::reduce_elsewhere(const Fold& fold) {
  if (options_.watch != nullptr && *options_.watch) (*options_.watch)();
  LeafVisitor* const visitor = visited_ ? nullptr : term_->visitor;
  const std::vector<double> found =
      make_remote_pass(*term_, options_.isa, fold, parameters_, visitor);
  visited_ = true;
  results_.resize(found.size());
  std::copy(found.begin(), found.end(), results_.begin());
  return {results_.data(), found.size()};
}

}  // namespace nlsq::reduce
