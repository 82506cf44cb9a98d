// SPDX-License-Identifier: MIT
#include "columns/streams.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "nlsq/error.hpp"
#include "nlsq/rows.hpp"

namespace nlsq::fit_impl {
namespace {

// Up to so many rows a fit may take other ways than passes over leaves (docs/adr/0007), and their
// copy takes little: 1 MiB a column.
constexpr index_t kFewRows = 131072;

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

}  // namespace

void refuse_streamed(const Dataset& data, const char* what) {
  if (!data.is_streamed()) return;
  throw InputError("data",
                   fmt::format("data: {} needs its rows in memory, these come from a source; "
                               "read those that matter",
                               what));
}

double value_at(const Values& values, index_t row) {
  const SourceColumn* const column = values.of_source();
  if (column == nullptr) return values[row];
  double room = 0.0;
  void* const to = &room;
  column->source->read(row, 1, {&column->index, 1}, {&to, 1});
  return value_of({to, column->float32}, 0);
}

std::vector<double> values_at(const Values& values, std::span<const index_t> rows) {
  std::vector<double> found(rows.size());
  const SourceColumn& column = *values.of_source();
  if (column.float32 || !std::is_sorted(rows.begin(), rows.end())) {
    for (std::size_t i = 0; i < rows.size(); ++i) found[i] = value_at(values, rows[i]);
    return found;
  }
  void* const to = found.data();
  column.source->gather(rows, 1, {&column.index, 1}, {&to, 1});
  return found;
}

void for_each_leaf(
    const Values& values,
    const std::function<bool(index_t first, reduce::ColumnSource, index_t rows)>& visit) {
  const SourceColumn& column = *values.of_source();
  const auto cursor = column.source->open({&column.index, 1}, Walk::onward);
  for (index_t first = 0; first < values.size; first += reduce::kLeafRows) {
    const index_t rows = std::min(reduce::kLeafRows, values.size - first);
    const void* leaf = nullptr;
    cursor->lease(first, rows, {&leaf, 1});
    if (!visit(first, {leaf, column.float32}, rows)) return;
  }
}

void gather(const reduce::Term& term, std::span<const index_t> firsts, index_t width, double* to,
            std::span<reduce::ColumnSource> columns) {
  std::vector<void*> places;
  for (reduce::ColumnSource& column : columns) {
    places.push_back(to);
    column.data = to;
    to += firsts.size() * z(width);
  }
  term.stream->source->gather(firsts, width, term.stream->columns, places);
}

bool ResidentCopy::serves(const Dataset& data) {
  return data.is_streamed() && !data.responses().empty() &&
         data.responses().front().y.size <= kFewRows;
}

ResidentCopy::ResidentCopy(const Model& model, const Dataset& data) {
  const Columns columns = find_columns(model, data);
  for (std::size_t c = 0; c < columns.size(); ++c)
    copy_.column(model.columns()[c], copied(columns[c]));
  for (const Dataset::Response& response : data.responses()) {
    copy_.response(copied(response.y));
    if (response.sigma.size > 0) copy_.sigma(copied(response.sigma));
    if (response.sigma_number > 0.0) copy_.sigma(response.sigma_number);
  }
}

// float32 values stay what they are, two in the room of one.
Values ResidentCopy::copied(const Values& values) {
  const SourceColumn* const column = values.of_source();
  if (column == nullptr) return values;
  std::vector<double>& memory = memory_.emplace_back(z(values.size));
  void* const to = memory.data();
  if (values.size > 0) column->source->read(0, values.size, {&column->index, 1}, {&to, 1});
  Values copy;
  copy.data = to;
  copy.size = values.size;
  copy.float32 = values.float32;
  return copy;
}

void refuse_for_streams(const FitOptions& options) {
  const bool is_on_device =
      !options.device.empty() && options.device != "cpu" && options.device != "auto";
  const char* const what = !options.ties.empty()                           ? "ties"
                           : !options.priors.empty()                       ? "priors"
                           : !options.derived.empty()                      ? "derived"
                           : options.linear_solver == LinearSolver::sparse ? "linear_solver"
                           : is_on_device                                  ? "device"
                                                                           : nullptr;
  if (what == nullptr) return;
  throw InputError(what, fmt::format("{}: not for rows that are read in pieces; leave it out, or "
                                     "read the columns into memory",
                                     what));
}

}  // namespace nlsq::fit_impl
