// SPDX-License-Identifier: MIT
// Many fits from arguments to exit code. Nothing is written before everything has been checked and
// fitted.
#include "run_by.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "assignments.hpp"
#include "built_in.hpp"
#include "fit_options.hpp"
#include "group_starts.hpp"
#include "json_output.hpp"
#include "many_fits.hpp"
#include "messages.hpp"
#include "nlsq/error.hpp"
#include "nlsq/runtime.hpp"
#include "progress.hpp"
#include "stop_signal.hpp"
#include "targets.hpp"

namespace nlsq::command {
namespace {

constexpr std::size_t kMostListed = 10;

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

// How many groups may fail: a number of them or a percentage.
struct Tolerance {
  double count = 0.0;
  bool is_percent = false;
  bool allows(std::size_t failed, index_t groups) const {
    const auto most = is_percent ? count / 100.0 * static_cast<double>(groups) : count;
    return static_cast<double>(failed) <= most;
  }
};

Tolerance parse_tolerance(const std::string& text) {
  Tolerance tolerance;
  if (text.empty()) return tolerance;
  tolerance.is_percent = text.ends_with('%');
  const auto number =
      as_number(std::string_view(text).substr(0, text.size() - (tolerance.is_percent ? 1 : 0)));
  const bool is_good =
      number && *number >= 0.0 &&
      (tolerance.is_percent ? *number <= 100.0 : *number == std::floor(*number) && *number <= 1e15);
  if (!is_good) {
    throw InputError("--max-failed",
                     fmt::format("--max-failed: '{}' is neither a whole number of groups nor a "
                                 "percentage such as 1%",
                                 text));
  }
  tolerance.count = *number;
  return tolerance;
}

void refuse_options_of_one_fit(const FitArguments& arguments) {
  if (!arguments.plot.empty()) {
    throw InputError("--plot",
                     "--plot draws one fit, --by makes many; choose a group with --where instead");
  }
  for (const auto& [option, value] :
       {std::pair("--table", &arguments.table), std::pair("--predict", &arguments.predict),
        std::pair("--log", &arguments.log), std::pair("--report", &arguments.report),
        std::pair("--checkpoint", &arguments.checkpoint),
        std::pair("--min-rows", &arguments.min_rows)}) {
    if (value->empty()) continue;
    throw InputError(option, fmt::format("{} is of one fit, --by makes many; choose a group with "
                                         "--where instead",
                                         option));
  }
  for (const auto& [option, list] :
       {std::pair("--tie", &arguments.tie), std::pair("--prior", &arguments.prior),
        std::pair("--derive", &arguments.derive)}) {
    if (list->empty()) continue;
    throw InputError(option, fmt::format("{} is of one fit, --by makes many; choose a group with "
                                         "--where instead",
                                         option));
  }
  if (!arguments.memory.empty())
    throw InputError("--memory", "--memory limits one fit, --by makes many; leave it out");
  if (!arguments.device.empty() && arguments.device != "cpu" && arguments.device != "auto")
    throw InputError("--device",
                     "--device is of one fit; the many of --by run on the CPU; leave it out");
  if (!arguments.level.empty() && !arguments.json)
    throw InputError("--level", "--level: the table of --by has no intervals; --json has");
}

ManyOptions make_many_options(const FitOptions& common, const GroupStarts& starts,
                              const FitArguments& arguments) {
  ManyOptions options;
  static_cast<FitOptions&>(options) = common;
  options.starts = starts.starts;
  options.lower = starts.lower;
  options.upper = starts.upper;
  if (!arguments.time_limit.empty()) {
    options.time_limit = parse_finite(arguments.time_limit, "--time-limit");
    if (!(options.time_limit > 0.0)) {
      throw InputError(
          "--time-limit",
          fmt::format("--time-limit: {} is no positive number of seconds", arguments.time_limit));
    }
  }
  options.stop = [] { return StopSignal::received(); };
  if (arguments.verbose) {
    options.progress = [](index_t done, index_t of) {
      const std::string line = fmt::format("{} of {} groups fitted\n", done, of);
      std::fwrite(line.data(), 1, line.size(), stderr);
      std::fflush(stderr);
    };
  }
  return options;
}

// Under --missing omit.
void note_left_out(const Groups& groups, LoadedData& loaded) {
  if (loaded.n_omitted > 0) {
    loaded.notes.push_back(fmt::format("{} row{} with missing values left out", loaded.n_omitted,
                                       loaded.n_omitted == 1 ? "" : "s"));
  }
  if (groups.without_key > 0) {
    loaded.notes.push_back(fmt::format("{} row{} without a key left out", groups.without_key,
                                       groups.without_key == 1 ? "" : "s"));
  }
}

std::string listed(const Groups& groups, const std::vector<index_t>& which) {
  std::string out;
  for (std::size_t i = 0; i < std::min(which.size(), kMostListed); ++i)
    out += (i > 0 ? ", " : "") + printable(groups.label(which[i]));
  return which.size() > kMostListed ? out + ", …" : out;
}

// Groups whose data do not determine every parameter.
std::vector<index_t> unsure_groups(const ManyFits& fits) {
  std::vector<index_t> unsure;
  for (std::size_t g = 0; g < fits.flags.size(); ++g) {
    if (fits.status[g] > 0 && (fits.flags[g] & ManyFlag::undetermined) != 0)
      unsure.push_back(static_cast<index_t>(g));
  }
  return unsure;
}

void tell(const LoadedData& loaded, const GroupedData& grouped, const ManyFits& fits,
          const FitArguments& arguments) {
  if (!arguments.quiet) {
    for (const std::string& note : loaded.notes) print_note(note);
    if (!arguments.out.empty() && arguments.out != "-")
      print_note(fmt::format("{} groups; results in {}", grouped.groups.count(), arguments.out));
  }
  for (const Issue& issue : loaded.issues) print_warning(issue.sentence);
  const std::vector<index_t> unsure = unsure_groups(fits);
  if (!unsure.empty()) {
    print_warning(fmt::format("the data of {} of {} groups do not determine every parameter: {}",
                              unsure.size(), grouped.groups.count(),
                              listed(grouped.groups, unsure)));
  }
  const std::vector<index_t> failed = fits.failed();
  if (failed.empty()) return;
  print_warning(fmt::format("{} of {} groups failed: {}", failed.size(), grouped.groups.count(),
                            listed(grouped.groups, failed)));
}

// Prints a few thousand at a time: a line takes kilobytes.
void print_json_lines(const GroupedData& grouped, ManyFits& fits, const LoadedData& loaded,
                      const ManyOptions& options, const FitArguments& arguments) {
  constexpr index_t kLinesAtOnce = 4096;
  const ManyArrays arrays = fits.arrays();
  const std::string isa = chosen_isa();
  const index_t groups = grouped.groups.count();
  std::vector<std::string> lines(z(std::min(groups, kLinesAtOnce)));
  const auto make = [&](index_t first, index_t from, index_t to) {
    for (index_t i = from; i < to; ++i) {
      const index_t g = first + i;
      FitResult r = single_result(*loaded.model, *grouped.many, options, arrays, g);
      r.message = fits.message(grouped, g);
      r.engine = fits.engine;
      r.isa = isa;
      GroupLine line;
      line.n_omitted = grouped.groups.omitted[z(g)];
      for (const Keys& key : grouped.groups.keys) {
        GroupLine::Key& own = line.by.emplace_back();
        own.name = key.name;
        const index_t row = grouped.groups.first_row[z(g)];
        if (key.is_text)
          own.text = std::string(key.text[row]);
        else
          own.number = key.numbers[z(row)];
      }
      lines[z(i)] = to_json_line(r, line, loaded, options, arguments);
    }
  };
  for (index_t first = 0; first < groups; first += kLinesAtOnce) {
    const index_t count = std::min(kLinesAtOnce, groups - first);
    for_each_share(options.threads, count,
                   [&](index_t from, index_t to) { make(first, from, to); });
    std::string text;
    for (index_t i = 0; i < count; ++i) text += lines[z(i)];
    print_result(text);
  }
}

}  // namespace

int run_by(const FitArguments& arguments) {
  refuse_options_of_one_fit(arguments);
  const std::optional<OutputFile> out = table_file(arguments);
  const Tolerance tolerance = parse_tolerance(arguments.max_failed);
  const Stopwatch reading;
  LoadedData loaded = load(arguments);
  FitOptions common = make_fit_options(arguments, *loaded.model);
  add_built_in_bounds(loaded, common);
  refuse_unused_parameters(*loaded.model, common);
  // Which starts of a table replaced estimated ones is a matter of each group.
  if (loaded.built_in && arguments.p0_from.empty())
    loaded.estimated = estimated_parameters(*loaded.built_in, common);
  const GroupedData grouped =
      group_data(loaded, make_groups(loaded, arguments.missing == "omit"), common.threads);
  note_left_out(grouped.groups, loaded);
  const GroupStarts starts = find_group_starts(arguments, common, grouped, loaded);
  const ManyOptions options = make_many_options(common, starts, arguments);
  if (arguments.verbose) print_loaded(loaded, reading.milliseconds());

  std::optional<StopSignal> watch(std::in_place);
  ManyFits fits = fit_groups(*loaded.model, grouped, options,
                             static_cast<index_t>(free_parameters(*loaded.model, common).size()),
                             arguments.json);
  const bool was_stopped = StopSignal::received();
  watch.reset();

  if (arguments.json) print_json_lines(grouped, fits, loaded, options, arguments);
  if (!arguments.json || out) {
    const ResultTable table = make_result_table(grouped, fits, loaded.notes);
    const std::string text =
        out && out->format() == Format::npz ? to_npz(table) : to_csv(table, common.threads);
    if (out && !out->is_standard_output())
      out->write(text);
    else
      print_result(isatty(STDOUT_FILENO) == 1 ? printable_lines(text) : text);
  }
  tell(loaded, grouped, fits, arguments);
  if (was_stopped) return Exit::stopped;
  const bool has_warning = !loaded.issues.empty() || !unsure_groups(fits).empty();
  const bool is_good = tolerance.allows(fits.failed().size(), grouped.groups.count()) &&
                       !(arguments.strict && has_warning);
  return is_good ? Exit::converged : Exit::not_converged;
}

}  // namespace nlsq::command
