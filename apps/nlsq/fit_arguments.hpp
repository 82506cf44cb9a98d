// SPDX-License-Identifier: MIT
// What the user typed behind `nlsq fit`, as text; meaning is given to it by load.cpp and
// fit_options.cpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace nlsq::command {

struct FitArguments {
  std::string file, model, x, y, sigma;
  bool absolute_sigma = false;
  bool no_progressive = false;
  std::vector<std::string> p0, bounds, fix, where, expr, tie, prior, derive, share;
  std::string loss = "linear", f_scale = "1", method = "trf", x_scale = "jac", precision = "auto",
              starts = "search";
  std::string linear_solver = "auto";
  std::optional<std::string> jacobian_mode;
  std::string ftol, xtol, gtol, max_nfev, level, threads, memory;
  bool no_polish = false;
  std::string missing, min_rows, columns, delimiter, decimal, skip;
  std::string skip_after_header = "0", lines, block, comment, thousands, rows, header, time_unit;
  std::vector<std::string> na;
  std::string plot, log, table, predict, report;
  std::string scratch, raw, sheet;
  std::vector<std::string> words;  ///< of the command line
  bool melt = false;
  std::string melt_from, melt_to;  ///< of --y A1..H12
  bool json = false, verbose = false, quiet = false, strict = false, force = false;
  std::string checkpoint, device;
  /// Fits of many groups; --out and --p0-from are of single fits, too.
  std::string by, out, p0_from, bounds_from, max_failed, time_limit;
};

/// --y A1..H12: the columns from the one to the other are groups, one fit each.
FitArguments with_groups_of_range(FitArguments arguments);

/// Defines the options of `nlsq fit` on `fit`.
void add_fit_options(CLI::App& fit, FitArguments& arguments);

}  // namespace nlsq::command
