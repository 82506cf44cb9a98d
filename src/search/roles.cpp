// SPDX-License-Identifier: MIT
#include "search/roles.hpp"

#include <algorithm>
#include <cmath>

namespace nlsq::search {
namespace {

using expr::Graph;
using expr::kNone;
using expr::Node;
using expr::NodeId;
using expr::Op;

constexpr int kMostMeetings = 64;
constexpr int kMostSteps = 4096;

bool is_comparison(Op op) { return op == Op::lt || op == Op::le || op == Op::eq || op == Op::ne; }
bool is_wave(Op op) { return op == Op::sin || op == Op::cos || op == Op::j0 || op == Op::j1; }
bool is_singular(Op op) {
  return op == Op::log || op == Op::log2 || op == Op::log10 || op == Op::log1p || op == Op::sqrt ||
         op == Op::cbrt || op == Op::tan;
}

// On the way: node = scale·θ^exponent·Π factors (·(data − m)^power), plus other terms once summed.
struct Way {
  NodeId at;
  double exponent = 1.0, scale = 1.0;
  std::vector<Factor> factors;
  std::vector<Other> others;
  bool shared = false;
  bool moves = false;  // multiplied by what depends on data and other parameters
  NodeId difference = kNone;
  double power = 0.0;
  bool summed = false;
  Role met = Role::none;  // shift, width or magnitude, with what
  NodeId partner = kNone;
  double partner_power = 1.0;
  bool adds = false;

  bool is_bare() const { return factors.empty() && difference == kNone; }
};

class Finder {
 public:
  Finder(const Graph& graph, NodeId root, std::span<const index_t> moving)
      : graph_(graph),
        root_(root),
        varies_(root + std::size_t{1}, false),
        has_data_(root + std::size_t{1}, false),
        users_(root + std::size_t{1}) {
    const std::vector<bool> needed = graph.reachable({&root, 1});
    for (NodeId id = 0; id <= root; ++id) {
      if (!needed[id]) continue;
      const Node& node = graph[id];
      varies_[id] = node.op == Op::gathered ||
                    (node.op == Op::parameter &&
                     std::find(moving.begin(), moving.end(), index_t{node.imm}) != moving.end());
      has_data_[id] = node.op == Op::column || node.op == Op::gathered;
      for (int i = 0; i < expr::arity(node); ++i) {
        const NodeId operand = expr::operand(node, i);
        varies_[id] = varies_[id] || varies_[operand];
        has_data_[id] = has_data_[id] || has_data_[operand];
        std::vector<NodeId>& users = users_[operand];
        if (users.empty() || users.back() != id) users.push_back(id);
      }
    }
  }

  Meeting find(index_t parameter) {
    found_.clear();
    steps_ = 0;
    for (NodeId id = 0; id <= root_; ++id) {
      if (graph_[id].op == Op::parameter && graph_[id].imm == parameter) {
        Way way;
        way.at = id;
        climb(way);
      }
    }
    if (found_.empty()) return {};
    const auto best =
        std::min_element(found_.begin(), found_.end(),
                         [](const Meeting& a, const Meeting& b) { return rank(a) < rank(b); });
    // A place that is a pole anywhere is one.
    Meeting chosen = *best;
    for (const Meeting& other : found_) {
      if (other.role == chosen.role && other.partner == chosen.partner && other.use == Use::pole)
        chosen.use = Use::pole;
    }
    return chosen;
  }

 private:
  static double rank(const Meeting& m) {
    switch (m.role) {
      case Role::frequency: return m.shared ? 3.5 : 0.0;
      case Role::exponent: return m.shared ? 4.5 : 1.0;
      case Role::shift: return 2.0;
      case Role::phase: return 2.5;
      case Role::rate: return m.shared ? 4.0 : 3.0;
      case Role::width: return m.shared ? 4.1 : 3.1;
      case Role::magnitude: return m.shared ? 4.2 : 3.2;
      case Role::none: break;
    }
    return m.shared ? 6.0 : 5.0;
  }

  bool is_data(NodeId id) const { return has_data_[id] && !varies_[id]; }

  // From a sign, a root or a whole power to what is below it; its power. False: it is none of them.
  bool descend(NodeId& id, double& power) const {
    const Node& node = graph_[id];
    if (node.op == Op::sqrt) {
      power *= 0.5;
    } else if (node.op == Op::mul && node.a == node.b) {
      power *= 2.0;
    } else if (node.op == Op::pow && graph_.is_constant(node.b)) {
      power *= graph_[node.b].value;
    } else if (node.op != Op::neg && node.op != Op::abs) {
      return false;
    }
    id = node.a;
    return true;
  }

  // Data of a difference data − m below signs, whole powers and factors; its power.
  NodeId difference_in(NodeId id, double& power) const {
    for (int depth = 0; depth < 32; ++depth) {
      const Node& node = graph_[id];
      if (descend(id, power)) continue;
      if (node.op == Op::where) {
        id = varies_[node.b] && has_data_[node.b] ? node.b : node.c;
      } else if (node.op == Op::max || node.op == Op::min) {
        id = graph_.is_constant(node.a) ? node.b : node.a;
      } else if (node.op == Op::mul && !has_data_[node.a]) {
        id = node.b;
      } else if (node.op == Op::mul && !has_data_[node.b]) {
        id = node.a;
      } else if (node.op == Op::div && !has_data_[node.b]) {
        id = node.a;
      } else if (node.op == Op::add || node.op == Op::sub) {
        if (is_data(node.a) && !has_data_[node.b]) return node.a;
        if (is_data(node.b) && !has_data_[node.a]) return node.b;
        return kNone;
      } else {
        return kNone;
      }
    }
    return kNone;
  }

  // A parameter below signs, whole powers and constant factors; its power.
  NodeId parameter_in(NodeId id, double& power) const {
    for (int depth = 0; depth < 32; ++depth) {
      const Node& node = graph_[id];
      if (node.op == Op::parameter) return id;
      if (descend(id, power)) continue;
      if (node.op == Op::mul && (graph_.is_constant(node.a) || graph_.is_constant(node.b))) {
        id = graph_.is_constant(node.a) ? node.b : node.a;
      } else if (node.op == Op::div && graph_.is_constant(node.a)) {
        power = -power;
        id = node.b;
      } else {
        return kNone;
      }
    }
    return kNone;
  }

  void multiply(Way& way, NodeId other, double power) const {
    const Node& node = graph_[other];
    if (node.op == Op::constant) {
      if (!is_settled(way)) way.scale *= std::pow(std::abs(node.value), power);
    } else if (!varies_[other]) {
      way.factors.push_back({other, power});
    } else if (!has_data_[other]) {
      way.shared = true;
      const NodeId base = parameter_in(other, power);
      if (base != kNone && !is_settled(way)) way.others.push_back({graph_[base].imm, power});
    } else {
      double of_difference = power;
      const NodeId data = difference_in(other, of_difference);
      if (data == kNone || way.difference != kNone) {
        way.shared = way.moves = true;
      } else {
        way.difference = data;
        way.power = of_difference;
      }
    }
  }

  static void raise(Way& way, double power) {
    way.scale = std::pow(way.scale, power);
    way.exponent *= power;
    way.power *= power;
    for (Factor& factor : way.factors) factor.power *= power;
    for (Other& other : way.others) other.power *= power;
  }

  // Factors of the sum in which θ met its role say nothing of θ beside what it met.
  static bool is_settled(const Way& way) { return way.met != Role::none; }

  void meet(const Way& way, Use use, bool in_exponent = false) {
    if (static_cast<int>(found_.size()) >= kMostMeetings) return;
    Meeting m;
    m.use = use;
    m.exponent = way.exponent;
    m.scale = way.scale;
    m.factors = way.factors;
    m.shared = way.shared;
    m.others = way.others;
    m.partner = way.difference;
    m.partner_power = way.power;
    if (way.met == Role::shift && use == Use::wave && way.is_bare()) {
      m.role = Role::phase;
      m.factors.clear();
    } else if (way.met != Role::none) {
      m.role = way.met;
      m.partner = way.partner;
      m.partner_power = way.partner_power;
      m.adds = way.adds;
    } else if (in_exponent && way.is_bare()) {
      m.role = Role::exponent;
    } else if (use == Use::wave) {
      m.role = way.is_bare() && !way.moves ? Role::phase : Role::frequency;
    } else if (!way.is_bare()) {
      m.role = Role::rate;
    }
    found_.push_back(std::move(m));
  }

  // At a sum: what θ is added to.
  void add(Way& way, NodeId other, bool adds) const {
    if (!way.summed && way.is_bare()) {
      double power = 1.0;
      if (is_data(other)) {
        way.met = way.exponent == 1.0 ? Role::shift : Role::magnitude;
        way.partner = other;
        way.adds = adds;
      } else if (varies_[other] && has_data_[other]) {
        const NodeId data = difference_in(other, power);
        if (data != kNone && power != 1.0) {
          way.met = Role::width;
          way.partner = data;
          way.partner_power = power;
        }
      }
    } else if (!way.summed && has_data_[other]) {
      // Terms of a sum are of one size: θ·Π factor is as large as the data it is added to.
      double power = 1.0;
      const NodeId data = is_data(other) ? other : difference_in(other, power);
      if (data != kNone && power == 1.0) way.factors.push_back({data, -1.0});
    }
    way.summed = true;
  }

  // θⁿ beside dataⁿ, n a parameter.
  NodeId same_power(NodeId exponent) const {
    for (NodeId id = 0; id <= root_; ++id) {
      const Node& node = graph_[id];
      if (node.op == Op::pow && node.b == exponent && is_data(node.a)) return node.a;
    }
    return kNone;
  }

  void climb(const Way& way) {
    if (++steps_ > kMostSteps) return;
    if (way.at == root_) meet(way, Use::smooth);
    for (const NodeId user : users_[way.at]) step(way, user);
  }

  void step(Way way, NodeId user) {
    const Node& node = graph_[user];
    const NodeId from = way.at;
    const NodeId other = node.a == from ? node.b : node.a;
    const bool both = node.a == from && node.b == from;
    way.at = user;
    switch (node.op) {
      case Op::neg: return climb(way);
      case Op::abs:
        if (way.summed && way.met != Role::shift) return meet(way, Use::smooth);
        return climb(way);
      case Op::mul:
      case Op::strong_mul:
        if (both) {
          if (way.summed) return meet(way, Use::smooth);
          raise(way, 2.0);
          return climb(way);
        }
        multiply(way, other, 1.0);
        return climb(way);
      case Op::div:
        if (both) return;
        if (node.a == from) {
          multiply(way, other, -1.0);
          return climb(way);
        }
        if (way.summed) return meet(way, Use::pole);
        raise(way, -1.0);
        if (!graph_.is_constant(other))
          multiply(way, other, 1.0);
        else
          way.scale *= std::abs(graph_[other].value);
        return climb(way);
      case Op::pow:
        if (node.b == from) return meet(way, Use::smooth, true);
        if (graph_.is_constant(node.b) && !way.summed) {
          raise(way, graph_[node.b].value);
          return climb(way);
        }
        if (way.is_bare() && !way.summed) {
          const NodeId data = same_power(node.b);
          if (data != kNone) {
            way.met = Role::magnitude;
            way.partner = data;
          }
        }
        return meet(way, Use::pole);
      case Op::sqrt:
      case Op::cbrt:
        if (way.summed) return meet(way, Use::pole);
        raise(way, node.op == Op::sqrt ? 0.5 : 1.0 / 3.0);
        return climb(way);
      case Op::add:
      case Op::sub:
      case Op::min:
      case Op::max:
        if (both) return;
        add(way, other, node.op == Op::add);
        return climb(way);
      case Op::hypot:
        if (both) return;
        if (!way.summed && way.is_bare()) {
          double power = 1.0;
          const NodeId data = difference_in(other, power);
          if (is_data(other) || data != kNone) {
            way.met = is_data(other) ? Role::magnitude : Role::width;
            way.partner = is_data(other) ? other : data;
            way.partner_power = power;
          }
        }
        return meet(way, Use::smooth);
      case Op::where:
        if (node.a == from) return;
        return climb(way);
      default: break;
    }
    if (is_comparison(node.op)) {
      if (!way.summed) add(way, other, false);
      return meet(way, Use::step);
    }
    if (is_wave(node.op)) return meet(way, Use::wave);
    return meet(way, is_singular(node.op) ? Use::pole : Use::smooth);
  }

  const Graph& graph_;
  NodeId root_;
  std::vector<bool> varies_, has_data_;
  std::vector<std::vector<NodeId>> users_;
  std::vector<Meeting> found_;
  int steps_ = 0;
};

}  // namespace

std::vector<Meeting> find_roles(const Graph& graph, NodeId root, std::span<const index_t> moving,
                                std::span<const index_t> parameters) {
  Finder finder(graph, root, moving);
  std::vector<Meeting> roles;
  for (const index_t p : parameters) roles.push_back(finder.find(p));
  return roles;
}

}  // namespace nlsq::search
