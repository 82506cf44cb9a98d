// SPDX-License-Identifier: MIT
// Models that are equal have equal bytes. Two models are equal when they have the same parameters
// and columns (names and order) and the same outputs as graphs: operations, orders, operands and
// the bits of constants. What does not count: nodes that no output needs, the order in which
// independent subexpressions were recorded, and the order of the operands of a commutative
// operation. What does count although it need not: a sum grouped in another way, and the order in
// which columns and parameters were first named, as callers see it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "expr/model.hpp"

namespace nlsq::expr {

/// Made once and used for many models, it allocates nothing but what it has not needed before.
class CanonicalForm {
 public:
  void read(const ModelImpl& model);
  /// Of the last model read; valid until the next.
  const std::string& bytes() const { return bytes_; }
  /// A model with the nodes of the last model read, `model`, in canonical order and nothing else,
  /// so that whatever is derived from it depends on the bytes alone. Its attachments are its own.
  std::shared_ptr<ModelImpl> copy(const ModelImpl& model) const;

 private:
  struct Facts {
    std::uint64_t hash;    // of the structure below, without any numbering
    std::uint32_t height;  // of the expression
    NodeId number;         // canonical; kNone: not reached
  };
  struct Visit {
    NodeId id;
    int next;  // operand
  };
  void learn_facts(const Graph& graph);
  void number_from(const Graph& graph, NodeId root);
  NodeId operand_in_order(const Node& node, int i) const;
  Node renumbered(const Node& node) const;
  void write(std::uint64_t value);
  void write(const std::string& text);

  std::string bytes_;
  std::vector<Facts> facts_;   // by node of the model
  std::vector<NodeId> order_;  // node of the model by canonical number
  std::vector<Visit> visits_;
};

}  // namespace nlsq::expr
