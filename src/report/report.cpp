// SPDX-License-Identifier: MIT
// The report of a fit: why it ended, the parameters, strong correlations, goodness of fit, what the
// errors mean. At most 100 columns wide unless a name or number leaves no choice.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/printable.hpp"
#include "nlsq/result.hpp"
#include "report/measurement.hpp"
#include "report/text_table.hpp"

namespace nlsq {
namespace {

using fit_impl::Cell;
using fit_impl::Styles;
using fit_impl::TextTable;

constexpr std::size_t kWidth = 100;
constexpr std::size_t kLongestName = 28;
constexpr std::size_t kMostOfText = 2000;
constexpr double kStrong = 0.95;
constexpr std::size_t kMostCorrelations = 10;

std::string shown_name(const std::string& name) {
  return fit_impl::shortened(base::printable(name, kMostOfText), kLongestName);
}

std::string status_word(const FitResult& r) {
  return r.success ? "Converged" : r.status == Status::stopped ? "Stopped" : "Not converged";
}

std::string elapsed(double milliseconds) {
  if (milliseconds < 1000.0) return fmt::format("{:.3g} ms", milliseconds);
  return fmt::format("{:.3g} s", milliseconds / 1000.0);
}

std::string counted(index_t n, const char* what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

std::string heading(const FitResult& r, const Styles& styles) {
  std::string out;
  if (!r.model.empty()) {
    out += styles.strong("Model") + std::string(10, ' ') +
           fit_impl::wrapped(base::printable(r.model, kMostOfText), kWidth - 15, 15) + "\n";
  }
  const std::string word = status_word(r);
  out += (r.success ? styles.good(word) : styles.bad(word)) + std::string(15 - word.size(), ' ') +
         fit_impl::wrapped(base::printable(r.message.str(), kMostOfText), kWidth - 15, 15) + "\n";
  const std::string loss = r.loss == "linear" ? "" : ", loss " + r.loss;
  return out + std::string(15, ' ') +
         fmt::format("{} of the model, {}, method {}{}, {}\n", counted(r.nfev, "evaluation"),
                     counted(r.iterations, "step"), r.method, loss, elapsed(r.elapsed_ms));
}

std::string flags_of(const FitResult& r, std::size_t i) {
  const bool is_tied = !r.tied.empty() && !r.tied[i].empty();
  if (is_tied) return "= " + base::printable(r.tied[i], kMostOfText);
  if (r.fixed[i]) return "";
  std::string flags;
  if (r.at_bound[i] != 0) flags = r.at_bound[i] < 0 ? "at lower bound" : "at upper bound";
  if (r.defaulted[i])
    flags += fmt::format("{}{} start {:.6g}", flags.empty() ? "" : ", ",
                         r.start_source == "search" ? "found" : "default", r.p0[i]);
  return flags;
}

// Name, value, ± error, relative error, interval of a quantity.
std::vector<Cell> quantity_row(const std::string& name, double value, double error, bool is_fixed,
                               const std::pair<double, double>& interval) {
  using namespace fit_impl;
  std::vector<Cell> row{{"  " + shown_name(name)}};
  if (!(error > 0.0) || std::isinf(error)) {
    row.push_back({plain(value, error == 0.0 ? 10 : 6)});
    row.push_back({is_fixed ? "fixed" : error == 0.0 ? "± 0" : "undetermined"});
    row.push_back({""});
    row.push_back({""});
  } else {
    const Notation notation = notation_of(value, error);
    const std::string power = power_of_ten(notation);
    row.push_back({(power.empty() ? "" : "(") + mantissa(value, notation)});
    row.push_back({"± " + error_text(error, notation) + (power.empty() ? "" : ")" + power)});
    row.push_back({value == 0.0 ? "" : fmt::format("{:.2g} %", 100.0 * std::abs(error / value))});
    row.push_back({"[" + mantissa(interval.first, notation) + ", " +
                   mantissa(interval.second, notation) + "]" + power});
  }
  return row;
}

// The same and flags, of a parameter.
std::vector<Cell> parameter_row(const FitResult& r, std::size_t i,
                                const std::pair<double, double>& interval, const Styles& styles) {
  std::vector<Cell> row = quantity_row(r.names[i], r.popt[i], r.perr[i], r.fixed[i], interval);
  Cell flags{flags_of(r, i)};
  if (r.at_bound[i] != 0) flags.style = styles.warning_code();
  row.push_back(flags);
  return row;
}

std::string parameters(const FitResult& r, double level, const Styles& styles) {
  TextTable table({{"Parameter"},
                   {"value"},
                   {"± std. error"},
                   {"relative"},
                   {fmt::format("{:g} % interval", 100 * level)},
                   {""}},
                  "lrjrll");
  const auto intervals = r.intervals(level);
  for (std::size_t i = 0; i < r.names.size(); ++i)
    table.add(parameter_row(r, i, intervals[i], styles));
  return table.text(styles, kWidth, 5, 3);
}

std::string derived_quantities(const FitResult& r, double level, const Styles& styles) {
  if (r.derived.empty()) return "";
  TextTable table({{"Derived"},
                   {"value"},
                   {"± std. error"},
                   {"relative"},
                   {fmt::format("{:g} % interval", 100 * level)},
                   {""}},
                  "lrjrll");
  const auto intervals = r.derived_intervals(level);
  for (std::size_t i = 0; i < r.derived.size(); ++i) {
    const FitResult::Derived& each = r.derived[i];
    std::vector<Cell> row = quantity_row(each.name, each.value, each.error, false, intervals[i]);
    row.push_back({"= " + base::printable(each.expression, kMostOfText)});
    table.add(row);
  }
  return table.text(styles, kWidth, 5, 3) + "\n";
}

std::string correlations(const FitResult& r, const Styles& styles) {
  struct Pair {
    std::size_t i, j;
    double r;
  };
  const std::size_t n = r.names.size();
  const std::vector<double> matrix = r.correlation();
  if (matrix.empty()) return "";
  std::vector<Pair> strong;
  const auto is_tied = [&](std::size_t i) { return !r.tied.empty() && !r.tied[i].empty(); };
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) {
      if (is_tied(i) || is_tied(j)) continue;
      if (std::abs(matrix[i * n + j]) >= kStrong) strong.push_back({i, j, matrix[i * n + j]});
    }
  }
  if (strong.empty()) return "";
  std::stable_sort(strong.begin(), strong.end(),
                   [](const Pair& a, const Pair& b) { return std::abs(a.r) > std::abs(b.r); });
  std::string out = styles.strong(fmt::format("Strong correlations (|r| ≥ {})", kStrong)) + "\n";
  for (std::size_t k = 0; k < strong.size() && k < kMostCorrelations; ++k) {
    const Pair& pair = strong[k];
    const int digits = std::abs(pair.r) > 0.9999 ? 8 : 4;
    out += fmt::format("  {:+.{}f}  {} and {}\n", pair.r, digits, shown_name(r.names[pair.i]),
                       shown_name(r.names[pair.j]));
  }
  if (strong.size() > kMostCorrelations)
    out += fmt::format("  and {} more\n", strong.size() - kMostCorrelations);
  return out + "\n";
}

std::string number(double x) { return std::isnan(x) ? "undefined" : fmt::format("{:.6g}", x); }

// R² near 1 is told by what is missing.
std::string r_squared_text(double r2) {
  const double rest = 1.0 - r2;
  return rest > 0.0 && rest < 1e-5 ? fmt::format("1 - {:.3g}", rest) : number(r2);
}

std::string goodness(const FitResult& r, const Styles& styles) {
  TextTable table({{"Goodness of fit"}, {""}, {""}, {""}}, "lrlr");
  const auto add = [&](const std::string& a, const std::string& b, const std::string& c,
                       const std::string& d) {
    table.add({{"  " + a}, {b}, {"    " + c}, {d}});
  };
  const bool has_response = !std::isnan(r.tss);
  add("rows", std::to_string(r.n), has_response ? "R²" : "cost",
      has_response ? r_squared_text(r.r_squared) : number(r.cost));
  add("degrees of freedom", std::to_string(r.dof), "adjusted R²",
      has_response ? r_squared_text(r.adj_r_squared) : "undefined");
  add(r.has_sigma ? "χ²" : "sum of squares", number(r.rss),
      r.has_sigma ? "RMSE (in sigma)" : "RMSE", number(r.rmse));
  add(r.has_sigma ? "reduced χ²" : "residual variance", number(r.reduced_chi2), "AIC",
      number(r.aic));
  const bool has_p = r.has_sigma && r.absolute_sigma;
  const bool is_robust = r.loss != "linear";
  add(has_p       ? "P(larger χ²)"
      : is_robust ? "cost (" + r.loss + ")"
                  : "",
      has_p       ? number(r.p_value)
      : is_robust ? number(r.cost)
                  : "",
      "BIC", number(r.bic));
  std::string out = table.text(styles, kWidth);
  if (r.n_priors > 0)
    out += fmt::format("  {} of the rows {}\n", r.n_priors,
                       r.n_priors == 1 ? "is a prior" : "are priors");
  if (r.n_masked > 0)
    out += fmt::format("  {} of infinite sigma left out\n", counted(r.n_masked, "row"));
  return out;
}

std::string about_errors(const FitResult& r) {
  const double scale = std::sqrt(r.dof > 0 ? 2.0 * r.cost / static_cast<double>(r.dof) : 0.0);
  const char* root = r.loss == "linear" ? "√(reduced χ²)" : "√(2·cost/dof)";
  if (r.absolute_sigma && !r.has_sigma)
    return "Standard errors are those of sigma = 1 (--absolute-sigma).";
  if (r.absolute_sigma) return "Standard errors follow from sigma as given (--absolute-sigma).";
  if (r.dof == 0) return "No standard errors: there are no more rows than free parameters.";
  if (!r.has_sigma) {
    return fmt::format(
        "Standard errors follow from the scatter of the residuals, {:.4g}; no sigma was given.",
        scale);
  }
  return fmt::format(
      "Standard errors are scaled by {} = {:.4g}: only the ratios of sigma count. --absolute-sigma "
      "takes "
      "sigma as given.",
      root, scale);
}

}  // namespace

std::string FitResult::report(const ReportOptions& options) const {
  const Styles styles(options.color);
  std::string out = heading(*this, styles) + "\n" + parameters(*this, options.level, styles) +
                    "\n" + derived_quantities(*this, options.level, styles) +
                    correlations(*this, styles) + goodness(*this, styles) + "\n" +
                    fit_impl::wrapped(about_errors(*this), kWidth, 0) + "\n";
  if (options.warnings && !warnings.empty()) {
    out += "\n" + styles.strong("Warnings") + "\n";
    for (const std::string& warning : warnings)
      out += "  " + fit_impl::wrapped(base::printable(warning, kMostOfText), kWidth - 2, 2) + "\n";
  }
  return out;
}

}  // namespace nlsq
