// SPDX-License-Identifier: MIT
#include "search/search_model.hpp"

#include <algorithm>
#include <utility>

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
  std::vector<bool> is_linear(made.moving.size(), false);
  for (const std::size_t i : linear_parameters(pattern)) is_linear[i] = true;
  std::vector<NodeId> zeros;
  std::vector<program::Root> roots(1);
  for (std::size_t i = 0; i < made.moving.size(); ++i) {
    if (pattern.is_unused(i)) continue;
    (is_linear[i] ? made.linear : made.nonlinear).push_back(made.moving[i]);
    if (!is_linear[i]) continue;
    zeros.push_back(graph.parameter(made.moving[i]));
    roots.push_back({pattern.derivative(i), true});
  }
  made.roles = find_roles(graph, root, made.moving, made.nonlinear);
  add_data_nodes(made);
  const NodeId base = without(graph, root, zeros);
  roots.front() = {base == kNone ? graph.constant(0.0) : base, true};
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
