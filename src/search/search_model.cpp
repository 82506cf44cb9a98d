// SPDX-License-Identifier: MIT
#include "search/search_model.hpp"

#include <algorithm>
#include <utility>

#include "expr/differentiate.hpp"
#include "program/lower.hpp"
#include "search/linear_parameters.hpp"

namespace nlsq::search {
namespace {

using expr::Graph;
using expr::kNone;
using expr::NodeId;

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

program::LowerOptions layout(const expr::ModelImpl& model, index_t slots) {
  program::LowerOptions options;
  for (index_t i = 0; i < slots; ++i) options.offsets.push_back(i);
  options.parameters = slots;
  options.columns = static_cast<index_t>(model.columns.size());
  return options;
}

void add_data_nodes(SearchModel& made) {
  const auto add = [&made](NodeId id) {
    const auto known = std::find(made.data_nodes.begin(), made.data_nodes.end(), id);
    if (id != kNone && known == made.data_nodes.end()) made.data_nodes.push_back(id);
  };
  for (const Meeting& meeting : made.roles) {
    add(meeting.partner);
    for (const Factor& factor : meeting.factors) add(factor.node);
  }
}

// Terms have the same kind where their parameters have the same roles.
bool is_alike(const SearchModel& made, const Group& a, const Group& b) {
  if (a.nonlinear.size() != b.nonlinear.size() || a.columns.size() != b.columns.size())
    return false;
  for (std::size_t i = 0; i < a.nonlinear.size(); ++i) {
    const Meeting &x = made.roles[a.nonlinear[i]], &y = made.roles[b.nonlinear[i]];
    if (x.role != y.role || x.exponent != y.exponent || x.scale != y.scale ||
        x.partner != y.partner || x.use != y.use)
      return false;
  }
  return true;
}

// Nonlinear parameters with common curvature, or that shape one column, belong together.
// `at`: positions in the pattern of the nonlinear and of the linear parameters.
std::vector<Group> groups_of(const SearchModel& made, const CurvaturePattern& pattern,
                             std::span<const std::size_t> nonlinear,
                             std::span<const std::size_t> linear) {
  std::vector<std::size_t> of(nonlinear.size());
  for (std::size_t i = 0; i < of.size(); ++i) of[i] = i;
  const auto join = [&of](std::size_t a, std::size_t b) {
    const std::size_t from = of[b], to = of[a];
    for (std::size_t& group : of) {
      if (group == from) group = to;
    }
  };
  for (std::size_t a = 0; a < of.size(); ++a) {
    for (std::size_t b = a + 1; b < of.size(); ++b) {
      bool together = pattern.has(nonlinear[a], nonlinear[b]);
      for (const std::size_t column : linear) {
        together =
            together || (pattern.has(column, nonlinear[a]) && pattern.has(column, nonlinear[b]));
      }
      if (together) join(a, b);
    }
  }
  std::vector<Group> groups;
  for (std::size_t name = 0; name < of.size(); ++name) {
    Group group;
    for (std::size_t i = 0; i < of.size(); ++i) {
      if (of[i] == name) group.nonlinear.push_back(i);
    }
    if (group.nonlinear.empty()) continue;
    for (std::size_t column = 0; column < linear.size(); ++column) {
      if (pattern.has(linear[column], nonlinear[group.nonlinear.front()]) ||
          std::any_of(group.nonlinear.begin(), group.nonlinear.end(),
                      [&](std::size_t i) { return pattern.has(linear[column], nonlinear[i]); }))
        group.columns.push_back(column);
    }
    if (group.columns.empty()) return {};
    group.kind = groups.size();
    for (const Group& known : groups) {
      if (is_alike(made, known, group)) {
        group.kind = known.kind;
        break;
      }
    }
    groups.push_back(std::move(group));
  }
  if (groups.size() < 2) groups.clear();
  return groups;
}

}  // namespace

SearchModel make_search_model(const expr::ModelImpl& model, std::span<const index_t> moving) {
  SearchModel made;
  made.parameters = static_cast<index_t>(model.parameters.size());
  Graph graph = model.graph;
  Rewritten rewritten{.root = model.outputs.front(),
                      .moving = {moving.begin(), moving.end()},
                      .slots = made.parameters,
                      .done = {}};
  rewrite(graph, rewritten);
  made.slots = rewritten.slots;
  made.moving = rewritten.moving;
  made.rewrites = std::move(rewritten.done);
  NodeId root = rewritten.root;

  const CurvaturePattern pattern(graph, root, made.moving);
  const LinearChoice choice = choose_linear(graph, made.moving, pattern);
  std::vector<std::size_t> linear(choice.linear), nonlinear;  // positions in the pattern
  std::vector<NodeId> factors, columns;
  for (const Product& product : choice.products) {
    linear.push_back(product.factor);
    factors.push_back(graph.parameter(made.moving[product.factor]));
  }
  for (const std::size_t i : choice.linear) {
    made.linear.push_back(made.moving[i]);
    columns.push_back(without(graph, pattern.derivative(i), factors));
  }
  for (const Product& product : choice.products) {
    const index_t factor = made.moving[product.factor];
    const std::vector<expr::Variable> by = {{factor, -1}};
    columns.push_back(expr::differentiate(graph, pattern.derivative(product.through), by,
                                          expr::Accumulation::forward)
                          .front());
    made.linear.push_back(made.slots);
    made.rewrites.push_back({.kind = Rewrite::Kind::product,
                             .parameter = factor,
                             .amplitude = made.moving[product.through],
                             .first = made.slots});
    ++made.slots;
  }
  std::vector<NodeId> zeros(factors);
  for (std::size_t i = 0; i < made.moving.size(); ++i) {
    const bool is_linear = std::find(linear.begin(), linear.end(), i) != linear.end();
    if (is_linear) zeros.push_back(graph.parameter(made.moving[i]));
    if (is_linear || pattern.is_unused(i)) continue;
    made.nonlinear.push_back(made.moving[i]);
    nonlinear.push_back(i);
  }
  made.roles = find_roles(graph, root, made.moving, made.nonlinear);
  made.groups = groups_of(made, pattern, nonlinear, linear);
  add_data_nodes(made);
  const NodeId base = without(graph, root, zeros);
  std::vector<program::Root> roots;
  roots.push_back({base == kNone ? graph.constant(0.0) : base, true});
  for (const NodeId column : columns)
    roots.push_back({column == kNone ? graph.constant(0.0) : column, true});
  made.columns = program::lower(graph, roots, layout(model, made.slots));
  std::vector<program::Root> data;
  for (const NodeId id : made.data_nodes) data.push_back({id, true});
  made.data = program::lower(graph, data, layout(model, made.slots));
  return made;
}

bool SearchModel::complete(std::span<const double> slot_values,
                           std::span<double> parameters_out) const {
  std::vector<double> all(slot_values.begin(), slot_values.end());
  for (auto done = rewrites.rbegin(); done != rewrites.rend(); ++done) {
    if (!restore(*done, all)) return false;
  }
  for (index_t i = 0; i < parameters; ++i) parameters_out[z(i)] = all[z(i)];
  return true;
}

}  // namespace nlsq::search
