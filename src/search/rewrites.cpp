// SPDX-License-Identifier: MIT
#include "search/rewrites.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "expr/differentiate.hpp"
#include "search/linear_parameters.hpp"

namespace nlsq::search {
namespace {

using expr::Graph;
using expr::kNone;
using expr::Node;
using expr::NodeId;
using expr::Op;

using Pair = std::pair<NodeId, NodeId>;

bool contains(const Graph& graph, NodeId root, NodeId wanted) {
  return wanted <= root && graph.reachable({&root, 1})[wanted];
}

NodeId derivative(Graph& graph, NodeId node, index_t parameter) {
  const std::vector<expr::Variable> by = {{parameter, -1}};
  return expr::differentiate(graph, node, by, expr::Accumulation::forward).front();
}

// c of an argument c·p + (what does not contain p), c a number.
std::optional<double> coefficient(Graph& graph, NodeId argument, index_t parameter) {
  const NodeId slope = derivative(graph, argument, parameter);
  if (slope == kNone || !graph.is_constant(slope)) return std::nullopt;
  const double c = graph[slope].value;
  return c != 0.0 && std::isfinite(c) ? std::optional(c) : std::nullopt;
}

// The only node of some operations that contains p directly, no other of them between: the
// outermost; nothing if there are several.
std::optional<NodeId> only_function(const Graph& graph, NodeId root, NodeId p,
                                    std::initializer_list<Op> ops) {
  std::optional<NodeId> found;
  const std::vector<bool> needed = graph.reachable({&root, 1});
  for (NodeId id = 0; id <= root; ++id) {
    if (!needed[id]) continue;
    if (std::find(ops.begin(), ops.end(), graph[id].op) == ops.end()) continue;
    if (!contains(graph, graph[id].a, p)) continue;
    if (found) return std::nullopt;
    found = id;
  }
  return found;
}

bool log_amplitude(Graph& graph, Rewritten& model, index_t parameter) {
  const NodeId p = graph.parameter(parameter);
  const std::optional<NodeId> function = only_function(graph, model.root, p, {Op::exp});
  if (!function) return false;
  const NodeId argument = graph[*function].a;
  const std::optional<double> c = coefficient(graph, argument, parameter);
  if (!c) return false;
  const Pair at_zero{p, graph.constant(0.0)};
  const NodeId rest = substitute(graph, argument, {&at_zero, 1});
  const NodeId brought = graph.parameter(model.slots);
  const NodeId product = graph.make(Op::mul, brought, graph.make(Op::exp, rest));
  const Pair whole{*function, product};
  const NodeId root = substitute(graph, model.root, {&whole, 1});
  if (contains(graph, root, p)) return false;
  const index_t slot = model.slots;
  const CurvaturePattern pattern(graph, root, {&slot, 1});
  if (pattern.has(0, 0)) return false;
  model.done.push_back({.kind = Rewrite::Kind::log_amplitude,
                        .parameter = parameter,
                        .factor = *c,
                        .first = model.slots});
  model.root = root;
  std::replace(model.moving.begin(), model.moving.end(), parameter, model.slots);
  ++model.slots;
  return true;
}

// The parameter that a wave is multiplied with: `slope`, the model's derivative by the wave, is it
// times something, and it is nowhere else.
std::optional<index_t> amplitude_of(Graph& graph, const Rewritten& model, index_t phase,
                                    NodeId slope, NodeId rest, NodeId argument) {
  for (const index_t amplitude : model.moving) {
    const NodeId a = graph.parameter(amplitude);
    if (amplitude == phase || !contains(graph, slope, a)) continue;
    const NodeId shape = derivative(graph, slope, amplitude);
    const bool is_factor =
        shape != kNone && !contains(graph, shape, a) && without(graph, slope, {&a, 1}) == kNone;
    const bool is_elsewhere =
        contains(graph, argument, a) || (rest != kNone && contains(graph, rest, a));
    if (is_factor && !is_elsewhere) return amplitude;
  }
  return std::nullopt;
}

// P·sin u + Q·cos u, or P·cos u − Q·sin u: of an amplitude and a phase P = A cos cφ, Q = A sin cφ.
NodeId waves_of(Graph& graph, Op op, NodeId u, NodeId first, NodeId second) {
  const NodeId sine = graph.make(Op::sin, u), cosine = graph.make(Op::cos, u);
  if (op == Op::cos) {
    return graph.make(Op::sub, graph.make(Op::mul, first, cosine),
                      graph.make(Op::mul, second, sine));
  }
  return graph.make(Op::add, graph.make(Op::mul, first, sine), graph.make(Op::mul, second, cosine));
}

bool phase(Graph& graph, Rewritten& model, index_t parameter) {
  const NodeId p = graph.parameter(parameter);
  const std::optional<NodeId> function = only_function(graph, model.root, p, {Op::sin, Op::cos});
  if (!function) return false;
  const Node wave = graph[*function];
  const std::optional<double> c = coefficient(graph, wave.a, parameter);
  if (!c) return false;
  const NodeId placeholder = graph.parameter(model.slots + 1);
  const Pair whole{*function, placeholder};
  const NodeId outer = substitute(graph, model.root, {&whole, 1});
  if (contains(graph, outer, p)) return false;
  const NodeId slope = derivative(graph, outer, model.slots + 1);
  if (slope == kNone || contains(graph, slope, placeholder)) return false;
  const NodeId rest = without(graph, outer, {&placeholder, 1});
  const std::optional<index_t> amplitude =
      amplitude_of(graph, model, parameter, slope, rest, wave.a);
  if (!amplitude) return false;
  const Pair at_zero{p, graph.constant(0.0)};
  const NodeId u = substitute(graph, wave.a, {&at_zero, 1});
  const Pair one{graph.parameter(*amplitude), graph.constant(1.0)};
  const NodeId waves =
      waves_of(graph, wave.op, u, graph.parameter(model.slots), graph.parameter(model.slots + 1));
  model.root = graph.make(Op::mul, substitute(graph, slope, {&one, 1}), waves);
  if (rest != kNone) model.root = graph.make(Op::add, model.root, rest);
  model.done.push_back({.kind = Rewrite::Kind::phase,
                        .parameter = parameter,
                        .factor = *c,
                        .amplitude = *amplitude,
                        .first = model.slots,
                        .second = model.slots + 1});
  std::replace(model.moving.begin(), model.moving.end(), parameter, model.slots);
  std::replace(model.moving.begin(), model.moving.end(), *amplitude, model.slots + 1);
  model.slots += 2;
  return true;
}

}  // namespace

void rewrite(Graph& graph, Rewritten& model) {
  const std::vector<index_t> given = model.moving;
  for (const index_t parameter : given) {
    if (std::find(model.moving.begin(), model.moving.end(), parameter) == model.moving.end())
      continue;
    if (!phase(graph, model, parameter)) log_amplitude(graph, model, parameter);
  }
}

bool restore(const Rewrite& rewrite, std::span<double> slots) {
  const auto at = [&](index_t slot) -> double& { return slots[static_cast<std::size_t>(slot)]; };
  if (rewrite.kind == Rewrite::Kind::log_amplitude) {
    const double size = at(rewrite.first);
    if (!(size > 0.0)) return false;
    at(rewrite.parameter) = std::log(size) / rewrite.factor;
    return true;
  }
  if (rewrite.kind == Rewrite::Kind::product) {
    at(rewrite.parameter) = at(rewrite.first) / at(rewrite.amplitude);
    return std::isfinite(at(rewrite.parameter));
  }
  at(rewrite.amplitude) = std::hypot(at(rewrite.first), at(rewrite.second));
  at(rewrite.parameter) = std::atan2(at(rewrite.second), at(rewrite.first)) / rewrite.factor;
  return true;
}

}  // namespace nlsq::search
