// SPDX-License-Identifier: MIT
// One fit from arguments to exit code. Nothing is printed on stdout before everything has been
// checked and fitted.
#include "run_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "assignments.hpp"
#include "built_in.hpp"
#include "drawing.hpp"
#include "earlier_result.hpp"
#include "fit_options.hpp"
#include "fitted_table.hpp"
#include "html_report.hpp"
#include "json_output.hpp"
#include "load.hpp"
#include "many_fits.hpp"
#include "messages.hpp"
#include "nlsq/error.hpp"
#include "nlsq/fit.hpp"
#include "nlsq/memory.hpp"
#include "progress.hpp"
#include "ranks.hpp"
#include "result_table.hpp"
#include "run_by.hpp"
#include "shared_groups.hpp"
#include "stop_signal.hpp"
#include "streamed.hpp"
#include "svg_plot.hpp"
#include "targets.hpp"

namespace nlsq::command {
namespace {

void refuse_too_few_rows(index_t rows, std::size_t free, const std::string& min_rows) {
  if (!min_rows.empty() && rows < parse_count(min_rows, "--min-rows", 1)) {
    throw InputError("--min-rows", fmt::format("--min-rows: {} rows are wanted, {} {} left to fit",
                                               min_rows, rows, rows == 1 ? "is" : "are"));
  }
  if (rows >= static_cast<index_t>(free)) return;
  throw InputError("data", fmt::format("{} row{} cannot determine {} free parameters", rows,
                                       rows == 1 ? "" : "s", free));
}

// Adds the line of the file to a message that names a row of the data set, as rows may have been
// left out.
std::string with_place(const std::string& message, const LoadedData& loaded) {
  const std::string mark = "in row ";
  const std::size_t at = message.find(mark);
  if (at == std::string::npos) return message;
  const std::size_t digits = at + mark.size();
  const std::size_t end = message.find_first_not_of("0123456789", digits);
  const index_t row = std::strtoll(message.c_str() + digits, nullptr, 10) - 1;
  if (end == digits || row < 0 || row >= loaded.n_rows) return message;
  std::string placed = message;
  placed.replace(at, std::min(end, message.size()) - at, "at " + loaded.place(row));
  return placed;
}

// --memory counts all columns that are held; the fit gets what they leave it.
void share_memory(const LoadedData& loaded, FitOptions& options) {
  if (options.memory_limit == 0) return;
  const index_t limit = std::exchange(options.memory_limit, 0);
  const MemoryEstimate estimate = estimate_memory(*loaded.model, loaded.data, options);
  const index_t others = loaded.held_bytes() - estimate.data;
  if (limit - others < estimate.least_limit()) {
    throw InputError("--memory", fmt::format("--memory: {} is too little; the columns take {}, the "
                                             "fit at least {}: give {}",
                                             shown_bytes(limit), shown_bytes(loaded.held_bytes()),
                                             shown_bytes(estimate.least),
                                             shown_bytes(others + estimate.least_limit())));
  }
  options.memory_limit = limit - others;
}

FitResult fit_loaded(const LoadedData& loaded, FitOptions options) {
  const StopSignal watch;
  try {
    if (!loaded.streamed) share_memory(loaded, options);
    return curve_fit(*loaded.model, loaded.data, options);
  } catch (const FormulaError&) {
    throw;
  } catch (const InputError& error) {
    throw InputError(error.argument(), with_place(error.what(), loaded));
  }
}

void write_plot(const OutputFile& file, const std::string& svg) {
  const Format format = file.format();
  file.write(format == Format::png ? png_of(svg) : format == Format::pdf ? pdf_of(svg) : svg);
}

void write_table(const OutputFile& file, const ResultTable& table, int threads) {
  file.write(file.format() == Format::npz ? to_npz(table) : to_csv(table, threads));
}

void write_result(const OutputFile& file, const FitResult& result, const LoadedData& loaded,
                  const FitOptions& options, const FitArguments& arguments) {
  if (file.format() == Format::json) {
    file.write(to_json(result, loaded, options, arguments));
    return;
  }
  std::vector<std::string> notes;
  write_table(file, make_result_row(result, notes), options.threads);
  for (const std::string& note : notes) print_note(note);
}

std::size_t count_free(const FitResult& result) {
  std::size_t free = 0;
  for (std::size_t i = 0; i < result.names.size(); ++i) {
    const bool is_tied = !result.tied.empty() && !result.tied[i].empty();
    if (!result.fixed[i] && !is_tied) ++free;
  }
  return free;
}

int exit_code(const FitResult& result, bool is_strict) {
  if (result.status == Status::stopped) return Exit::stopped;
  const bool is_good = result.success && !(is_strict && !result.issues.empty());
  return is_good ? Exit::converged : Exit::not_converged;
}

}  // namespace

int run_fit(const FitArguments& given) {
  Ranks* const ranks = Ranks::current();
  if (ranks != nullptr && !ranks->is_first()) return ranks->follow(given);
  const FitArguments arguments = with_groups_of_range(given);
  refuse_shared_files(arguments);
  if (!arguments.share.empty() && arguments.by.empty())
    throw InputError("--share", "--share is for the groups of a table: give --by COLUMN");
  if (!arguments.by.empty()) {
    if (const std::string why = why_streamed(arguments); !why.empty())
      refuse_options_of_memory(arguments, why);
    if (arguments.share.empty()) return run_by(arguments);
  }
  refuse_options_of_groups(arguments);
  const std::optional<OutputFile> plot = plot_file(arguments);
  const PlotScales scales = parse_scales(arguments.log);
  const std::optional<OutputFile> report = report_file(arguments);
  if (!arguments.log.empty() && !plot && !report)
    throw InputError("--log", "--log is about the axes of --plot, which is not given");
  const std::optional<OutputFile> out =
      arguments.out.empty() ? std::nullopt : table_file(arguments);
  const std::optional<OutputFile> curve = curve_file(arguments);
  const Stopwatch reading;
  LoadedData loaded = load(arguments);
  if (!arguments.share.empty()) join_groups(arguments, loaded);
  FitOptions options = make_fit_options(arguments, *loaded.model);
  if (options.loss == Loss::linear && options.f_scale != 1.0)
    loaded.notes.push_back("--f-scale does nothing without a robust --loss: soft_l1, huber, …");
  if (!arguments.p0_from.empty())
    add_earlier_starts(arguments.p0_from, loaded, options, loaded.notes);
  add_built_in_defaults(loaded, options);
  refuse_unused_parameters(*loaded.model, options);
  refuse_too_few_rows(loaded.n_rows + static_cast<index_t>(options.priors.size()),
                      free_parameters(*loaded.model, options).size(), arguments.min_rows);
  std::optional<Places> places;
  if (!arguments.predict.empty()) places.emplace(arguments, loaded);
  Progress progress(arguments.verbose);
  progress.loaded(loaded, reading.milliseconds());
  options.checkpoint = arguments.checkpoint;
  if (!arguments.checkpoint.empty()) options.checkpoint_data = identity_of_files(arguments);
  options.stop = [] { return StopSignal::received(); };
  if (loaded.streamed) {
    options.check_finite = true;
    if (arguments.verbose) options.before_pass = [&] { progress.passing(*loaded.streamed); };
  } else if (arguments.verbose) {
    options.callback = [&](const Iteration& step) {
      progress.step(step);
      return false;
    };
  }

  FitResult result = fit_loaded(loaded, options);
  // Masked rows and the elements of indexed parameters are known only now.
  refuse_too_few_rows(result.n, count_free(result), arguments.min_rows);
  for (const Issue& issue : loaded.issues) result.warn(issue);
  progress.finished(result);
  if (ranks != nullptr && arguments.verbose) print_note(ranks->traffic());
  ResultTable rows;
  if (curve) {
    rows = places ? places->table(result, loaded, options.level)
                  : fitted_table(result, loaded, options.level);
  }
  if (!arguments.quiet) {
    for (const std::string& note : loaded.notes) print_note(note);
  }
  for (const Issue& issue : result.issues)
    print_warning(fmt::format("{} [{}]", issue.sentence, to_string(issue.id)));
  if (arguments.json) {
    print_result(to_json(result, loaded, options, arguments));
  } else {
    // What is written to standard output leaves the report the other one.
    const auto takes_output = [](const std::optional<OutputFile>& file) {
      return file && file->is_standard_output();
    };
    const bool is_taken =
        takes_output(plot) || takes_output(report) || takes_output(out) || takes_output(curve);
    std::FILE* const to = is_taken ? stderr : stdout;
    print_result(
        result.report({.color = wants_color(to), .level = options.level, .warnings = false}) +
            about_estimated_starts(loaded, options),
        to);
  }
  if (out) write_result(*out, result, loaded, options, arguments);
  if (report) report->write(html_report(result, loaded, options, arguments, scales));
  if (curve) write_table(*curve, rows, options.threads);
  if (plot) write_plot(*plot, plot_of(result, loaded, options.level, scales));
  return exit_code(result, arguments.strict);
}

}  // namespace nlsq::command
