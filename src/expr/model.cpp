// SPDX-License-Identifier: MIT
// Model: made by parsing or by tracing.
#include "expr/model.hpp"

#include <algorithm>

#include "base/nearest.hpp"
#include "expr/bind.hpp"
#include "expr/functions.hpp"
#include "nlsq/error.hpp"

namespace nlsq {

using expr::ModelImpl;

Model Model::parse(std::string_view formula, const std::vector<std::string>& columns,
                   const std::vector<std::string>& own) {
  auto model = std::make_shared<ModelImpl>();
  const expr::Formula parsed = expr::parse_formula(formula);
  expr::bind_formula(parsed, columns, *model, own);
  model->formula = formula;
  model->response = parsed.response;
  return Model(std::move(model));
}

Model Model::parse_outputs(const std::vector<std::string>& formulas,
                           const std::vector<std::string>& columns) {
  if (formulas.empty()) throw InputError("model", "model: at least one formula is needed");
  auto model = std::make_shared<ModelImpl>();
  for (const std::string& text : formulas) {
    const expr::Formula formula = expr::parse_formula(text);
    expr::bind_formula(formula, columns, *model);
    if (model->formula.empty()) {
      model->formula = text;
      model->response = formula.response;
    } else {
      model->formula += "; " + text;
    }
  }
  return Model(std::move(model));
}

Model Model::trace(const std::vector<std::string>& parameters,
                   const std::function<Var(const Columns&, const Params&)>& function) {
  return trace_outputs(parameters, [&](const Columns& c, const Params& p) {
    return std::vector<Var>{function(c, p)};
  });
}

Model Model::trace_outputs(
    const std::vector<std::string>& parameters,
    const std::function<std::vector<Var>(const Columns&, const Params&)>& function) {
  auto trace = std::make_shared<expr::Trace>();
  for (const std::string& name : parameters) {
    const auto& known = trace->model.parameter_names;
    if (std::find(known.begin(), known.end(), name) != known.end()) {
      throw InputError("parameters", "parameters: '" + name + "' is given twice");
    }
    trace->model.parameters.push_back({name, -1});
    trace->model.parameter_names.push_back(name);
  }
  const std::vector<Var> values = function(Columns(trace), Params(trace));
  if (values.empty()) throw InputError("model", "model: the function returned no output");
  for (const Var& value : values) {
    if (value.trace_ && value.trace_ != trace && !value.trace_->numbers) {
      throw InputError("model", "model: the function returned a value of another model's trace");
    }
    trace->model.outputs.push_back(expr::node_in(*trace, value));
  }
  trace->open = false;
  return Model(std::shared_ptr<const ModelImpl>(trace, &trace->model));
}

const std::vector<std::string>& Model::parameters() const { return impl_->parameter_names; }
const std::vector<std::string>& Model::columns() const { return impl_->columns; }
const std::string& Model::response() const { return impl_->response; }
const std::string& Model::formula() const { return impl_->formula; }
index_t Model::outputs() const { return static_cast<index_t>(impl_->outputs.size()); }
const std::vector<std::string>& Model::notes() const { return impl_->notes; }

std::vector<std::string> Model::unused_parameters() const {
  const std::vector<bool> needed = impl_->graph.reachable(impl_->outputs);
  std::vector<bool> used(impl_->parameters.size(), false);
  for (expr::NodeId id = 0; id < impl_->graph.size(); ++id) {
    const expr::Node& node = impl_->graph[id];
    const bool is_parameter = node.op == expr::Op::parameter || node.op == expr::Op::gathered;
    if (needed[id] && is_parameter) used[static_cast<std::size_t>(node.imm)] = true;
  }
  std::vector<std::string> unused;
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) unused.push_back(impl_->parameters[i].name);
  }
  return unused;
}

namespace {

// Operations have no signature of their own in the table: their operands are x, y.
std::string signature_of(const expr::Function& f) {
  if (f.signature != f.name) return std::string(f.signature);
  const char* operands = f.name == "polygamma" ? "(k, x)"
                         : f.arity == 1        ? "(x)"
                         : f.arity == 2        ? "(x, y)"
                                               : "(condition, x, y)";
  return std::string(f.name) + operands;
}

}  // namespace

std::vector<FunctionInfo> formula_functions() {
  std::vector<FunctionInfo> all;
  for (const expr::Function& f : expr::functions()) {
    all.push_back({std::string(f.name), signature_of(f), std::string(f.doc)});
  }
  return all;
}

}  // namespace nlsq
