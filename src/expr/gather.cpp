// SPDX-License-Identifier: MIT
// A model for many groups of rows: its parameters become vectors, each row's elements picked by a
// column.
#include <algorithm>

#include "base/nearest.hpp"
#include "expr/model.hpp"
#include "nlsq/error.hpp"

namespace nlsq {

Model Model::picked_by(const std::string& column, const std::vector<std::string>& shared) const {
  for (const std::string& name : shared) {
    const auto& own = impl_->parameter_names;
    if (std::find(own.begin(), own.end(), name) != own.end()) continue;
    throw InputError("share", "share: the model has no parameter '" + name + "'" +
                                  base::did_you_mean(name, own) + "; its parameters are " +
                                  base::quoted_list(own));
  }
  auto to = std::make_shared<expr::ModelImpl>();
  to->columns = impl_->columns;
  to->parameters = impl_->parameters;
  to->parameter_names = impl_->parameter_names;
  to->response = impl_->response;
  to->formula = impl_->formula;
  to->notes = impl_->notes;
  const auto known = std::find(to->columns.begin(), to->columns.end(), column);
  const index_t index = known - to->columns.begin();
  if (known == to->columns.end()) to->columns.push_back(column);
  for (expr::Symbol& symbol : to->parameters) {
    const bool is_shared = std::find(shared.begin(), shared.end(), symbol.name) != shared.end();
    if (!is_shared && symbol.index_column < 0) symbol.index_column = index;
  }
  const expr::Graph& from = impl_->graph;
  std::vector<expr::NodeId> mapped(from.size(), expr::kNone);
  const std::vector<bool> needed = from.reachable(impl_->outputs);
  for (expr::NodeId id = 0; id < from.size(); ++id) {
    if (!needed[id]) continue;
    const expr::Node& node = from[id];
    const auto at = [&](expr::NodeId operand) {
      return operand == expr::kNone ? expr::kNone : mapped[operand];
    };
    const bool becomes_vector =
        node.op == expr::Op::parameter &&
        to->parameters[static_cast<std::size_t>(node.imm)].index_column >= 0;
    if (becomes_vector) {
      mapped[id] = to->graph.gathered(node.imm, to->graph.column(index));
    } else if (node.op == expr::Op::gathered) {
      mapped[id] = to->graph.gathered(node.imm, at(node.a));
    } else if (expr::arity(node) == 0) {
      mapped[id] = to->graph.intern(node);
    } else {
      mapped[id] = to->graph.make(node.op, at(node.a), at(node.b), at(node.c), node.imm);
    }
  }
  for (const expr::NodeId output : impl_->outputs) to->outputs.push_back(mapped[output]);
  return Model(std::move(to));
}

}  // namespace nlsq
