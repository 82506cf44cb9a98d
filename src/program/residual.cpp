// SPDX-License-Identifier: MIT
// Builds f = (model − y)·w on a copy of the model's graph, differentiates it in the order asked for
// or else the cheaper one, appends the loss, factors the columns and lowers everything as one
// program.
#include "program/residual.hpp"

#include <algorithm>
#include <iterator>

#include "expr/expression.hpp"
#include "program/columns.hpp"
#include "program/horner.hpp"
#include "program/loss.hpp"
#include "program/lower.hpp"

namespace nlsq::program {
namespace {

using expr::Accumulation;
using expr::Expression;
using expr::Graph;
using expr::kNone;
using expr::NodeId;
using expr::Op;

constexpr index_t kReverseFrom = 3;  // parameters from which both orders are compared

class Builder {
 public:
  Builder(const expr::ModelImpl& model, const ResidualSpec& spec)
      : model_(model), spec_(spec), graph_(spec.simplify ? model.graph : Graph(false)) {}

  ResidualProgram run() {
    lay_out();
    build_residuals();
    choose_order();
    ResidualProgram result;
    result.order = order_;
    result.linear = is_linear();
    result.model_parameters = flat_parameters_;
    lower_program(true, result.full, result.outputs);
    lower_program(false, result.value, result.value_outputs);
    return result;
  }

 private:
  void lay_out() {
    index_t offset = 0;
    for (const index_t size : spec_.sizes) {
      options_.offsets.push_back(offset);
      offset += size;
    }
    flat_parameters_ = offset;
    outputs_ = static_cast<index_t>(model_.outputs.size());
    const index_t sigmas = spec_.weighting == Weighting::number ? outputs_ : 0;
    const index_t scales = spec_.loss != Loss::linear ? 1 : 0;
    for (index_t i = 0; i < sigmas + scales; ++i) options_.offsets.push_back(offset++);
    options_.parameters = offset;
    const index_t own = static_cast<index_t>(model_.columns.size());
    options_.columns = own + (spec_.has_response ? outputs_ : 0) +
                       (spec_.weighting == Weighting::column ? outputs_ : 0);
    options_.float32 = spec_.float32;
    options_.fuse = spec_.simplify;
    for (const ResidualSpec::Pick& pick : spec_.picks)
      variables_.push_back({pick.symbol, -1, pick.index_column});
    if (!spec_.picks.empty()) return;
    for (const index_t flat : spec_.free) variables_.push_back(variable_at(flat));
  }

  expr::Variable variable_at(index_t flat) const {
    index_t symbol = 0;
    while (flat >= options_.offsets[static_cast<std::size_t>(symbol)] +
                       spec_.sizes[static_cast<std::size_t>(symbol)])
      ++symbol;
    const bool gathered = model_.parameters[static_cast<std::size_t>(symbol)].index_column >= 0;
    return {symbol, gathered ? flat - options_.offsets[static_cast<std::size_t>(symbol)] : -1};
  }

  index_t symbols() const { return static_cast<index_t>(spec_.sizes.size()); }

  // A copy of the model without simplification, for tests that compare the two.
  std::vector<NodeId> copy_plain() {
    std::vector<NodeId> to(model_.graph.size(), kNone);
    for (NodeId id = 0; id < model_.graph.size(); ++id) {
      expr::Node node = model_.graph[id];
      if (node.a != kNone) node.a = to[node.a];
      if (node.b != kNone) node.b = to[node.b];
      if (node.c != kNone) node.c = to[node.c];
      to[id] = graph_.intern(node);
    }
    return to;
  }

  void build_residuals() {
    std::vector<NodeId> roots = model_.outputs;
    if (!spec_.simplify) {
      const std::vector<NodeId> to = copy_plain();
      for (NodeId& root : roots) root = to[root];
    }
    const index_t own = static_cast<index_t>(model_.columns.size());
    for (index_t o = 0; o < outputs_; ++o) {
      Expression f{&graph_, roots[static_cast<std::size_t>(o)]};
      if (spec_.has_response) f = f - column(own + o);
      if (spec_.weighting == Weighting::number) {
        f = f * (number(1.0) / Expression{&graph_, graph_.parameter(symbols() + o)});
      } else if (spec_.weighting == Weighting::column) {
        const Expression w = number(1.0) / column(own + (spec_.has_response ? outputs_ : 0) + o);
        f = spec_.masked ? where(number(0.0) < w, f * w, number(0.0)) : f * w;
      }
      residuals_.push_back(f.id);
    }
    if (spec_.simplify) residuals_ = to_horner(graph_, residuals_);
  }

  Expression column(index_t i) { return {&graph_, graph_.column(i)}; }
  Expression number(double v) { return {&graph_, graph_.constant(v)}; }

  std::vector<std::vector<NodeId>> jacobian(Graph& graph, Accumulation order) const {
    std::vector<std::vector<NodeId>> all;
    for (const NodeId f : residuals_) all.push_back(differentiate(graph, f, variables_, order));
    return all;
  }

  double cost_of(const Graph& graph, const std::vector<std::vector<NodeId>>& columns) const {
    std::vector<NodeId> roots = residuals_;
    for (const auto& output : columns) roots.insert(roots.end(), output.begin(), output.end());
    return row_cost(graph, roots);
  }

  void choose_order() {
    using Order = ResidualSpec::Order;
    if (spec_.order != Order::automatic || static_cast<index_t>(variables_.size()) < kReverseFrom) {
      order_ = spec_.order == Order::reverse ? Accumulation::reverse : Accumulation::forward;
      columns_ = jacobian(graph_, order_);
      return;
    }
    Graph reversed = graph_;
    const auto reverse_columns = jacobian(reversed, Accumulation::reverse);
    const double reverse_cost = cost_of(reversed, reverse_columns);
    // A forward graph of hundreds of parameters is built only if it could win.
    const double floor = row_cost(graph_, residuals_);
    const bool worth_trying = static_cast<double>(variables_.size()) * floor < 1e5;
    if (worth_trying) {
      Graph forwarded = graph_;
      auto forward_columns = jacobian(forwarded, Accumulation::forward);
      if (cost_of(forwarded, forward_columns) <= reverse_cost) {
        graph_ = std::move(forwarded);
        columns_ = std::move(forward_columns);
        order_ = Accumulation::forward;
        return;
      }
    }
    graph_ = std::move(reversed);
    columns_ = reverse_columns;
    order_ = Accumulation::reverse;
  }

  // No parameter of the model in any derivative, fixed ones included.
  bool is_linear() const {
    if (spec_.loss != Loss::linear) return false;
    std::vector<NodeId> roots;
    for (const auto& output : columns_) roots.insert(roots.end(), output.begin(), output.end());
    const std::vector<bool> needed = graph_.reachable(roots);
    for (NodeId id = 0; id < graph_.size(); ++id) {
      const expr::Node& node = graph_[id];
      const bool is_parameter = node.op == Op::parameter && node.imm < symbols();
      if (needed[id] && (is_parameter || node.op == Op::gathered)) return false;
    }
    return true;
  }

  // Roots are numbered as they are added; operands come back in the same order.
  void lower_program(bool with_jacobian, Program& program, std::vector<ResidualOutput>& outputs) {
    std::vector<Root> roots;
    const auto add = [&](NodeId id, bool per_row) {
      roots.push_back({id, per_row});
      return roots.size() - 1;
    };
    struct Plan {
      std::size_t f = 0, rho = 0, weighted_f = 0, root_scale = 0;
      std::vector<std::size_t> values, factors;
      std::vector<index_t> parameters;
    };
    constexpr std::size_t kNoRoot = SIZE_MAX;
    std::vector<Plan> plans(residuals_.size());
    for (std::size_t o = 0; o < residuals_.size(); ++o) {
      Plan& plan = plans[o];
      plan.f = add(residuals_[o], true);
      if (spec_.loss != Loss::linear) {
        const index_t scale_symbol =
            symbols() + (spec_.weighting == Weighting::number ? outputs_ : 0);
        const LossTerms terms = loss_terms(spec_.loss, {&graph_, residuals_[o]},
                                           {&graph_, graph_.parameter(scale_symbol)});
        plan.rho = add(terms.rho.id, true);
        if (with_jacobian) plan.weighted_f = add(terms.weighted_f.id, true);
        if (with_jacobian) plan.root_scale = add(terms.root_scale.id, true);
      }
      if (!with_jacobian) continue;
      const std::vector<FactoredColumn> factored = factored_columns(o);
      for (std::size_t j = 0; j < factored.size(); ++j) {
        if (factored[j].values == kNone) continue;
        plan.parameters.push_back(static_cast<index_t>(j));
        plan.values.push_back(add(factored[j].values, true));
        plan.factors.push_back(factored[j].factor == kNone ? kNoRoot
                                                           : add(factored[j].factor, false));
      }
    }
    program = lower(graph_, roots, options_);
    outputs.clear();
    for (const Plan& plan : plans) {
      ResidualOutput out;
      out.f = program.outputs[plan.f];
      if (spec_.loss != Loss::linear) {
        out.rho = program.outputs[plan.rho];
        if (with_jacobian) out.weighted_f = program.outputs[plan.weighted_f];
        if (with_jacobian) out.root_scale = program.outputs[plan.root_scale];
      }
      for (std::size_t j = 0; j < plan.values.size(); ++j) {
        JacobianColumn column{.parameter = plan.parameters[j],
                              .values = program.outputs[plan.values[j]]};
        if (plan.factors[j] != kNoRoot) column.factor = program.outputs[plan.factors[j]];
        out.jacobian.push_back(column);
      }
      outputs.push_back(std::move(out));
    }
  }

  std::vector<FactoredColumn> factored_columns(std::size_t output) {
    const std::vector<NodeId>& columns = columns_[output];
    if (!spec_.simplify) {
      std::vector<FactoredColumn> plain;
      for (const NodeId id : columns) plain.push_back({kNone, id});
      return plain;
    }
    // What is kept whole: the residuals, which are computed anyway, and in an order that was asked
    // for the products as its sweep makes them.
    std::vector<NodeId> whole = residuals_;
    if (spec_.order != ResidualSpec::Order::automatic) {
      std::copy_if(columns.begin(), columns.end(), std::back_inserter(whole),
                   [](NodeId id) { return id != kNone; });
    }
    return factor_columns(graph_, columns, whole);
  }

  const expr::ModelImpl& model_;
  const ResidualSpec& spec_;
  Graph graph_;
  LowerOptions options_;
  index_t flat_parameters_ = 0;
  index_t outputs_ = 0;
  std::vector<expr::Variable> variables_;
  std::vector<NodeId> residuals_;
  std::vector<std::vector<NodeId>> columns_;
  Accumulation order_ = Accumulation::forward;
};

}  // namespace

ResidualProgram build_residual(const expr::ModelImpl& model, const ResidualSpec& spec) {
  return Builder(model, spec).run();
}

Program build_values(const expr::ModelImpl& model, std::span<const index_t> sizes,
                     const base::SmallVector<bool, 8>& float32) {
  LowerOptions options;
  for (const index_t size : sizes) {
    options.offsets.push_back(options.parameters);
    options.parameters += size;
  }
  options.columns = static_cast<index_t>(model.columns.size());
  options.float32 = float32;
  std::vector<Root> roots;
  for (const NodeId output : model.outputs) roots.push_back({output, true});
  return lower(model.graph, roots, options);
}

}  // namespace nlsq::program
