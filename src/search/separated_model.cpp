// SPDX-License-Identifier: MIT
#include "search/separated_model.hpp"

#include <algorithm>
#include <string>

#include "expr/differentiate.hpp"

namespace nlsq::search {
namespace {

using expr::kNone;
using expr::NodeId;
using expr::Op;

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

}  // namespace

Separation::Separation(const expr::ModelImpl& model, std::span<const index_t> moving)
    : model_(&model), moving_(moving.begin(), moving.end()), graph_(model.graph) {
  patterns_.reserve(model.outputs.size());
  for (const NodeId root : model.outputs) patterns_.emplace_back(graph_, root, moving_);
}

bool Separation::curves(std::size_t i, std::size_t j) const {
  return std::any_of(patterns_.begin(), patterns_.end(),
                     [&](const CurvaturePattern& pattern) { return pattern.has(i, j); });
}

bool Separation::is_used(std::size_t i) const {
  return std::any_of(patterns_.begin(), patterns_.end(),
                     [&](const CurvaturePattern& pattern) { return !pattern.is_unused(i); });
}

NodeId Separation::column(std::size_t output, const Weight& weight,
                          std::span<const index_t> linear) {
  const CurvaturePattern& pattern = patterns_[output];
  const auto k = z(weight.nonlinear);
  if (weight.linear >= 0) {
    const NodeId slope = pattern.derivative(z(weight.linear));
    if (slope == kNone || !pattern.has(k, z(weight.linear))) return kNone;
    const expr::Variable by{moving_[k], -1};
    return expr::differentiate(graph_, slope, {&by, 1}, expr::Accumulation::forward).front();
  }
  if (pattern.derivative(k) == kNone) return kNone;
  std::vector<NodeId> zeros;
  for (const index_t j : linear) zeros.push_back(graph_.parameter(moving_[z(j)]));
  return without(graph_, pattern.derivative(k), zeros);
}

std::vector<Weight> Separation::weights(std::span<const index_t> linear) {
  std::vector<Weight> found;
  const auto add_if_there = [&](const Weight& weight) {
    for (std::size_t output = 0; output < patterns_.size(); ++output) {
      if (column(output, weight, linear) == kNone) continue;
      found.push_back(weight);
      return;
    }
  };
  for (std::size_t k = 0; k < moving_.size(); ++k) {
    const auto at = static_cast<index_t>(k);
    if (!is_used(k) || std::find(linear.begin(), linear.end(), at) != linear.end()) continue;
    add_if_there({at, -1});
    for (const index_t j : linear) add_if_there({at, j});
  }
  return found;
}

std::shared_ptr<const expr::ModelImpl> Separation::augmented(std::span<const Weight> weights,
                                                             std::span<const index_t> linear) {
  const auto own = static_cast<index_t>(model_->parameters.size());
  std::vector<NodeId> outputs = model_->outputs;
  for (std::size_t output = 0; output < outputs.size(); ++output) {
    for (std::size_t w = 0; w < weights.size(); ++w) {
      const NodeId term = column(output, weights[w], linear);
      if (term == kNone) continue;
      const NodeId weight = graph_.parameter(own + static_cast<index_t>(w));
      const Op product = graph_.traits(term).selects_zero ? Op::strong_mul : Op::mul;
      outputs[output] = graph_.make(Op::add, outputs[output], graph_.make(product, weight, term));
    }
  }
  auto made = std::make_shared<expr::ModelImpl>();
  made->graph = graph_;
  made->outputs = std::move(outputs);
  made->parameters = model_->parameters;
  made->parameter_names = model_->parameter_names;
  for (std::size_t w = 0; w < weights.size(); ++w) {
    // No name of a user's parameter has such a sign.
    const std::string name = "#" + std::to_string(w);
    made->parameters.push_back({name, -1});
    made->parameter_names.push_back(name);
  }
  made->columns = model_->columns;
  made->response = model_->response;
  made->formula = model_->formula;
  return made;
}

}  // namespace nlsq::search
