// SPDX-License-Identifier: MIT
// What an evaluator keeps for each term: walkers over its rows and the folds, made when first
// needed.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "reduce/data_evaluator.hpp"

namespace nlsq::reduce {

struct DataEvaluator::TermState {
  TermState(const Term& t, const EvaluatorOptions& options, base::ThreadPool& pool)
      : term(&t),
        isa(options.walk.isa),
        walk(options.walk),
        pool_of_threads(&pool),
        full(t.program->full, t, options.walk, pool),
        block(options.walk.block > 0 ? options.walk.block : t.program->full.block_rows()),
        gram(t, t.program->outputs, isa, block) {
    parameters.resize(t.parameters.size() + t.extras.size());
    std::copy(t.extras.begin(), t.extras.end(),
              parameters.begin() + static_cast<std::ptrdiff_t>(t.parameters.size()));
    for (const auto& output : t.program->outputs) factors.emplace_back(output.jacobian.size(), 1.0);
  }

  // c_j of J_j = c_j · values_j at the current parameters.
  void read_factors() {
    for (std::size_t o = 0; o < factors.size(); ++o) {
      for (std::size_t j = 0; j < factors[o].size(); ++j) {
        const program::Operand& factor = term->program->outputs[o].jacobian[j].factor;
        factors[o][j] =
            factor.kind == program::Operand::Kind::none ? 1.0 : full.uniforms().value(factor.index);
      }
    }
  }

  index_t position(std::size_t o, index_t j) const {
    return term->free[static_cast<std::size_t>(
        term->program->outputs[o].jacobian[static_cast<std::size_t>(j)].parameter)];
  }

  // The cost alone is asked for rarely: its program is set up on first use.
  Walker& value_walker() {
    if (!value) {
      value = std::make_unique<Walker>(term->program->value, *term, walk, *pool_of_threads);
      cost = std::make_unique<CostFold>(*term, term->program->value_outputs, isa);
    }
    return *value;
  }

  const Term* term;
  engine::Isa isa;
  WalkOptions walk;
  base::ThreadPool* pool_of_threads;
  Walker full;
  index_t block;
  GramFold gram;
  std::unique_ptr<Walker> value;
  std::unique_ptr<CostFold> cost;
  std::unique_ptr<GramFold> coordinates;
  std::unique_ptr<HouseholderFold> householder;
  std::vector<double> parameters;
  std::vector<std::vector<double>> factors;
};

}  // namespace nlsq::reduce
