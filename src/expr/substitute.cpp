// SPDX-License-Identifier: MIT
// One sweep over the model's nodes, which are made anew in another graph; an element of a vector
// becomes where(index == element, expression, vector[index]).
#include "expr/substitute.hpp"

#include <algorithm>
#include <charconv>

namespace nlsq::expr {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

class Substitution {
 public:
  Substitution(const ModelImpl& model, std::span<const Replacement> replacements)
      : from_(model), replacements_(replacements), to_(std::make_shared<ModelImpl>()) {}

  std::shared_ptr<ModelImpl> run() {
    to_->columns = from_.columns;
    to_->response = from_.response;
    to_->formula = from_.formula;
    to_->notes = from_.notes;
    lay_out_symbols();
    for (const Replacement& r : replacements_)
      expressions_.push_back(copy(*r.expression, r.expression->outputs.front()));
    copy_model();
    return to_;
  }

 private:
  void lay_out_symbols() {
    for (const Symbol& symbol : from_.parameters) {
      const bool goes = std::any_of(
          replacements_.begin(), replacements_.end(),
          [&](const Replacement& r) { return r.place.element < 0 && r.place.name == symbol.name; });
      if (!goes) add(symbol);
    }
    for (const Replacement& r : replacements_) {
      for (const Symbol& symbol : r.expression->parameters) {
        const Place place = place_of(symbol.name);
        const index_t known = find(place.name);
        if (known < 0) add({symbol.name, -1});
      }
    }
  }

  void add(const Symbol& symbol) {
    to_->parameters.push_back(symbol);
    to_->parameter_names.push_back(symbol.name);
  }

  index_t find(const std::string& name) const {
    const auto& names = to_->parameter_names;
    const auto at = std::find(names.begin(), names.end(), name);
    return at == names.end() ? -1 : at - names.begin();
  }

  // A parameter that an expression names: of its own, or an element of a vector of the model.
  NodeId leaf(const std::string& name) {
    const Place place = place_of(name);
    const index_t vector = place.element >= 0 ? find(place.name) : -1;
    if (vector >= 0 && to_->parameters[z(vector)].index_column >= 0) {
      const NodeId element = to_->graph.constant(static_cast<double>(place.element));
      return to_->graph.gathered(vector, element);
    }
    return to_->graph.parameter(find(name));
  }

  NodeId make(const Node& node, const std::vector<NodeId>& mapped) {
    const auto at = [&](NodeId id) { return id == kNone ? kNone : mapped[id]; };
    if (node.op == Op::gathered) return to_->graph.gathered(node.imm, at(node.a));
    if (arity(node) == 0) return to_->graph.intern(node);
    return to_->graph.make(node.op, at(node.a), at(node.b), at(node.c), node.imm);
  }

  NodeId copy(const ModelImpl& expression, NodeId root) {
    const std::vector<bool> needed = expression.graph.reachable({&root, 1});
    std::vector<NodeId> mapped(root + std::size_t{1}, kNone);
    for (NodeId id = 0; id <= root; ++id) {
      if (!needed[id]) continue;
      const Node& node = expression.graph[id];
      mapped[id] = node.op == Op::parameter ? leaf(expression.parameters[z(node.imm)].name)
                                            : make(node, mapped);
    }
    return mapped[root];
  }

  void copy_model() {
    const std::vector<bool> needed = from_.graph.reachable(from_.outputs);
    std::vector<NodeId> mapped(from_.graph.size(), kNone);
    for (NodeId id = 0; id < from_.graph.size(); ++id) {
      if (!needed[id]) continue;
      Node node = from_.graph[id];
      const bool is_parameter = node.op == Op::parameter || node.op == Op::gathered;
      if (!is_parameter) {
        mapped[id] = make(node, mapped);
        continue;
      }
      const std::string& name = from_.parameters[z(node.imm)].name;
      const index_t own = find(name);
      node.imm = static_cast<std::int32_t>(own);
      if (node.op == Op::gathered) {
        mapped[id] = with_elements(name, make(node, mapped), mapped[node.a]);
      } else {
        mapped[id] = own >= 0 ? to_->graph.parameter(own) : expression_of(name);
      }
    }
    for (const NodeId output : from_.outputs) to_->outputs.push_back(mapped[output]);
  }

  NodeId expression_of(const std::string& name) const {
    for (std::size_t i = 0; i < replacements_.size(); ++i) {
      const Place& place = replacements_[i].place;
      if (place.element < 0 && place.name == name) return expressions_[i];
    }
    return kNone;
  }

  NodeId with_elements(const std::string& vector, NodeId value, NodeId index) {
    for (std::size_t i = 0; i < replacements_.size(); ++i) {
      const Place& place = replacements_[i].place;
      if (place.element < 0 || place.name != vector) continue;
      const NodeId element = to_->graph.constant(static_cast<double>(place.element));
      const NodeId here = to_->graph.make(Op::eq, index, element);
      value = to_->graph.make(Op::where, here, expressions_[i], value);
    }
    return value;
  }

  const ModelImpl& from_;
  std::span<const Replacement> replacements_;
  std::shared_ptr<ModelImpl> to_;
  std::vector<NodeId> expressions_;  // their roots in the new graph
};

}  // namespace

Place place_of(const std::string& name) {
  const std::size_t open = name.find('[');
  if (open == std::string::npos || open == 0 || name.back() != ']') return {name, -1};
  index_t element = -1;
  const char* const end = name.data() + name.size() - 1;
  const auto [stop, error] = std::from_chars(name.data() + open + 1, end, element);
  if (error != std::errc() || stop != end || element < 0) return {name, -1};
  return {name.substr(0, open), element};
}

std::shared_ptr<ModelImpl> substitute(const ModelImpl& model,
                                      std::span<const Replacement> replacements) {
  return Substitution(model, replacements).run();
}

}  // namespace nlsq::expr
