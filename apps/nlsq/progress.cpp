// SPDX-License-Identifier: MIT
// Lines on stderr, flushed one by one so that a watcher sees them at once.
#include "progress.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "nlsq/log.hpp"
#include "nlsq/runtime.hpp"

namespace nlsq::command {
namespace {

void print_line(const std::string& line) {
  const std::string text = printable_lines(line);
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fputc('\n', stderr);
  std::fflush(stderr);
}

}  // namespace

Progress::Progress(bool verbose) : verbose_(verbose) {
  if (!verbose_) return;
  set_log_sink([](LogLevel, std::string_view line) { print_line(std::string(line)); });
}

Progress::~Progress() {
  if (verbose_) set_log_sink({});
}

void print_loaded(const LoadedData& loaded, double milliseconds) {
  print_line(fmt::format("{}: {} rows and {} columns read, {} rows fitted, {:.1f} ms",
                         loaded.columns->table().source(),
                         loaded.streamed ? loaded.n_rows : loaded.columns->rows(),
                         loaded.columns->names().size(), loaded.n_rows, milliseconds));
}

void Progress::loaded(const LoadedData& loaded, double milliseconds) const {
  if (verbose_) print_loaded(loaded, milliseconds);
}

void Progress::step(const Iteration& step) {
  if (!verbose_) return;
  if (!has_heading_) {
    print_line(fmt::format("{:>6} {:>6} {:>18} {:>12} {:>12} {:>12}", "step", "nfev", "cost",
                           "reduction", "step norm", "optimality"));
  }
  const std::string reduction = has_heading_ ? fmt::format("{:.3e}", cost_ - step.cost) : "";
  print_line(fmt::format("{:>6} {:>6} {:>18.10e} {:>12} {:>12.3e} {:>12.3e}", step.iteration,
                         step.nfev, step.cost, reduction, step.step_norm, step.optimality));
  has_heading_ = true;
  cost_ = step.cost;
}

void Progress::passing(const CountedRows& rows) {
  constexpr double kEach = 1000.0;  // ms
  const double now = passing_.milliseconds();
  if (now - shown_ < kEach) return;
  shown_ = now;
  const auto taken = static_cast<double>(rows.taken());
  print_line(fmt::format("pass {:.2f} over the rows, {:.1f} s, {:.3g} rows/s",
                         taken / static_cast<double>(rows.rows()), now / 1000.0,
                         1000.0 * taken / now));
}

void Progress::finished(const FitResult& r) const {
  if (!verbose_) return;
  print_line(fmt::format(
      "engine {} ({}), fold {}, derivatives {}, condition {:.2g}, rank {}, fit {:.1f} ms", r.engine,
      r.isa, r.fold, r.derivative_order, r.condition, r.rank, r.elapsed_ms));
}

}  // namespace nlsq::command
