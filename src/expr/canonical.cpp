// SPDX-License-Identifier: MIT
// Nodes are numbered by a depth-first walk from the outputs, operands first. A commutative
// operation visits its higher operand first (which also needs fewer registers), equal ones by a
// hash of their structure; only if even that is equal does the recording order decide, and then all
// that is lost is a find.
#include "expr/canonical.hpp"

#include <algorithm>
#include <bit>

namespace nlsq::expr {
namespace {

std::uint64_t mix(std::uint64_t h, std::uint64_t v) {
  h = (h ^ v) * 0x9E3779B97F4A7C15ull;
  return h ^ (h >> 29);
}

}  // namespace

void CanonicalForm::learn_facts(const Graph& graph) {
  facts_.resize(graph.size());
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph[id];
    std::uint64_t h = mix(static_cast<std::uint64_t>(node.op) + 1,
                          (static_cast<std::uint64_t>(static_cast<std::uint32_t>(node.imm)) << 1));
    if (node.op == Op::constant) h = mix(h, std::bit_cast<std::uint64_t>(node.value));
    std::uint32_t height = 0;
    const int operands = arity(node);
    if (operands == 2 && is_commutative(node.op)) {
      const Facts &a = facts_[node.a], &b = facts_[node.b];
      h = mix(mix(h, a.hash + b.hash), a.hash ^ b.hash);
      height = 1 + std::max(a.height, b.height);
    } else {
      for (int i = 0; i < operands; ++i) {
        const Facts& below = facts_[operand(node, i)];
        h = mix(h, below.hash);
        height = std::max(height, 1 + below.height);
      }
    }
    facts_[id] = {h, height, kNone};
  }
}

NodeId CanonicalForm::operand_in_order(const Node& node, int i) const {
  if (arity(node) == 2 && is_commutative(node.op)) {
    const Facts &a = facts_[node.a], &b = facts_[node.b];
    const bool b_first = a.height != b.height ? a.height < b.height : a.hash > b.hash;
    return (i == 0) == b_first ? node.b : node.a;
  }
  return operand(node, i);
}

void CanonicalForm::number_from(const Graph& graph, NodeId root) {
  if (facts_[root].number != kNone) return;
  visits_.assign(1, {root, 0});
  while (!visits_.empty()) {
    Visit& visit = visits_.back();
    const Node& node = graph[visit.id];
    if (visit.next < arity(node)) {
      const NodeId below = operand_in_order(node, visit.next++);
      if (facts_[below].number == kNone) visits_.push_back({below, 0});
    } else {
      facts_[visit.id].number = static_cast<NodeId>(order_.size());
      order_.push_back(visit.id);
      visits_.pop_back();
    }
  }
}

Node CanonicalForm::renumbered(const Node& node) const {
  Node own = node;
  const int operands = arity(node);
  if (operands > 0) own.a = facts_[node.a].number;
  if (operands > 1) own.b = facts_[node.b].number;
  if (operands > 2) own.c = facts_[node.c].number;
  // As the graph has it.
  if (operands == 2 && is_commutative(own.op) && own.a > own.b) std::swap(own.a, own.b);
  return own;
}

void CanonicalForm::write(std::uint64_t value) {
  for (; value >= 128; value >>= 7) bytes_ += static_cast<char>(128 | (value & 127));
  bytes_ += static_cast<char>(value);
}

void CanonicalForm::write(const std::string& text) {
  write(text.size());
  bytes_ += text;
}

void CanonicalForm::read(const ModelImpl& model) {
  const Graph& graph = model.graph;
  order_.clear();
  learn_facts(graph);
  for (const NodeId output : model.outputs) number_from(graph, output);
  bytes_.clear();
  write(graph.simplifies() ? 1 : 0);
  write(model.parameters.size());
  for (const Symbol& symbol : model.parameters) {
    write(symbol.name);
    write(static_cast<std::uint64_t>(symbol.index_column + 1));
  }
  write(model.columns.size());
  for (const std::string& column : model.columns) write(column);
  write(order_.size());
  for (const NodeId id : order_) {
    const Node node = renumbered(graph[id]);
    write(static_cast<std::uint64_t>(node.op));
    write(static_cast<std::uint32_t>(node.imm));
    if (node.op == Op::constant) {
      const auto bits = std::bit_cast<std::uint64_t>(node.value);
      bytes_.append(reinterpret_cast<const char*>(&bits), sizeof(bits));
    }
    for (int i = 0; i < arity(node); ++i) write(operand(node, i));
  }
  write(model.outputs.size());
  for (const NodeId output : model.outputs) write(facts_[output].number);
}

std::shared_ptr<ModelImpl> CanonicalForm::copy(const ModelImpl& model) const {
  auto made = std::make_shared<ModelImpl>();
  made->graph = Graph(model.graph.simplifies());
  for (const NodeId id : order_) made->graph.intern(renumbered(model.graph[id]));
  for (const NodeId output : model.outputs) made->outputs.push_back(facts_[output].number);
  made->parameters = model.parameters;
  made->parameter_names = model.parameter_names;
  made->columns = model.columns;
  made->response = model.response;
  made->formula = model.formula;
  made->notes = model.notes;
  return made;
}

}  // namespace nlsq::expr
