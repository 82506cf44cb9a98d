// SPDX-License-Identifier: MIT
// Lowering in one sweep over the graph, whose order is already a schedule: pick the operation
// (fusing multiply-add, sin with cos, divisions by a common denominator), then give it a register.
// Registers are reused as soon as their value is dead, so the working set stays small.
#include "program/lower.hpp"

#include <algorithm>

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
    count_uses();
    if (options_.fuse) fuse();
    for (NodeId id = 0; id < g_.size(); ++id) {
      if (needed_[id] && g_.traits(id).uniform) emit_uniform(id);
    }
    for (NodeId id = 0; id < g_.size(); ++id) {
      if (needed_[id] && !g_.traits(id).uniform && !absorbed_[id]) emit_row(id);
    }
    for (const Root& root : roots_) {
      Operand home = home_[root.node];
      if (root.per_row && home.kind == Operand::Kind::scalar) home = spread(home);
      program_.outputs.push_back(home);
    }
    move_first_root_to_end();
    allocate_registers();
    return std::move(program_);
  }

 private:
  void count_uses() {
    uses_.assign(g_.size(), 0);
    for (NodeId id = 0; id < g_.size(); ++id) {
      if (!needed_[id]) continue;
      for (int i = 0; i < expr::arity(g_[id]); ++i) ++uses_[expr::operand(g_[id], i)];
    }
    for (const Root& root : roots_) ++uses_[root.node];
  }

  // Marks products that a sum takes in, cosines that come with a sine, and finds shared
  // reciprocals.
  void fuse() {
    product_of_.assign(g_.size(), kNone);
    partner_.assign(g_.size(), kNone);
    reciprocal_.assign(g_.size(), kNone);
    sum_of_.assign(g_.size(), kNone);
    polynomial_.assign(g_.size(), {});
    std::vector<NodeId> sine(g_.size(), kNone), cosine(g_.size(), kNone);
    for (NodeId id = 0; id < g_.size(); ++id) {
      if (!needed_[id] || g_.traits(id).uniform) continue;
      const Node& n = g_[id];
      if (n.op == Op::sin) sine[n.a] = id;
      if (n.op == Op::cos) cosine[n.a] = id;
      if (n.op == Op::div && g_.is_constant(n.a, 1.0)) reciprocal_[n.b] = id;
      if (n.op != Op::add && n.op != Op::sub) continue;
      if (n.op == Op::add && find_polynomial(id)) continue;
      if (n.op == Op::sub && uses_[n.a] == 1 && g_[n.a].op == Op::add &&
          !polynomial_[n.a].empty() && !g_.traits(n.b).uniform) {
        polynomial_[id] = std::move(polynomial_[n.a]);
        absorbed_[n.a] = true;
        continue;
      }
      // (a·b + c) − e with a sum of its own: one instruction. The sum has found its product
      // already.
      if (n.op == Op::sub && uses_[n.a] == 1 && g_[n.a].op == Op::add &&
          product_of_[n.a] != kNone && !g_.traits(n.b).uniform) {
        sum_of_[id] = n.a;
        absorbed_[n.a] = true;
        continue;
      }
      for (const NodeId term : {n.a, n.b}) {
        if (product_of_[id] != kNone || !is_private_product(term)) continue;
        product_of_[id] = term;
        absorbed_[term] = true;
      }
    }
    for (NodeId x = 0; x < g_.size(); ++x) {
      if (sine[x] == kNone || cosine[x] == kNone) continue;
      const NodeId first = std::min(sine[x], cosine[x]), second = std::max(sine[x], cosine[x]);
      partner_[first] = second;
      absorbed_[second] = true;
    }
  }

  // c₀ + x·(c₁ + x·(… + x·cₖ)), k ≥ 2, with uniform coefficients: one instruction. The inner sum is
  // one already, or is x·cₖ + cₖ₋₁ itself.
  bool find_polynomial(NodeId id) {
    const Node& n = g_[id];
    const NodeId constant = g_.traits(n.a).uniform ? n.a : n.b;
    const NodeId product = constant == n.a ? n.b : n.a;
    if (!g_.traits(constant).uniform || g_[product].op != Op::mul || uses_[product] != 1 ||
        absorbed_[product]) {
      return false;
    }
    for (const NodeId inner : {g_[product].a, g_[product].b}) {
      const NodeId x = inner == g_[product].a ? g_[product].b : g_[product].a;
      if (g_.traits(x).uniform || uses_[inner] != 1) continue;
      std::vector<NodeId> chain = inner_polynomial(inner, x);
      if (chain.empty()) continue;
      chain.push_back(constant);
      polynomial_[id] = std::move(chain);
      absorbed_[inner] = absorbed_[product] = true;
      return true;
    }
    return false;
  }

  // {x, cₖ, …, c₁} if `inner` is a polynomial in x; empty otherwise.
  std::vector<NodeId> inner_polynomial(NodeId inner, NodeId x) {
    // One that ends with a subtraction is an instruction of its own.
    if (!polynomial_[inner].empty() && g_[inner].op == Op::add) {
      return polynomial_[inner].front() == x ? polynomial_[inner] : std::vector<NodeId>{};
    }
    const Node& n = g_[inner];
    const NodeId product = product_of_[inner];
    if (n.op != Op::add || product == kNone) return {};
    const NodeId constant = product == n.a ? n.b : n.a;
    const NodeId factor = g_[product].a == x   ? g_[product].b
                          : g_[product].b == x ? g_[product].a
                                               : kNone;
    if (factor == kNone || !g_.traits(factor).uniform || !g_.traits(constant).uniform) return {};
    return {x, factor, constant};
  }

  bool is_private_product(NodeId id) const {
    return g_[id].op == Op::mul && !g_.traits(id).uniform && uses_[id] == 1 && !absorbed_[id];
  }

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
      home_[id] = slot_operand(static_cast<std::uint32_t>(
          options_.offsets[static_cast<std::size_t>(n.imm)] + element));
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
      if (!polynomial_[id].empty()) return emit_polynomial(id);
      if (sum_of_[id] != kNone) return emit_multiply_add_sub(id);
      if (product_of_[id] != kNone) return emit_multiply_add(id);
      if (partner_[id] != kNone) return emit_sincos(id);
      const NodeId shared = n.op == Op::div ? reciprocal_[n.b] : kNone;
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
    const NodeId product = product_of_[id];
    const NodeId other = product == n.a ? n.b : n.a;
    const bool subtract = n.op == Op::sub;
    const Code code = !subtract ? Code::fma : product == n.a ? Code::fms : Code::fnma;
    Instruction out{
        .code = code, .a = home_[g_[product].a], .b = home_[g_[product].b], .c = home_[other]};
    if (out.a.kind == Operand::Kind::scalar) std::swap(out.a, out.b);
    emit(id, out);
  }

  void emit_polynomial(NodeId id) {
    const std::vector<NodeId>& chain = polynomial_[id];
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
    const NodeId sum = sum_of_[id];
    const NodeId product = product_of_[sum];
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
    home_[partner_[id]] = {Operand::Kind::reg, sine_first ? cosine : sine};
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

  // Folds can make the last instruction themselves (reduce/fold.hpp), so the first root's, which is
  // the residual, becomes it where that costs no register: only readers of outputs need its result,
  // and its operands stay in their registers anyway.
  void move_first_root_to_end() {
    if (program_.outputs.empty()) return;
    const Operand first = program_.outputs.front();
    const auto is_first = [&](const Instruction& in) {
      return first == Operand{Operand::Kind::reg, in.dst} && in.code != Code::sincos;
    };
    const auto at = std::find_if(program_.row.begin(), program_.row.end(), is_first);
    if (at == program_.row.end()) return;
    const auto stays = [&](const Operand& operand) {
      const auto is_same = [&](const Broadcast& b) { return b.reg == operand.index; };
      return operand.kind != Operand::Kind::reg ||
             std::find(program_.outputs.begin(), program_.outputs.end(), operand) !=
                 program_.outputs.end() ||
             std::any_of(program_.broadcasts.begin(), program_.broadcasts.end(), is_same);
    };
    const auto reads_first = [&](const Instruction& in) {
      return in.a == first || in.b == first || in.c == first || in.e == first;
    };
    if (stays(at->a) && stays(at->b) && stays(at->c) && stays(at->e) &&
        std::none_of(at, program_.row.end(), reads_first)) {
      std::rotate(at, at + 1, program_.row.end());
    }
  }

  // Turns values into registers: a value's register is free after its last use.
  void allocate_registers() {
    constexpr std::size_t kForever = SIZE_MAX;
    std::vector<std::size_t> last(values_, 0);
    const auto touch = [&](const Operand& operand, std::size_t when) {
      if (operand.kind == Operand::Kind::reg) last[operand.index] = when;
    };
    for (std::size_t i = 0; i < program_.row.size(); ++i) {
      const Instruction& in = program_.row[i];
      for (const Operand& operand : {in.a, in.b, in.c, in.e}) touch(operand, i);
    }
    for (const Operand& output : program_.outputs) touch(output, kForever);
    for (const Broadcast& b : program_.broadcasts) last[b.reg] = kForever;

    std::vector<std::uint32_t> reg(values_, 0), free;
    const auto take = [&] {
      if (free.empty()) return program_.registers++;
      const std::uint32_t r = free.back();
      free.pop_back();
      return r;
    };
    const auto rename = [&](Operand& operand) {
      if (operand.kind == Operand::Kind::reg) operand.index = reg[operand.index];
    };
    for (Broadcast& b : program_.broadcasts) b.reg = reg[b.reg] = take();
    for (std::size_t i = 0; i < program_.row.size(); ++i) {
      Instruction& in = program_.row[i];
      const Operand sources[] = {in.a, in.b, in.c, in.e};
      for (std::size_t s = 0; s < 4; ++s) {
        const Operand& operand = sources[s];
        const bool repeated = std::find(sources, sources + s, operand) != sources + s;
        const bool dies =
            operand.kind == Operand::Kind::reg && last[operand.index] == i && !repeated;
        // sincos writes two results, the second before the first operand is dead in the kernel's
        // eyes.
        if (dies && in.code != Code::sincos) free.push_back(reg[operand.index]);
      }
      rename(in.a), rename(in.b), rename(in.c), rename(in.e);
      const std::uint32_t value = in.dst, value2 = in.dst2;
      in.dst = reg[value] = take();
      if (in.code == Code::sincos) in.dst2 = reg[value2] = take();
    }
    for (Operand& output : program_.outputs) rename(output);
  }

  const Graph& g_;
  std::span<const Root> roots_;
  const LowerOptions& options_;
  Program program_;
  std::vector<bool> needed_;
  std::vector<int> uses_;
  std::vector<bool> absorbed_ = std::vector<bool>(g_.size(), false);
  std::vector<NodeId> product_of_, partner_, reciprocal_, sum_of_;
  std::vector<std::vector<NodeId>> polynomial_;  // x, then coefficients from the highest
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
