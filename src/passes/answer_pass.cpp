// SPDX-License-Identifier: MIT
// A request of a fit elsewhere over the rows that this process holds (nlsq/remote_rows.hpp).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>
#include <optional>

#include "base/environment.hpp"
#include "base/hash.hpp"
#include "columns/finite.hpp"
#include "columns/moments.hpp"
#include "columns/streams.hpp"
#include "nlsq/error.hpp"
#include "nlsq/remote_rows.hpp"
#include "problem/binding.hpp"
#include "problem/program_bytes.hpp"
#include "reduce/column_kernels.hpp"
#include "reduce/pass_server.hpp"
#include "runtime/settings.hpp"

namespace nlsq {
namespace fit_impl {
namespace {

using base::Unpacker;
using reduce::ColumnSource;
using reduce::kLeafRows;
using reduce::PassAnswer;
using reduce::PassOrder;

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

ColumnSource from_row(const ColumnSource& column, index_t row) {
  const index_t width = column.float32 ? 4 : 8;
  return {static_cast<const char*>(column.data) + row * width, column.float32};
}

engine::Isa isa_named(const std::string& name) {
  for (const engine::Isa isa : engine::available_isas()) {
    if (engine::name(isa) == name) return isa;
  }
  throw IoError(
      fmt::format("the fit computes with {}, which this machine lacks; set NLSQ_ISA={} "
                  "where the fit is started",
                  name, engine::name(engine::available_isas().front())));
}

void check_runs(std::span<const RowRun> runs, index_t held, index_t rows) {
  for (const RowRun& run : runs) {
    const index_t end = run.first + run.rows;
    const bool sound = run.first >= 0 && run.rows >= 0 && run.first % kLeafRows == 0 &&
                       (end % kLeafRows == 0 || end == rows) && end <= rows && run.at >= 0 &&
                       run.at + run.rows <= held;
    if (sound) continue;
    throw InputError("runs", fmt::format("runs: rows {} to {} of {} begin or end within a leaf of "
                                         "{}, or are not held",
                                         run.first, end, rows, kLeafRows));
  }
}

// The rows that this process holds: columns in memory, or those of a source.
struct Held {
  std::span<const Values> columns;
  const RowSource* source = nullptr;

  std::size_t count() const { return source ? source->columns().size() : columns.size(); }
  bool is_float32(std::size_t c) const {
    return source ? source->columns()[c].float32 : columns[c].float32;
  }
  index_t rows() const {
    if (source) return source->rows();
    return columns.empty() ? 0 : columns.front().size;
  }
};

// Calls visit(first row of all, values, rows) for the leaves of a column.
template <class Visit>
void for_each_leaf(const Held& held, index_t column, std::span<const RowRun> runs,
                   const Visit& visit) {
  const std::unique_ptr<RowCursor> cursor =
      held.source ? held.source->open({&column, 1}, Walk::onward) : nullptr;
  for (const RowRun& run : runs) {
    for (index_t i = 0; i < run.rows; i += kLeafRows) {
      const index_t rows = std::min(kLeafRows, run.rows - i);
      ColumnSource values{nullptr, held.is_float32(z(column))};
      if (cursor) {
        cursor->lease(run.at + i, rows, {&values.data, 1});
      } else {
        const Values& all = held.columns[z(column)];
        values = from_row({all.data, all.float32}, run.at + i);
      }
      visit(run.first + i, values, rows);
    }
  }
}

void look_at_sigma(const PassOrder& order, const Held& held, std::span<const RowRun> runs,
                   PassAnswer& answer) {
  Unpacker::check(order.column >= 0 && z(order.column) < held.count());
  index_t masked = 0, counting = order.rows, bad = -1;
  double value = 0.0;
  const auto see = [&](index_t row, double s) {
    if (std::isinf(s) && s > 0.0) {
      ++masked;
      return;
    }
    counting = std::min(counting, row);
    if (s > 0.0 || (bad >= 0 && bad < row)) return;
    bad = row;
    value = s;
  };
  for_each_leaf(held, order.column, runs,
                [&](index_t first, const ColumnSource& values, index_t rows) {
                  for (index_t i = 0; i < rows; ++i) see(first + i, value_of(values, i));
                });
  answer.found = {static_cast<double>(masked), static_cast<double>(counting),
                  static_cast<double>(bad), value};
}

// What FirstLook does with a leaf, for the process that asks.
class Look final : public reduce::LeafVisitor {
 public:
  Look(const PassOrder& order, const std::vector<std::string>& names, std::size_t columns,
       engine::Isa isa, PassAnswer& answer)
      : brief_(&order.brief), names_(&names), isa_(isa), answer_(&answer) {
    Unpacker::check(order.brief.size() >= 3 && order.brief[1] == static_cast<double>(names.size()));
    responses_ = order.brief.size() - 3;
    Unpacker::check(order.brief[2] == static_cast<double>(responses_) &&
                    columns >= names.size() + responses_);
  }

  void visit(const reduce::Leaf& leaf) override {
    if (!is_well(leaf)) return;
    const std::size_t own = names_->size();
    const bool is_weighted = leaf.columns.size() > own + responses_;
    std::vector<double> found;
    for (std::size_t r = 0; r < responses_; ++r) {
      const ColumnSource sigma = is_weighted ? leaf.columns[own + responses_ + r] : ColumnSource{};
      const Moments sums =
          moments_of_leaf((*brief_)[3 + r], leaf.rows, leaf.columns[own + r], sigma, isa_);
      found.insert(found.end(), {sums.w, sums.wd, sums.wdd, sums.log_sigma});
    }
    const std::lock_guard lock(mutex_);
    answer_->looked.push_back(leaf.number);
    answer_->found.insert(answer_->found.end(), found.begin(), found.end());
  }

 private:
  // Of several leaves that are not finite the first one is told.
  bool is_well(const reduce::Leaf& leaf) {
    if ((*brief_)[0] == 0.0) return true;
    try {
      for (std::size_t c = 0; c < names_->size(); ++c)
        check_finite(leaf.columns[c], (*names_)[c], leaf.first, leaf.rows);
    } catch (const InputError& error) {
      const std::lock_guard lock(mutex_);
      if (answer_->fault_row >= 0 && answer_->fault_row < leaf.first) return false;
      answer_->fault_row = leaf.first;
      answer_->argument = error.argument();
      answer_->message = error.what();
      return false;
    }
    return true;
  }

  const std::vector<double>* brief_;
  const std::vector<std::string>* names_;
  std::size_t responses_ = 0;
  engine::Isa isa_;
  PassAnswer* answer_;
  std::mutex mutex_;
};

std::uint64_t fingerprint_of(const reduce::Term& term, std::span<const RowRun> runs,
                             engine::Isa isa) {
  if (runs.empty()) return 0;
  const reduce::ColumnKernels& kernels = reduce::column_kernels(isa);
  std::uint64_t number = 0;
  for (const RowRun& run : runs) {
    for (const ColumnSource& column : term.columns) {
      const index_t bytes = run.rows * (column.float32 ? 4 : 8);
      number = base::hash(number ^ kernels.fingerprint(from_row(column, run.at).data, bytes));
    }
  }
  return number | 1;
}

// The term of the rows that are held, as the fit has it of all.
reduce::Term term_of(const ProgramParts& parts, const Held& held, const PassOrder& order) {
  reduce::Term term;
  term.rows = held.rows();
  std::shared_ptr<reduce::Stream> stream;
  if (held.source) stream = std::make_shared<reduce::Stream>(*held.source);
  for (std::size_t c = 0; c < parts.columns.size(); ++c) {
    const index_t column = parts.columns[c];
    Unpacker::check(column >= 0 && z(column) < held.count());
    Unpacker::check(held.is_float32(z(column)) == parts.spec.float32[c]);
    term.columns.push_back(
        {stream ? nullptr : held.columns[z(column)].data, held.is_float32(z(column))});
    if (stream) stream->columns.push_back(column);
  }
  term.stream = std::move(stream);
  Preparation preparation;
  const auto prepared = prepared_program(parts.model, parts.spec, preparation);
  term.workspaces = &prepared->workspaces;
  term.program = {prepared, &prepared->program};
  term.robust = parts.spec.loss != Loss::linear;
  for (std::size_t i = 0; i < parts.spec.free.size(); ++i)
    term.free.push_back(static_cast<index_t>(i));
  const index_t scales = parts.spec.weighting == program::Weighting::number
                             ? static_cast<index_t>(parts.model.outputs())
                             : 0;
  const index_t extras = scales + (term.robust ? 1 : 0);
  Unpacker::check(static_cast<index_t>(order.parameters.size()) ==
                  prepared->program.model_parameters + extras);
  return term;
}

void answer_fold(const PassOrder& order, const Held& held, std::span<const RowRun> runs,
                 int threads, PassAnswer& answer) {
  const engine::Isa isa = isa_named(order.isa);
  const ProgramParts parts = program_parts(order.program);
  const reduce::Term term = term_of(parts, held, order);
  std::optional<Look> look;
  if (order.looks) look.emplace(order, parts.model.columns(), term.columns.size(), isa, answer);
  reduce::WalkOptions walk = evaluator_options(threads).walk;
  walk.isa = isa;
  reduce::PassServer server(term, walk, shared_pool());
  server.answer(order, runs, answer, look ? &*look : nullptr);
  if (order.every == 1 && !term.stream) answer.fingerprint = fingerprint_of(term, runs, isa);
}

std::string answer_of(const Held& held, std::span<const RowRun> runs, std::string_view request,
                      int threads) {
  const base::EnvironmentScope environment;
  Unpacker from(request);
  const PassOrder order = PassOrder::read(from);
  check_runs(runs, held.rows(), order.rows);
  PassAnswer answer;
  answer.first_row = runs.empty() ? 0 : runs.front().first;
  if (order.task == PassOrder::Task::sigma) {
    look_at_sigma(order, held, runs, answer);
  } else {
    answer_fold(order, held, runs, threads, answer);
  }
  base::Packer to;
  answer.write(to);
  return to.take();
}

}  // namespace
}  // namespace fit_impl

std::string answer_pass(std::span<const Values> columns, std::span<const RowRun> runs,
                        std::string_view request, int threads) {
  for (const Values& column : columns) {
    if (column.size != columns.front().size)
      throw InputError("columns", "columns: they have different numbers of rows");
  }
  return fit_impl::answer_of({.columns = columns, .source = nullptr}, runs, request, threads);
}

std::string answer_pass(const RowSource& rows, std::span<const RowRun> runs,
                        std::string_view request, int threads) {
  return fit_impl::answer_of({.columns = {}, .source = &rows}, runs, request, threads);
}

}  // namespace nlsq
