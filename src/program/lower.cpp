// SPDX-License-Identifier: MIT
// Lowering in one sweep over the graph, whose order is already a schedule: pick the operation, one
// instruction for nodes that fuse (fusion.hpp); its value then gets a register (registers.hpp).
#include "program/lower.hpp"

#include <utility>

#include "program/fusion.hpp"
#include "program/registers.hpp"

namespace nlsq::program {
namespace {

using expr::Graph;
using expr::kNone;
using expr::Node;
using expr::NodeId;
using expr::Op;

bool takes_scalars(Code code) {
  switch (code) {
    case Code::add:
    case Code::sub:
    case Code::mul:
    case Code::div:
    case Code::fma:
    case Code::fms:
    case Code::fnma:
    case Code::fma_sub:
    case Code::gathered:
    case Code::polynomial: return true;
    default: return false;
  }
}

class Lowering {
 public:
  Lowering(const Graph& graph, std::span<const Root> roots, const LowerOptions& options)
      : g_(graph), roots_(roots), options_(options) {
    program_.parameters = options.parameters;
    program_.columns = options.columns;
    program_.slots = static_cast<std::uint32_t>(options.parameters);
  }

  Program run() {
    std::vector<NodeId> ids;
    for (const Root& root : roots_) ids.push_back(root.node);
    needed_ = g_.reachable(ids);
    home_.assign(g_.size(), Operand{});
    if (options_.fuse)
      fusion_ = find_fusion(g_, needed_, roots_);
    else
      fusion_.absorbed.assign(g_.size(), false);
    for (NodeId id = 0; id < g_.size(); ++id) {
      if (needed_[id] && g_.traits(id).uniform) emit_uniform(id);
    }
    for (NodeId id = 0; id < g_.size(); ++id) {
      if (needed_[id] && !g_.traits(id).uniform && !fusion_.absorbed[id]) emit_row(id);
    }
    for (const Root& root : roots_) {
      Operand home = home_[root.node];
      if (root.per_row && home.kind == Operand::Kind::scalar) home = spread(home);
      program_.outputs.push_back(home);
    }
    move_first_output_to_end(program_);
    allocate_registers(program_, values_);
    return std::move(program_);
  }

 private:
  Operand slot_operand(std::uint32_t slot) const { return {Operand::Kind::scalar, slot}; }

  void emit_uniform(NodeId id) {
    const Node& n = g_[id];
    if (n.op == Op::parameter) {
      home_[id] = slot_operand(
          static_cast<std::uint32_t>(options_.offsets[static_cast<std::size_t>(n.imm)]));
      return;
    }
    if (n.op == Op::gathered) {
      const auto element = static_cast<index_t>(g_[n.a].value);
      home_[id] = slot_operand(
          static_cast<std::uint32_t>(options_.offsets[static_cast<std::size_t>(n.imm)] + element));
      return;
    }
    const std::uint32_t slot = program_.slots++;
    home_[id] = slot_operand(slot);
    if (n.op == Op::constant) {
      program_.constants.push_back({slot, n.value});
      return;
    }
    Instruction out{.code = code_of(n.op), .imm = n.imm, .dst = slot};
    if (n.a != kNone) out.a = home_[n.a];
    if (n.b != kNone) out.b = home_[n.b];
    if (n.c != kNone) out.c = home_[n.c];
    program_.uniform.push_back(out);
  }

  // A register that holds a uniform value, made once a program.
  Operand spread(Operand scalar) {
    for (const Broadcast& b : program_.broadcasts) {
      if (b.slot == scalar.index) return {Operand::Kind::reg, b.reg};
    }
    const std::uint32_t reg = values_++;
    program_.broadcasts.push_back({scalar.index, reg});
    return {Operand::Kind::reg, reg};
  }

  Operand operand_for(Code code, NodeId id) {
    const Operand home = home_[id];
    return home.kind == Operand::Kind::scalar && !takes_scalars(code) ? spread(home) : home;
  }

  void emit(NodeId id, Instruction out) {
    out.dst = values_++;
    home_[id] = {Operand::Kind::reg, out.dst};
    program_.row.push_back(out);
  }

  void emit_row(NodeId id) {
    const Node& n = g_[id];
    if (n.op == Op::column) return emit_column(id);
    if (n.op == Op::gathered) {
      const auto symbol = static_cast<std::size_t>(n.imm);
      const index_t base = options_.offsets[symbol];
      const index_t end =
          symbol + 1 < options_.offsets.size() ? options_.offsets[symbol + 1] : options_.parameters;
      return emit(id, {.code = Code::gathered,
                       .imm = static_cast<std::int32_t>(end - base),
                       .a = home_[n.a],
                       .b = slot_operand(static_cast<std::uint32_t>(base))});
    }
    if (options_.fuse) {
      if (!fusion_.polynomial[id].empty()) return emit_polynomial(id);
      if (fusion_.sum_of[id] != kNone) return emit_multiply_add_sub(id);
      if (fusion_.product_of[id] != kNone) return emit_multiply_add(id);
      if (fusion_.partner[id] != kNone) return emit_sincos(id);
      const NodeId shared = n.op == Op::div ? fusion_.reciprocal[n.b] : kNone;
      if (shared != kNone && shared != id) return emit_shared_division(id, shared);
    }
    if (n.op == Op::div && g_.is_constant(n.a, 1.0)) {
      if (home_[id].kind != Operand::Kind::none) return;  // made ahead of its turn by a division
      return emit(id, {.code = Code::reciprocal, .a = home_[n.b]});
    }
    if (n.op == Op::mul && n.a == n.b) return emit(id, {.code = Code::square, .a = home_[n.a]});
    const Code code = code_of(n.op);
    Instruction out{.code = code, .imm = n.imm};
    out.a = operand_for(code, n.a);
    if (n.b != kNone) out.b = operand_for(code, n.b);
    if (n.c != kNone) out.c = operand_for(code, n.c);
    // Kernels of commutative operations take the uniform operand second.
    if ((code == Code::add || code == Code::mul) && out.a.kind == Operand::Kind::scalar)
      std::swap(out.a, out.b);
    emit(id, out);
  }

  void emit_column(NodeId id) {
    const Node& n = g_[id];
    const Operand column{Operand::Kind::column, static_cast<std::uint32_t>(n.imm)};
    const bool narrow =
        !options_.float32.empty() && options_.float32[static_cast<std::size_t>(n.imm)];
    if (narrow) return emit(id, {.code = Code::widen, .a = column});
    home_[id] = column;
  }

  void emit_multiply_add(NodeId id) {
    const Node& n = g_[id];
    const NodeId product = fusion_.product_of[id];
    const NodeId other = product == n.a ? n.b : n.a;
    const bool subtract = n.op == Op::sub;
    const Code code = !subtract ? Code::fma : product == n.a ? Code::fms : Code::fnma;
    Instruction out{
        .code = code, .a = home_[g_[product].a], .b = home_[g_[product].b], .c = home_[other]};
    if (out.a.kind == Operand::Kind::scalar) std::swap(out.a, out.b);
    emit(id, out);
  }

  void emit_polynomial(NodeId id) {
    const std::vector<NodeId>& chain = fusion_.polynomial[id];
    const std::size_t degree = chain.size() - 2;
    const std::uint32_t base = program_.slots;
    program_.slots += static_cast<std::uint32_t>(degree + 1);
    for (std::size_t k = 0; k <= degree; ++k) {
      const auto slot = static_cast<std::uint32_t>(base + degree - k);
      program_.uniform.push_back({.code = Code::copy, .a = home_[chain[k + 1]], .dst = slot});
    }
    Instruction out{.code = Code::polynomial,
                    .imm = static_cast<std::int32_t>(degree),
                    .a = home_[chain[0]],
                    .b = slot_operand(base)};
    if (g_[id].op == Op::sub) out.e = home_[g_[id].b];
    emit(id, out);
  }

  void emit_multiply_add_sub(NodeId id) {
    const NodeId sum = fusion_.sum_of[id];
    const NodeId product = fusion_.product_of[sum];
    const NodeId other = product == g_[sum].a ? g_[sum].b : g_[sum].a;
    Instruction out{.code = Code::fma_sub,
                    .a = home_[g_[product].a],
                    .b = home_[g_[product].b],
                    .c = home_[other],
                    .e = home_[g_[id].b]};
    if (out.a.kind == Operand::Kind::scalar) std::swap(out.a, out.b);
    emit(id, out);
  }

  void emit_sincos(NodeId id) {
    const bool sine_first = g_[id].op == Op::sin;
    Instruction out{.code = Code::sincos, .a = home_[g_[id].a]};
    const std::uint32_t sine = values_++, cosine = values_++;
    out.dst = sine;
    out.dst2 = cosine;
    home_[id] = {Operand::Kind::reg, sine_first ? sine : cosine};
    home_[fusion_.partner[id]] = {Operand::Kind::reg, sine_first ? cosine : sine};
    program_.row.push_back(out);
  }

  void emit_shared_division(NodeId id, NodeId reciprocal) {
    if (home_[reciprocal].kind == Operand::Kind::none) {
      emit(reciprocal, {.code = Code::reciprocal, .a = home_[g_[reciprocal].b]});
    }
    Instruction out{.code = Code::mul, .a = home_[g_[id].a], .b = home_[reciprocal]};
    if (out.a.kind == Operand::Kind::scalar) std::swap(out.a, out.b);
    emit(id, out);
  }

  const Graph& g_;
  std::span<const Root> roots_;
  const LowerOptions& options_;
  Program program_;
  std::vector<bool> needed_;
  Fusion fusion_;
  std::vector<Operand> home_;
  std::uint32_t values_ = 0;
};

}  // namespace

Program lower(const Graph& graph, std::span<const Root> roots, const LowerOptions& options) {
  return Lowering(graph, roots, options).run();
}

double row_cost(const Graph& graph, std::span<const NodeId> roots) {
  const std::vector<bool> needed = graph.reachable(roots);
  double cost = 0.0;
  for (NodeId id = 0; id < graph.size(); ++id) {
    if (!needed[id] || graph.traits(id).uniform || graph[id].op == Op::column) continue;
    switch (graph[id].op) {
      case Op::add:
      case Op::sub:
      case Op::mul:
      case Op::neg:
      case Op::where:
      case Op::strong_mul: cost += 1; break;
      case Op::div:
      case Op::sqrt: cost += 4; break;
      default: cost += 20; break;
    }
  }
  return cost;
}

}  // namespace nlsq::program
