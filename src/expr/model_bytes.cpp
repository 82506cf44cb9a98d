// SPDX-License-Identifier: MIT
#include "expr/model_bytes.hpp"

namespace nlsq::expr {
namespace {

using base::Unpacker;

constexpr std::size_t kLeastOfText = sizeof(index_t);
constexpr std::size_t kNodeBytes = sizeof(std::int32_t) * 2 + sizeof(NodeId) * 3 + sizeof(double);

void write_node(const Node& node, base::Packer& to) {
  to.add(static_cast<std::int32_t>(node.op));
  to.add(node.imm);
  to.add(node.a);
  to.add(node.b);
  to.add(node.c);
  to.add(node.value);
}

// Operands come before their users.
Node read_node(Unpacker& from, NodeId at, const ModelImpl& model) {
  Node node;
  const auto op = from.next<std::int32_t>();
  Unpacker::check(op >= 0 && op < static_cast<std::int32_t>(kOpCount));
  node.op = static_cast<Op>(op);
  node.imm = from.next<std::int32_t>();
  node.a = from.next<NodeId>();
  node.b = from.next<NodeId>();
  node.c = from.next<NodeId>();
  node.value = from.next<double>();
  for (int i = 0; i < arity(node); ++i) Unpacker::check(operand(node, i) < at);
  const auto imm = static_cast<std::size_t>(node.imm);
  if (node.op == Op::parameter || node.op == Op::gathered)
    Unpacker::check(imm < model.parameters.size());
  if (node.op == Op::column) Unpacker::check(imm < model.columns.size());
  return node;
}

}  // namespace

void write_model(const ModelImpl& model, base::Packer& to) {
  to.add(static_cast<std::uint8_t>(model.graph.simplifies()));
  to.add(static_cast<index_t>(model.parameters.size()));
  for (const Symbol& symbol : model.parameters) {
    to.add_text(symbol.name);
    to.add(symbol.index_column);
  }
  to.add(static_cast<index_t>(model.columns.size()));
  for (const std::string& column : model.columns) to.add_text(column);
  to.add(static_cast<index_t>(model.graph.size()));
  for (NodeId id = 0; id < model.graph.size(); ++id) write_node(model.graph[id], to);
  to.add_all(model.outputs);
}

std::shared_ptr<ModelImpl> read_model(Unpacker& from) {
  auto model = std::make_shared<ModelImpl>();
  model->graph = Graph(from.next<std::uint8_t>() != 0);
  const index_t parameters = from.next_count(kLeastOfText);
  for (index_t i = 0; i < parameters; ++i) {
    Symbol symbol{from.next_text(), from.next<index_t>()};
    model->parameter_names.push_back(symbol.name);
    model->parameters.push_back(std::move(symbol));
  }
  const index_t columns = from.next_count(kLeastOfText);
  for (index_t i = 0; i < columns; ++i) model->columns.push_back(from.next_text());
  for (const Symbol& symbol : model->parameters) Unpacker::check(symbol.index_column < columns);
  const index_t nodes = from.next_count(kNodeBytes);
  for (NodeId id = 0; id < static_cast<NodeId>(nodes); ++id)
    Unpacker::check(model->graph.intern(read_node(from, id, *model)) == id);
  model->outputs = from.next_all<NodeId>();
  Unpacker::check(!model->outputs.empty());
  for (const NodeId output : model->outputs) Unpacker::check(output < model->graph.size());
  return model;
}

}  // namespace nlsq::expr
