// SPDX-License-Identifier: MIT
#include "html_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "nlsq/version.hpp"
#include "own_results.hpp"
#include "svg.hpp"
#include "svg_plot.hpp"

namespace nlsq::command {
namespace {

constexpr std::size_t kMostCorrelated = 40;  // parameters of a matrix that can be read

constexpr const char* kHead = R"(<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body { font: 15px/1.45 system-ui, "DejaVu Sans", Verdana, Arial, sans-serif; color: #222; background: #fff;
  max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; overflow-wrap: anywhere; } h2 { font-size: 1.05rem; margin-top: 2rem; }
table { border-collapse: collapse; } td, th { padding: .25rem .8rem .25rem 0; text-align: left; vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
thead th { border-bottom: 1px solid #444; font-weight: 600; } tbody td { border-bottom: 1px solid #eee; }
.state { font-weight: 600; } .good { color: #00664d; } .bad { color: #b00020; }
.warnings li { margin: .4rem 0; } .warnings { border-left: 4px solid #D55E00; padding: .2rem 1rem; background: #fdf3ec; }
pre { background: #f4f5f6; padding: .7rem 1rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
svg { max-width: 100%; height: auto; } .wide { overflow-x: auto; }
.two { display: flex; flex-wrap: wrap; gap: 0 4rem; align-items: flex-start; } footer { color: #666; margin-top: 2rem; font-size: .85rem; }
</style>
)";

std::string number(double x) { return std::isnan(x) ? "undefined" : fmt::format("{:.6g}", x); }

class Page {
 public:
  Page(const FitResult& result, const LoadedData& loaded, const FitOptions& options)
      : r_(&result), loaded_(&loaded), options_(&options) {}

  void begin() {
    const std::string model = title();
    out_ = std::string(kHtmlStart) + kHead + "<title>" + model + "</title>\n</head>\n<body>\n";
    out_ += "<h1>" + model + "</h1>\n";
    const char* const state = r_->success                     ? "Converged"
                              : r_->status == Status::stopped ? "Stopped"
                                                              : "Not converged";
    out_ += fmt::format(
        "<p><span class=\"state {}\">{}</span>: {} {} evaluations, {} steps, "
        "method {}{}.</p>\n",
        r_->success ? "good" : "bad", state, escaped(r_->message.str()), r_->nfev, r_->iterations,
        r_->method, r_->loss == "linear" ? "" : ", loss " + r_->loss);
  }

  void warnings() {
    if (r_->warnings.empty()) return;
    out_ += "<div class=\"warnings\">\n<ul>\n";
    for (const std::string& warning : r_->warnings) out_ += "<li>" + escaped(warning) + "</li>\n";
    out_ += "</ul>\n</div>\n";
  }

  void plot(const std::string& svg) {
    // The drawing without the line that makes it a file of its own.
    out_ += svg.substr(svg.find("<svg"));
  }

  void parameters() {
    out_ +=
        "<h2>Parameters</h2>\n<div class=\"wide\"><table>\n<thead><tr><th>name</th><th>value ± "
        "standard error</th>";
    out_ += fmt::format(
        "<th class=\"n\">relative</th><th class=\"n\" colspan=\"2\">{:g} % "
        "interval</th><th class=\"n\">start</th><th></th></tr></thead>\n<tbody>\n",
        100.0 * options_->level);
    const auto intervals = r_->intervals(options_->level);
    for (std::size_t i = 0; i < r_->names.size(); ++i) parameter(i, intervals[i]);
    const auto derived = r_->derived_intervals(options_->level);
    for (std::size_t i = 0; i < r_->derived.size(); ++i) {
      const FitResult::Derived& each = r_->derived[i];
      quantity(each.name, each.value, each.error, false, derived[i]);
      out_ += "<td></td><td>= " + escaped(each.expression) + "</td></tr>\n";
    }
    out_ += "</tbody></table></div>\n";
  }

  void goodness() {
    out_ += "<h2>Goodness of fit</h2>\n<div class=\"two\">\n";
    const char* const rss = r_->has_sigma ? "χ²" : "sum of squares";
    const char* const variance = r_->has_sigma ? "reduced χ²" : "residual variance";
    std::vector<std::pair<std::string, std::string>> left = {
        {"rows", std::to_string(r_->n)},
        {"degrees of freedom", std::to_string(r_->dof)},
        {rss, number(r_->rss)},
        {variance, number(r_->reduced_chi2)}};
    if (r_->has_sigma && r_->absolute_sigma) left.emplace_back("P(larger χ²)", number(r_->p_value));
    if (r_->loss != "linear") left.emplace_back("cost (" + r_->loss + ")", number(r_->cost));
    if (r_->n_masked > 0)
      left.emplace_back("rows of infinite sigma, left out", std::to_string(r_->n_masked));
    if (loaded_->n_omitted > 0)
      left.emplace_back("incomplete rows, left out", std::to_string(loaded_->n_omitted));
    table(left);
    table({{"R²", number(r_->r_squared)},
           {"adjusted R²", number(r_->adj_r_squared)},
           {r_->has_sigma ? "RMSE (in sigma)" : "RMSE", number(r_->rmse)},
           {"AIC", number(r_->aic)},
           {"BIC", number(r_->bic)}});
    out_ += "</div>\n";
  }

  void correlations() {
    const std::size_t n = r_->names.size();
    if (n < 2 || n > kMostCorrelated || r_->pcov.empty()) return;
    const std::vector<double> matrix = r_->correlation();
    out_ += "<h2>Correlations</h2>\n<div class=\"wide\"><table>\n<thead><tr><th></th>";
    for (const std::string& name : r_->names) out_ += "<th class=\"n\">" + escaped(name) + "</th>";
    out_ += "</tr></thead>\n<tbody>\n";
    for (std::size_t i = 0; i < n; ++i) {
      out_ += "<tr><th>" + escaped(r_->names[i]) + "</th>";
      for (std::size_t j = 0; j <= i; ++j) out_ += correlation(matrix[i * n + j], i == j);
      out_ += "</tr>\n";
    }
    out_ += "</tbody></table></div>\n";
  }

  void end(const FitArguments& arguments) {
    out_ += "<h2>Data and command</h2>\n<p>" + std::to_string(loaded_->n_rows) + " rows of " +
            escaped(arguments.file == "-" ? "standard input" : arguments.file) + ", response " +
            escaped(loaded_->response) +
            (loaded_->sigma.empty() ? "" : ", sigma " + escaped(loaded_->sigma)) + ".</p>\n";
    if (!loaded_->notes.empty()) {
      out_ += "<ul>\n";
      for (const std::string& note : loaded_->notes) out_ += "<li>" + escaped(note) + "</li>\n";
      out_ += "</ul>\n";
    }
    out_ += "<pre>" + escaped(shell_line(arguments.words)) + "</pre>\n";
    out_ += fmt::format("<footer>nlsq {}</footer>\n</body>\n</html>\n", version());
  }

  std::string take() { return std::move(out_); }

 private:
  std::string title() const {
    return escaped(loaded_->model->response().empty() ? loaded_->response + " = " + r_->model
                                                      : r_->model);
  }

  void parameter(std::size_t i, const std::pair<double, double>& interval) {
    quantity(r_->names[i], r_->popt[i], r_->perr[i], r_->fixed[i], interval);
    out_ += fmt::format("<td class=\"n\">{:.6g}</td><td>{}</td></tr>\n", r_->p0[i], remark(i));
  }

  // Name, value, errors and interval of a row.
  void quantity(const std::string& name, double value, double error, bool is_fixed,
                const std::pair<double, double>& interval) {
    const bool usable = error > 0.0 && std::isfinite(error);
    out_ += "<tr><td>" + escaped(name) + "</td><td>";
    if (usable) {
      out_ += with_error(value, error);
    } else {
      out_ += fmt::format("{:.10g}{}", value,
                          is_fixed       ? ""
                          : error == 0.0 ? " ± 0"
                                         : ", undetermined");
    }
    out_ += "</td><td class=\"n\">";
    if (usable && value != 0.0) out_ += fmt::format("{:.2g} %", 100.0 * std::abs(error / value));
    out_ += "</td>";
    for (const double end : {interval.first, interval.second})
      out_ += "<td class=\"n\">" + (usable ? fmt::format("{:.6g}", end) : "") + "</td>";
  }

  std::string remark(std::size_t i) const {
    if (!r_->tied.empty() && !r_->tied[i].empty()) return "= " + escaped(r_->tied[i]);
    if (r_->fixed[i]) return "fixed";
    std::string text;
    if (r_->at_bound[i] != 0) text = r_->at_bound[i] < 0 ? "at lower bound" : "at upper bound";
    const auto& estimated = loaded_->estimated;
    if (std::find(estimated.begin(), estimated.end(), r_->names[i]) != estimated.end())
      return text + (text.empty() ? "" : ", ") + "start from the data";
    if (r_->defaulted[i]) text += (text.empty() ? "" : ", ") + std::string("start by default");
    return text;
  }

  // Stronger ones in a deeper colour.
  static std::string correlation(double r, bool is_diagonal) {
    if (is_diagonal) return "<td class=\"n\">1</td>";
    if (!std::isfinite(r)) return "<td class=\"n\">–</td>";
    const double depth = std::max(0.0, (std::abs(r) - 0.5) / 0.5);
    return fmt::format(
        "<td class=\"n\" style=\"background: rgba(213, 94, 0, {:.2f})\">{:+.3f}</td>",
        0.6 * depth * depth, r);
  }

  void table(const std::vector<std::pair<std::string, std::string>>& rows) {
    out_ += "<table><tbody>\n";
    for (const auto& [name, value] : rows)
      out_ += "<tr><td>" + escaped(name) + "</td><td class=\"n\">" + value + "</td></tr>\n";
    out_ += "</tbody></table>\n";
  }

  const FitResult* r_;
  const LoadedData* loaded_;
  const FitOptions* options_;
  std::string out_;
};

}  // namespace

std::string shell_line(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    const bool plain =
        !word.empty() && word.find_first_not_of(
                             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                             "_-./,:=+@%") == std::string::npos;
    if (!line.empty()) line += ' ';
    if (plain) {
      line += word;
      continue;
    }
    line += '\'';
    for (const char c : word) line += c == '\'' ? std::string("'\\''") : std::string(1, c);
    line += '\'';
  }
  return line;
}

std::string html_report(const FitResult& result, const LoadedData& loaded,
                        const FitOptions& options, const FitArguments& arguments,
                        const PlotScales& scales) {
  Page page(result, loaded, options);
  page.begin();
  page.warnings();
  page.plot(plot_of(result, loaded, options.level, scales));
  page.parameters();
  page.goodness();
  page.correlations();
  page.end(arguments);
  return page.take();
}

}  // namespace nlsq::command
