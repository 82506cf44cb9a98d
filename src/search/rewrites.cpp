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

// c of an argument c·p + (what does not contain p), c a number.
std::optional<double> coefficient(Graph& graph, NodeId argument, index_t parameter) {
  const std::vector<expr::Variable> variable = {{parameter, -1}};
  const NodeId slope =
      expr::differentiate(graph, argument, variable, expr::Accumulation::forward).front();
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

bool phase(Graph& graph, Rewritten& model, index_t parameter) {
  const NodeId p = graph.parameter(parameter);
  const std::optional<NodeId> function = only_function(graph, model.root, p, {Op::sin, Op::cos});
  if (!function) return false;
  const Node wave = graph[*function];
  const std::optional<double> c = coefficient(graph, wave.a, parameter);
  if (!c) return false;
  // An amplitude: all that depends on the wave is A times it, and A is nowhere else.
  const NodeId placeholder = graph.parameter(model.slots + 1);
  const Pair whole{*function, placeholder};
  const NodeId outer = substitute(graph, model.root, {&whole, 1});
  if (contains(graph, outer, p)) return false;
  const std::vector<expr::Variable> by_wave = {{model.slots + 1, -1}};
  const NodeId slope =
      expr::differentiate(graph, outer, by_wave, expr::Accumulation::forward).front();
  if (slope == kNone || contains(graph, slope, placeholder)) return false;
  const NodeId rest = without(graph, outer, {&placeholder, 1});
  for (const index_t amplitude : model.moving) {
    const NodeId a = graph.parameter(amplitude);
    if (amplitude == parameter || !contains(graph, slope, a)) continue;
    const std::vector<expr::Variable> by_amplitude = {{amplitude, -1}};
    const NodeId shape =
        expr::differentiate(graph, slope, by_amplitude, expr::Accumulation::forward).front();
    // slope = A·shape: no A in its shape, and nothing left without A.
    if (shape == kNone || contains(graph, shape, a)) continue;
    if (without(graph, slope, {&a, 1}) != kNone) continue;
    if (contains(graph, wave.a, a) || (rest != kNone && contains(graph, rest, a))) continue;
    const Pair at_zero{p, graph.constant(0.0)};
    const NodeId u = substitute(graph, wave.a, {&at_zero, 1});
    const NodeId sine = graph.make(Op::sin, u), cosine = graph.make(Op::cos, u);
    const NodeId first = graph.parameter(model.slots), second = graph.parameter(model.slots + 1);
    const bool is_cosine = wave.op == Op::cos;
    // sin(u + cφ) = cos cφ·sin u + sin cφ·cos u; cos(u + cφ) = cos cφ·cos u − sin cφ·sin u.
    const NodeId waves =
        is_cosine ? graph.make(Op::sub, graph.make(Op::mul, first, cosine),
                               graph.make(Op::mul, second, sine))
                  : graph.make(Op::add, graph.make(Op::mul, first, sine),
                               graph.make(Op::mul, second, cosine));
    const Pair one{a, graph.constant(1.0)};
    const NodeId unit = substitute(graph, slope, {&one, 1});
    NodeId root = graph.make(Op::mul, unit, waves);
    if (rest != kNone) root = graph.make(Op::add, root, rest);
    model.done.push_back({.kind = Rewrite::Kind::phase,
                          .parameter = parameter,
                          .factor = *c,
                          .amplitude = amplitude,
                          .first = model.slots,
                          .second = model.slots + 1,
                          .is_cosine = is_cosine});
    model.root = root;
    std::replace(model.moving.begin(), model.moving.end(), parameter, model.slots);
    std::replace(model.moving.begin(), model.moving.end(), amplitude, model.slots + 1);
    model.slots += 2;
    return true;
  }
  return false;
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
  at(rewrite.amplitude) = std::hypot(at(rewrite.first), at(rewrite.second));
  at(rewrite.parameter) = std::atan2(at(rewrite.second), at(rewrite.first)) / rewrite.factor;
  return true;
}

}  // namespace nlsq::search
