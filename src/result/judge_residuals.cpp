// SPDX-License-Identifier: MIT
// Residuals in the order of each axis and, with several axes, of the fitted value.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "columns/row_order.hpp"
#include "columns/streams.hpp"
#include "reduce/column_kernels.hpp"
#include "result/judgement.hpp"
#include "stats/digits.hpp"
#include "stats/periodogram.hpp"
#include "stats/replicates.hpp"
#include "stats/serial.hpp"

namespace nlsq {
namespace fit_impl {
namespace {

constexpr index_t kFewRows = 24;
constexpr index_t kMostRows = 1024;
constexpr index_t kRuns = 4;            // of rows that are not at hand
constexpr index_t kShortRun = 64;       // rows next to each other, at least
constexpr index_t kRun = 256;           // and at most
constexpr index_t kJudgedShare = 16;    // of so many rows one is looked at, where runs allow it
constexpr std::size_t kSpectrum = 256;  // rows
constexpr double kExact = 1e-26;        // of the sum of squares about the mean: rounding
constexpr double kNothing = 1e-6;       // R² that is none
constexpr double kLittle = 0.5;         // R² below which a spectrum is looked at
constexpr double kAgainst = -0.3;       // a correlation below which it is, too
constexpr double kRareMeans = 1e-6;     // p of the lack of fit
constexpr double kShareOfMeans = 0.3;   // of the sum of squares
constexpr double kRarePeak = 1e-4;      // p of a peak

constexpr std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

// Worth a spectrum: little is explained, or residuals alternate.
bool is_odd(const stats::SerialSums& sums, double r_squared) {
  return r_squared < kLittle || sums.correlation() < kAgainst || sums.second() < kAgainst;
}

struct Serial {
  stats::SerialSums sums;
  std::string order;
};

// Residuals in an order, of groups with the same x the means times √rows.
std::vector<double> means(const RowOrder& order, std::span<const double> f) {
  std::vector<double> out;
  out.reserve(order.ends.size());
  index_t first = 0;
  for (const index_t end : order.ends) {
    double sum = 0.0;
    for (index_t i = first; i < end; ++i) sum += f[z(order.rows[z(i)])];
    out.push_back(sum / std::sqrt(static_cast<double>(end - first)));
    first = end;
  }
  return out;
}

std::vector<double> picked(std::span<const double> values, const std::vector<index_t>& rows) {
  std::vector<double> out;
  out.reserve(rows.size());
  for (const index_t row : rows) out.push_back(values[z(row)]);
  return out;
}

class Judge {
 public:
  Judge(const JudgedRows& rows, FitResult& result) : rows_(&rows), result_(&result) {}

  void run() {
    look_along_axes();
    const std::size_t axes = rows_->axes.size();
    const bool correlated =
        serial_ && stats::go_together(serial_->sums, axes > 1 ? static_cast<int>(axes) + 1 : 1);
    if (!correlated) {
      look_at_means();
      look_for_oscillation();
    }
    if (!(correlated || lack_ || peak_) || stats::are_digits(rows_->y, rows_->r)) return;
    if (result_->r_squared <= kNothing) return say_no_better();
    if (correlated) say_correlated();
    if (lack_) say_lack();
    if (peak_) say_peak();
  }

 private:
  void take(const RowOrder& order, const std::string& name) {
    const std::vector<double> r =
        order.has_ties() ? means(order, rows_->f) : picked(rows_->f, order.rows);
    Serial found{stats::serial_sums(r), name};
    if (static_cast<index_t>(r.size()) < kFewRows) found.sums.next = found.sums.four = {};
    if (!serial_ || found.sums.z() > serial_->sums.z()) serial_ = std::move(found);
  }

  void look_along_axes() {
    const auto& axes = rows_->axes;
    for (std::size_t k = 0; k < axes.size(); ++k) {
      RowOrder order = order_by(axes, k);
      take(order, "'" + rows_->names[k] + "'");
      if (k == 0) first_ = std::move(order);
    }
    if (axes.size() < 2) return;
    std::vector<double> fitted(rows_->y);
    for (std::size_t i = 0; i < fitted.size(); ++i) fitted[i] += rows_->r[i];
    take(order_by({&fitted, 1}, 0), "the fitted value");
  }

  void look_at_means() {
    if (!first_.has_ties()) return;
    const stats::LackOfFit found = stats::lack_of_fit(picked(rows_->f, first_.rows), first_.ends);
    if (found.p < kRareMeans && found.share > kShareOfMeans) lack_ = found;
  }

  void look_for_oscillation() {
    const stats::SerialSums& sums = serial_->sums;
    if (!rows_->may_oscillate || rows_->axes.size() != 1 || !is_odd(sums, result_->r_squared))
      return;
    std::vector<index_t> some(first_.rows);
    if (some.size() > kSpectrum) some.resize(kSpectrum);
    const stats::SpectralPeak found =
        stats::periodogram_peak(picked(rows_->axes.front(), some), picked(rows_->f, some));
    if (found.p < kRarePeak) peak_ = found;
  }

  void say(IssueId id, std::string sentence, std::vector<std::pair<std::string, double>> numbers) {
    for (const Issue& issue : result_->issues) {
      if (issue.id == id) return;  // of another response
    }
    result_->warn({id, std::move(sentence), {}, std::move(numbers)});
  }

  void say_no_better() {
    say(IssueId::no_better_than_mean,
        "the model explains no more than the mean of the data, though they follow a course: start "
        "elsewhere, from several starts if need be",
        {{"r_squared", result_->r_squared}, {"z", serial_->sums.z()}});
  }

  void say_correlated() {
    say(IssueId::correlated_residuals,
        fmt::format("residuals go together in the order of {}: the model misses the data, or their "
                    "errors are not independent; look at them, start elsewhere or extend the model",
                    serial_->order),
        {{"z", serial_->sums.z()}, {"correlation", serial_->sums.correlation()}});
  }

  void say_lack() {
    say(IssueId::lack_of_fit,
        "the model misses the means of repeated measurements by more than their scatter: look at "
        "the residuals, start elsewhere or extend the model",
        {{"p", lack_->p}, {"share", lack_->share}});
  }

  void say_peak() {
    say(IssueId::periodic_residuals,
        fmt::format("the residuals oscillate along '{}' with a frequency of {:.4g}: start there or "
                    "extend the model",
                    rows_->names.front(), peak_->frequency),
        {{"frequency", peak_->frequency}, {"power", peak_->power}, {"p", peak_->p}});
  }

  const JudgedRows* rows_;
  FitResult* result_;
  std::optional<Serial> serial_;
  RowOrder first_;
  std::optional<stats::LackOfFit> lack_;
  std::optional<stats::SpectralPeak> peak_;
};

// Where the rows that are looked at begin, and how many there are each time.
struct Runs {
  std::array<index_t, kRuns> first{};
  std::size_t count = 1;
  index_t rows = 0;
};

Runs all_of(index_t rows) { return {{}, 1, rows}; }

Runs some_of(index_t rows) {
  // A power of two, so that a run is made of whole vectors.
  index_t run = kShortRun;
  while (run < kRun && 2 * kRuns * run * kJudgedShare <= rows) run *= 2;
  if (rows <= kRuns * run) return all_of(rows);
  Runs runs{{}, z(kRuns), run};
  for (index_t k = 0; k < kRuns; ++k) runs.first[z(k)] = k * ((rows - run) / (kRuns - 1));
  return runs;
}

bool oscillates(const reduce::Term& term) {
  return std::ranges::any_of(term.program->value.row, [](const program::Instruction& i) {
    return i.code == program::Code::sin || i.code == program::Code::cos ||
           i.code == program::Code::sincos;
  });
}

// The columns of one response in its runs.
class TermRows {
 public:
  TermRows(const TermView& view, const reduce::Term& term, std::size_t output, const Runs& runs)
      : view_(&view),
        term_(&term),
        response_(&view.data->responses()[output]),
        runs_(runs),
        columns_(view.model->columns().size()),
        output_(output) {
    if (!term.stream) return;
    held_.assign(term.columns.begin(), term.columns.end());
    memory_.resize(held_.size() * runs.count * z(runs.rows));
    fit_impl::gather(term, {runs.first.data(), runs.count}, runs.rows, memory_.data(), held_);
  }

  // Rows that are in order, as most are, are done with two sums, unless those are odd.
  bool is_unsuspicious(std::span<const double> f, engine::Isa isa, double r_squared) const {
    if (columns_ != 1 || term_->columns[0].float32) return false;
    const auto* const x =
        static_cast<const double*>(is_held() ? held_[0].data : term_->columns[0].data);
    const reduce::ColumnKernels& kernels = reduce::column_kernels(isa);
    stats::SerialSums sums;
    for (std::size_t k = 0; k < runs_.count; ++k) {
      const reduce::NeighbourSums run =
          kernels.neighbours(f.data() + k * z(runs_.rows), x + place(k, 0), runs_.rows);
      if (!run.rises && !run.falls) return false;
      sums.next.sum += run.one;
      sums.next.squares += run.one_squares;
      sums.four.sum += run.four;
      sums.four.squares += run.four_squares;
      sums.skipped += run.skipped;
      sums.energy += run.energy;
    }
    return !stats::go_together(sums) && !(is_odd(sums, r_squared) && oscillates(*term_));
  }

  JudgedRows gather(std::span<const double> f) const {
    JudgedRows rows;
    rows.names = view_->model->columns();
    rows.axes.resize(columns_);
    for (std::vector<double>& axis : rows.axes) axis.reserve(f.size());
    for (std::vector<double>* values : {&rows.f, &rows.y, &rows.r}) values->reserve(f.size());
    rows.may_oscillate = oscillates(*term_);
    for (std::size_t k = 0; k < runs_.count; ++k) {
      for (index_t i = 0; i < runs_.rows; ++i) add(place(k, i), f[k * z(runs_.rows) + z(i)], rows);
    }
    return rows;
  }

 private:
  bool is_held() const { return !held_.empty(); }

  // Where row i of run k is: in the columns, or in what is held of them.
  index_t place(std::size_t k, index_t i) const {
    return (is_held() ? static_cast<index_t>(k) * runs_.rows : runs_.first[k]) + i;
  }

  double value(std::size_t column, index_t at) const {
    return value_of(is_held() ? held_[column] : term_->columns[column], at);
  }

  double response(index_t at) const { return value(columns_ + output_, at); }

  double sigma(index_t at) const {
    if (response_->sigma.size > 0)
      return value(columns_ + term_->program->outputs.size() + output_, at);
    return response_->sigma_number > 0.0 ? response_->sigma_number : 1.0;
  }

  void add(index_t row, double f, JudgedRows& rows) const {
    bool counts = std::isfinite(f) && std::isfinite(sigma(row));
    for (std::size_t c = 0; c < columns_; ++c) counts = counts && std::isfinite(value(c, row));
    if (!counts) return;
    for (std::size_t c = 0; c < columns_; ++c) rows.axes[c].push_back(value(c, row));
    rows.f.push_back(f);
    rows.y.push_back(response(row));
    rows.r.push_back(f * sigma(row));
  }

  const TermView* view_;
  const reduce::Term* term_;
  const Dataset::Response* response_;
  Runs runs_;
  std::size_t columns_;  // of the model: the first ones of the program; then responses and sigmas
  std::size_t output_;
  std::vector<reduce::ColumnSource> held_;  // of a term that is not in memory: all runs
  std::vector<double> memory_;
};

void judge_output(const TermView& view, const reduce::Term& term, std::size_t t, std::size_t output,
                  const solve::Outcome& outcome, reduce::DataEvaluator& evaluator, engine::Isa isa,
                  FitResult& result) {
  std::array<double, z(kMostRows)> room;
  std::span<const double> f = evaluator.held_residuals(outcome.x, t, output);
  Runs runs = all_of(term.rows);
  if (f.empty() || term.rows > kMostRows) {
    runs = some_of(term.rows);
    const std::span<double> some(room.data(), runs.count * z(runs.rows));
    evaluator.some_residuals(outcome.x, t, output, {runs.first.data(), runs.count}, some);
    f = some;
  }
  const TermRows rows(view, term, output, runs);
  if (!rows.is_unsuspicious(f, isa, result.r_squared)) judge_rows(rows.gather(f), result);
}

}  // namespace

// The rows themselves; then sorting them by an axis, the order kept beside it and the values in it,
// or the digits.
index_t judged_bytes(const reduce::Term& term, const reduce::WalkOptions& walk) {
  if (term.rows < kFewRows) return 0;
  const bool is_one_block = term.rows <= reduce::Walker::block_of(term, walk);
  const Runs runs = is_one_block ? all_of(term.rows) : some_of(term.rows);
  const index_t rows = static_cast<index_t>(runs.count) * runs.rows;
  const auto outputs = static_cast<index_t>(term.program->outputs.size());
  // Beside x a column may be that of sigma, of one for each output.
  index_t axes = std::max<index_t>(1, static_cast<index_t>(term.columns.size()) - outputs);
  if (axes == 1 + outputs) axes = 1;
  return 8 * rows * (axes + 3 + (axes > 1 ? 7 : 4));
}

void judge_residuals(std::span<const TermView> views, std::span<const reduce::Term> terms,
                     const solve::Outcome& outcome, reduce::DataEvaluator& evaluator,
                     engine::Isa isa, FitResult& result) {
  if (!result.success || result.dof == 0 || result.rss <= kExact * result.tss) return;
  for (std::size_t t = 0; t < terms.size(); ++t) {
    const reduce::Term& term = terms[t];
    if (term.rows < kFewRows || views[t].model->columns().empty()) continue;
    for (std::size_t o = 0; o < term.program->outputs.size(); ++o) {
      judge_output(views[t], term, t, o, outcome, evaluator, isa, result);
    }
  }
}

}  // namespace fit_impl

void judge_rows(const JudgedRows& rows, FitResult& result) {
  const bool enough = static_cast<index_t>(rows.f.size()) >= fit_impl::kFewRows;
  if (result.success && enough && !rows.axes.empty()) fit_impl::Judge(rows, result).run();
}

}  // namespace nlsq
