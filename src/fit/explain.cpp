// SPDX-License-Identifier: MIT
#include "fit/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/environment.hpp"
#include "columns/streams.hpp"
#include "expr/model.hpp"
#include "nlsq/error.hpp"
#include "plan/words.hpp"
#include "problem/problem.hpp"
#include "relations/relations.hpp"
#include "report/text_table.hpp"
#include "runtime/jacobian_mode.hpp"

namespace nlsq {
namespace {

using plan::counted;
using plan::grouped;
using plan::words_of;

// Lines of a name, a choice and a reason, in columns.
class Lines {
 public:
  void add(std::string name, std::string choice, std::string why = {}) {
    widest_ = std::max(widest_, fit_impl::width_of(choice));
    rows_.push_back({std::move(name), std::move(choice), std::move(why)});
  }
  std::string text() const {
    std::string all;
    for (const auto& [name, choice, why] : rows_) {
      all += fmt::format("  {:<12} {}", name, choice);
      if (!why.empty())
        all += std::string(widest_ - std::min(widest_, fit_impl::width_of(choice)) + 2, ' ') + why;
      all += '\n';
    }
    return all;
  }

 private:
  struct Row {
    std::string name, choice, why;
  };
  std::vector<Row> rows_;
  std::size_t widest_ = 0;
};

bool is_called(const FitResult& r) { return r.engine == "callback"; }

bool was_made(const FitResult& r) { return r.nfev > 0; }

index_t rows_of(const FitResult& r) { return r.plan.sizes.rows > 0 ? r.plan.sizes.rows : r.n; }

std::string heading(const FitResult& r) {
  const auto parameters = static_cast<index_t>(r.names.size());
  std::string text = r.model.empty() ? "A function" : r.model;
  text += ": " + counted(parameters, "parameter");
  if (r.plan.sizes.terms > 0 && r.plan.sizes.free != parameters)
    text += fmt::format(" ({} free)", r.plan.sizes.free);
  text += ", " + counted(rows_of(r), "row");
  if (r.plan.sizes.terms > 1) text += fmt::format(" in {} terms", r.plan.sizes.terms);
  return fit_impl::wrapped(text, 100, 2) + '\n';
}

Reason why_order(const FitResult& r) {
  if (r.jacobian_mode_source == "argument") return Reason::asked;
  if (r.jacobian_mode_source == "environment") return Reason::environment;
  return r.jacobian_mode_source == "config" ? Reason::settings : Reason::cheaper_order;
}

void add_engine(const FitResult& r, Lines& lines) {
  const bool on_cpu = r.engine == "interpreter";
  std::string choice = on_cpu && !r.isa.empty() ? fmt::format("{}, {}", r.engine, r.isa) : r.engine;
  Reason why = r.plan.why.engine;
  if (is_called(r)) why = Reason::called;
  lines.add("engine", std::move(choice), words_of(why, r.plan));
  if (is_called(r)) {
    lines.add("derivatives", r.derivative_order == "user" ? "the caller's" : r.derivative_order,
              r.derivative_order == "user" ? "" : "differences of what the function returns");
  } else {
    lines.add("derivatives", r.derivative_order, words_of(why_order(r), r.plan));
  }
}

std::string fold_of(const FitResult& r) {
  const std::string first = plan::to_string(r.plan.numerics.fold);
  if (r.plan.sizes.terms == 0) return r.fold;
  return was_made(r) && r.fold != first ? fmt::format("{}, {} at the end", first, r.fold) : first;
}

std::string precision_of(const FitResult& r) {
  if (r.nfev_float32 > 0)
    return fmt::format("mixed, {} in float32", counted(r.nfev_float32, "pass"));
  return r.plan.numerics.float32 && !was_made(r) ? "mixed" : "float64";
}

std::string sample_of(const FitResult& r) {
  if (r.plan.numerics.sample_rows == 0) return "none";
  const std::string rows = counted(r.plan.numerics.sample_rows, "row");
  return was_made(r) && !r.progressive ? rows + ", not followed" : rows;
}

void add_path(const FitResult& r, Lines& lines) {
  const Plan& plan = r.plan;
  const auto add = [&](const char* name, std::string choice, Reason why) {
    if (why != Reason::unknown) lines.add(name, std::move(choice), words_of(why, plan));
  };
  lines.add("method", r.method, words_of(plan.why.method, plan));
  add("solver", r.linear_solver, plan.why.solver);
  add("fold", fold_of(r), plan.why.fold);
  add("precision", precision_of(r), plan.why.precision);
  add("sample", sample_of(r), plan.why.sample);
  add("start", r.start_source == "search" || plan.numerics.searches ? "search" : r.start_source,
      plan.why.start);
  add("threads", grouped(plan.execution.threads), plan.why.threads);
  add("block", counted(plan.execution.block, "row"), plan.why.block);
}

std::string program_text(const FitResult& r) {
  const Plan::Sizes& sizes = r.plan.sizes;
  if (sizes.terms == 0 || is_called(r)) return {};
  Lines lines;
  lines.add("each row", counted(sizes.row, "instruction"),
            fmt::format("residual and derivatives; {} for the residual alone", sizes.value_row));
  lines.add("each pass", counted(sizes.uniform, "instruction"),
            fmt::format("of parameters alone; {} for the residual alone", sizes.value_uniform));
  return "Program\n" + lines.text();
}

std::string time_text(const FitResult& r) {
  if (!was_made(r)) return {};
  Lines lines;
  const double ms = r.elapsed_ms - r.compile_ms;
  std::string passes = counted(r.nfev, is_called(r) ? "evaluation" : "pass");
  if (!is_called(r) && r.nfev != 1) passes = grouped(r.nfev) + " passes";
  if (r.nfev_subsample > 0)
    passes += fmt::format(", and {} over the sample or a part", grouped(r.nfev_subsample));
  if (r.attempts > 1) passes += fmt::format(", in {} attempts", r.attempts);
  lines.add("in all", passes);
  if (r.compile_ms > 0.0) lines.add("compiling", fmt::format("{:.3g} ms", r.compile_ms));
  lines.add("the rest", fmt::format("{:.3g} ms", ms));
  const double walked =
      static_cast<double>(rows_of(r)) * static_cast<double>(r.nfev) +
      static_cast<double>(r.plan.numerics.sample_rows) * static_cast<double>(r.nfev_subsample);
  // Who searches for a start works on rows that are not counted here.
  const bool is_counted = r.nfev_subsample == 0 || r.plan.numerics.sample_rows > 0;
  if (walked > 0.0 && ms > 0.0 && is_counted) {
    const double each = 1e6 * ms / walked;
    lines.add("a row", fmt::format("{} ns a pass, the rest of the fit shared out",
                                   each < 100.0 ? fmt::format("{:.2g}", each)
                                                : fmt::format("{:.0f}", each)));
  }
  return "Time\n" + lines.text();
}

// How many instructions a row either order takes, when it is obeyed to the letter.
index_t instructions(const fit_impl::TermView& view, const FitOptions& options, JacobianMode mode) {
  fit_impl::Preparation preparation{.mode = mode};
  const fit_impl::Problem problem = fit_impl::make_problem({&view, 1}, options, preparation);
  return static_cast<index_t>(problem.terms.front().program->full.row.size());
}

std::string orders_text(const fit_impl::TermView& view, const FitOptions& options) {
  return fmt::format("  plain sweeps: {} forward, {} reverse\n",
                     counted(instructions(view, options, JacobianMode::fwd), "instruction"),
                     grouped(instructions(view, options, JacobianMode::rev)));
}

std::string listing_of(const fit_impl::TermView& view, const FitOptions& options) {
  fit_impl::Preparation preparation{.mode =
                                        fit_impl::choose_jacobian_mode(options.jacobian_mode).mode};
  const fit_impl::Problem problem = fit_impl::make_problem({&view, 1}, options, preparation);
  return "\nListing (s: a number for all rows, r: a register, col: a column)\n" +
         program::to_string(problem.terms.front().program->full);
}

// `rows` values that are nowhere, for each name of the model.
Dataset imagined(const Model& model, index_t rows) {
  for (const expr::Symbol& symbol : model.impl()->parameters) {
    if (symbol.index_column < 0) continue;
    throw InputError("model", fmt::format("model: only the data tell how many elements '{}' has: "
                                          "give a file",
                                          symbol.name));
  }
  Values values;
  values.size = rows;
  Dataset data;
  for (const std::string& name : model.columns()) data.column(name, values);
  for (index_t o = 0; o < model.outputs(); ++o) data.response(values);
  return data;
}

FitResult planned(const Model& model, const Dataset& data, FitOptions options) {
  options.checkpoint.clear();
  const fit_impl::TermView view{&model, &data, options.loss, options.f_scale};
  if (!fit_impl::has_relations(options)) return fit_impl::plan_terms({&view, 1}, options);
  if (data.is_streamed()) fit_impl::refuse_for_streams(options);
  return fit_impl::fit_related({&view, 1}, options, fit_impl::plan_terms);
}

}  // namespace

Plan plan_of(const Model& model, const Dataset& data, const FitOptions& options) {
  return planned(model, data, options).plan;
}

std::string explain(const Model& model, const Dataset& data, const FitOptions& options,
                    const ExplainOptions& how) {
  const base::EnvironmentScope environment;
  if (how.rows > 0) {
    FitOptions unseen = options;
    unseen.check_finite = false;
    return explain(model, imagined(model, how.rows), unseen, {.listing = how.listing});
  }
  const FitResult told = planned(model, data, options);
  std::string text = told.explain();
  const fit_impl::TermView view{&model, &data, options.loss, options.f_scale};
  if (fit_impl::has_relations(options) || told.plan.numerics.sparse) return text;
  text += orders_text(view, options);
  return how.listing ? text + listing_of(view, options) : text;
}

std::string FitResult::explain() const {
  Lines path;
  add_engine(*this, path);
  add_path(*this, path);
  return heading(*this) + "Path\n" + path.text() + program_text(*this) + time_text(*this);
}

}  // namespace nlsq
