// SPDX-License-Identifier: MIT
#include "fit/sparse_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/environment.hpp"
#include "columns/moments.hpp"
#include "expr/model.hpp"
#include "nlsq/error.hpp"
#include "plan/plan.hpp"
#include "problem/parameters.hpp"
#include "reduce/sparse_evaluator.hpp"
#include "result/describe.hpp"
#include "result/statistics.hpp"
#include "runtime/jacobian_mode.hpp"
#include "runtime/settings.hpp"
#include "solve/minimizer.hpp"
#include "starts/bad_start.hpp"

namespace nlsq::fit_impl {
namespace {

using Pick = program::ResidualSpec::Pick;

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

bool is_vector(const expr::Symbol& symbol) { return symbol.index_column >= 0; }

// Vectors by the columns that pick their elements, and plain parameters; nothing where an element
// stands in the model by itself (a tie), so that rows touch others than they pick.
std::optional<std::vector<Pick>> picks_of(const expr::ModelImpl& model) {
  std::vector<Pick> picks;
  const std::vector<bool> needed = model.graph.reachable(model.outputs);
  for (expr::NodeId id = 0; id < model.graph.size(); ++id) {
    const expr::Node& node = model.graph[id];
    if (!needed[id] || node.op != expr::Op::gathered) continue;
    const expr::Node& index = model.graph[node.a];
    if (index.op != expr::Op::column) return std::nullopt;
    picks.push_back({node.imm, index.imm});
  }
  for (std::size_t s = 0; s < model.parameters.size(); ++s) {
    if (!is_vector(model.parameters[s])) picks.push_back({static_cast<index_t>(s), -1});
  }
  std::sort(picks.begin(), picks.end(), [](const Pick& a, const Pick& b) {
    return a.symbol != b.symbol ? a.symbol < b.symbol : a.index_column < b.index_column;
  });
  return picks;
}

struct SparseNames {
  std::vector<std::string> all;
  std::vector<linalg::Indices> sizes;           // a term
  std::vector<std::vector<index_t>> positions;  // of each term's parameters among all
};

SparseNames names_of_terms(std::span<const TermView> terms) {
  SparseNames out;
  std::unordered_map<std::string, index_t> known;
  for (const TermView& term : terms) {
    std::vector<index_t>& positions = out.positions.emplace_back();
    linalg::Indices& sizes = out.sizes.emplace_back();
    for (std::string& name : expanded_names(*term.model, *term.data, sizes)) {
      const auto [at, is_new] = known.emplace(name, static_cast<index_t>(out.all.size()));
      positions.push_back(at->second);
      if (is_new) out.all.push_back(std::move(name));
    }
  }
  return out;
}

// Rows touch a small part of the parameters. Few parameters and those of a single model without
// vectors are told at once.
bool may_pay(std::span<const TermView> terms, const FitOptions& options) {
  if (options.linear_solver != LinearSolver::automatic)
    return options.linear_solver == LinearSolver::sparse;
  if (!takes_sparse(options.method)) return false;
  if (terms.size() > 1) return true;
  for (const TermView& term : terms) {
    const auto& symbols = term.model->impl()->parameters;
    if (std::any_of(symbols.begin(), symbols.end(), is_vector)) return true;
  }
  return false;
}

class SparseProblem {
 public:
  SparseProblem(std::span<const TermView> views, const FitOptions& options, SparseNames names,
                std::vector<std::vector<Pick>> picks, Preparation& preparation)
      : table(make_parameters(std::move(names.all), options)) {
    std::vector<std::int32_t> places(z(table.size()), -1);
    for (std::size_t i = 0; i < table.free.size(); ++i)
      places[z(table.free[i])] = static_cast<std::int32_t>(i);
    for (std::size_t t = 0; t < views.size(); ++t)
      add(views[t], options, names.sizes[t], names.positions[t], picks[t], places, preparation);
  }

  bool linear_loss() const {
    return std::none_of(terms.begin(), terms.end(),
                        [](const reduce::SparseTerm& t) { return t.term().robust; });
  }

  ParameterTable table;
  std::vector<reduce::SparseTerm> terms;

 private:
  void add(const TermView& view, const FitOptions& options, const linalg::Indices& sizes,
           const std::vector<index_t>& positions, const std::vector<Pick>& picks,
           const std::vector<std::int32_t>& places, Preparation& preparation) {
    std::vector<index_t> offsets{0};
    for (const index_t size : sizes) offsets.push_back(offsets.back() + size);
    std::vector<Pick> used;
    std::vector<reduce::PickedColumn> columns;
    for (const Pick& pick : picks) {
      reduce::PickedColumn column{pick.index_column, {}};
      bool moves = false;
      for (index_t i = offsets[z(pick.symbol)]; i < offsets[z(pick.symbol) + 1]; ++i) {
        column.positions.push_back(places[z(positions[z(i)])]);
        moves = moves || column.positions.back() >= 0;
      }
      if (!moves) continue;
      used.push_back(pick);
      columns.push_back(std::move(column));
    }
    if (used.empty()) used.push_back({0, 0}), columns.push_back({-1, {-1}});
    reduce::Term term =
        bind_term(view, options, {sizes.data(), sizes.size()}, {}, preparation, used);
    for (const index_t at : positions) term.parameters.push_back(at);
    terms.emplace_back(std::move(term), std::move(columns));
  }
};

linalg::Vector at_positions(const linalg::Vector& values, const linalg::Indices& positions) {
  linalg::Vector picked;
  for (const index_t i : positions) picked.push_back(values[z(i)]);
  return picked;
}

Plan plan_of(const SparseProblem& problem, const ParameterTable& table, const FitOptions& options) {
  plan::Shape shape{.terms = {&problem.terms.front().term(), 1},
                    .free = static_cast<index_t>(table.free.size()),
                    .parameters = table.size(),
                    .picks = true,
                    .start_given = is_given(table)};
  Plan plan = plan::make_sparse(shape, options);
  for (std::size_t t = 1; t < problem.terms.size(); ++t)
    plan::add_term(problem.terms[t].term(), plan);
  return plan;
}

// What is known of a sparse fit before its first pass.
void report_plan(const SparseProblem& problem, const ModeChoice& mode, const FitOptions& options,
                 FitResult& result) {
  result.linear_solver = "sparse";
  result.isa = engine::name(evaluator_options(options.threads).walk.isa);
  const auto& order = problem.terms.front().term().program->order;
  result.derivative_order = order == expr::Accumulation::forward ? "forward" : "reverse";
  result.jacobian_mode_source = mode.source;
  result.start_source = is_given(problem.table) ? "given" : "ones";
  result.plan = plan_of(problem, problem.table, options);
}

FitResult plan_sparse(std::span<const TermView> terms, const FitOptions& options, SparseNames names,
                      std::vector<std::vector<Pick>> picks,
                      std::chrono::steady_clock::time_point /*began*/) {
  const ModeChoice mode = choose_jacobian_mode(options.jacobian_mode);
  Preparation preparation{.mode = mode.mode};
  SparseProblem problem(terms, options, std::move(names), std::move(picks), preparation);
  FitResult result;
  const linalg::Vector& start = problem.table.start;
  result.popt.assign(start.begin(), start.end());
  result.p0 = result.perr = result.popt;
  report_plan(problem, mode, options, result);
  describe(terms, options, preparation, problem.table, result);
  return result;
}

FitResult fit_sparse(std::span<const TermView> terms, const FitOptions& options, SparseNames names,
                     std::vector<std::vector<Pick>> picks,
                     std::chrono::steady_clock::time_point began) {
  const ModeChoice mode = choose_jacobian_mode(options.jacobian_mode);
  Preparation preparation{.mode = mode.mode};
  SparseProblem problem(terms, options, std::move(names), std::move(picks), preparation);
  const ParameterTable& table = problem.table;
  const engine::Isa isa = evaluator_options(options.threads).walk.isa;
  reduce::SparseEvaluator evaluator(problem.terms, table.start, table.free, isa);
  if (evaluator.rows() == 0) throw InputError("data", "data: there is no row to fit");
  const linalg::Vector x0 = at_positions(table.start, table.free);
  solve::Outcome outcome = [&] {
    try {
      return solve::minimize(evaluator, x0, at_positions(table.lower, table.free),
                             at_positions(table.upper, table.free), options, problem.linear_loss());
    } catch (const InputError& error) {
      if (error.argument() != "p0" && error.argument() != "x0") throw;
      throw_bad_start(evaluator.find_fault(x0), table, terms);
    }
  }();
  base::SmallVector<Moments, 4> all;
  for (const TermView& term : terms) {
    for (const Dataset::Response& response : term.data->responses())
      all.push_back(moments(response, useful_threads(options.threads, response.y.size)));
  }
  FitResult result;
  result.p0.assign(table.start.begin(), table.start.end());
  report_plan(problem, mode, options, result);
  describe(terms, options, preparation, problem.table, result);
  for (const reduce::SparseTerm& term : problem.terms) result.n_masked += term.term().masked_rows;
  report_jacobian_mode(mode, evaluator.parameters(), evaluator.rows(), result);
  const auto never = [](std::size_t) { return false; };
  fill_statistics(result, outcome, table.free, all, options, never);
  result.elapsed_ms =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
  return result;
}

}  // namespace

namespace {

// `fit` is fit_sparse() or plan_sparse().
template <class Fit>
std::optional<FitResult> if_it_pays(std::span<const TermView> terms, const FitOptions& options,
                                    const Fit& fit) {
  if (!may_pay(terms, options)) return std::nullopt;
  const auto began = std::chrono::steady_clock::now();
  const base::EnvironmentScope environment;
  const bool is_asked_for = options.linear_solver == LinearSolver::sparse;
  if (is_asked_for && !takes_sparse(options.method)) {
    throw InputError("linear_solver",
                     "linear_solver: 'sparse' goes with the methods trf and lm, not with " +
                         to_string(options.method));
  }
  std::vector<std::vector<Pick>> picks;
  index_t touched = 0;  // parameters, by a row of the term that touches most
  for (const TermView& term : terms) {
    std::optional<std::vector<Pick>> own = picks_of(*term.model->impl());
    if (!own && is_asked_for) {
      throw InputError(
          "linear_solver",
          "linear_solver: with a tie to an element of a vector that the model picks by "
          "row it is 'dense'");
    }
    if (!own) return std::nullopt;
    touched = std::max(touched, static_cast<index_t>(own->size()));
    picks.push_back(std::move(*own));
  }
  SparseNames names = names_of_terms(terms);
  const auto all = static_cast<index_t>(names.all.size());
  if (!is_asked_for && !plan::sparse_pays(all, touched)) return std::nullopt;
  return fit(terms, options, std::move(names), std::move(picks), began);
}

}  // namespace

std::optional<FitResult> fit_sparse_if_it_pays(std::span<const TermView> terms,
                                               const FitOptions& options) {
  return if_it_pays(terms, options, fit_sparse);
}

std::optional<FitResult> plan_sparse_if_it_pays(std::span<const TermView> terms,
                                                const FitOptions& options) {
  return if_it_pays(terms, options, plan_sparse);
}

}  // namespace nlsq::fit_impl
