// SPDX-License-Identifier: MIT
// What an evaluator keeps for each term: walkers over its rows and the folds, made when first
// needed.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "reduce/data_evaluator.hpp"
#include "reduce/float32_pass.hpp"

namespace nlsq::reduce {

struct TermState {
  static constexpr index_t kMostKept = 131072;  // rows whose float32 copy outlives a fit

  TermState(const Term& t, const WalkOptions& options, base::ThreadPool& pool)
      : term(&t),
        isa(options.isa),
        walk(options),
        pool_of_threads(&pool),
        full(t.program->full, t, options, pool),
        block(options.block > 0 ? options.block : t.program->full.block_rows()),
        gram(t, t.program->outputs, isa, block) {
    for (const auto& output : t.program->outputs) {
      factors.emplace_back(output.jacobian.size(), 1.0);
      places.emplace_back(output.jacobian.size());
    }
    in_order.resize(places.size());
    set_parameters();
  }

  /// Prepares the workspace for another term of the same program; false if it does not fit.
  bool attach_to(const Term& t, const WalkOptions& options, base::ThreadPool& pool) {
    if (isa != options.isa || walk.block != options.block || pool_of_threads != &pool) return false;
    if (!full.attach_to(t, options)) return false;
    term = &t;
    walk = options;
    gram.attach_to(t);
    set_parameters();
    return true;
  }

  /// Frees what only unusual fits need.
  void release_extras() {
    walk.watch = nullptr;
    if (term->stream) full.close_cursors();
    if (coordinates || householder) full.forget_clones();
    if (float32 && term->rows > kMostKept) float32.reset();
    value.reset();
    cost.reset();
    coordinates.reset();
    householder.reset();
    if (term->rows > reckoned_rows) reckon();
  }

  void set_parameters() {
    for (std::size_t o = 0; o < places.size(); ++o) {
      for (std::size_t j = 0; j < places[o].size(); ++j) {
        const index_t parameter = term->program->outputs[o].jacobian[j].parameter;
        places[o][j] = term->free[static_cast<std::size_t>(parameter)];
      }
      in_order[o] = std::ranges::is_sorted(places[o]) ? 1 : 0;
    }
    parameters.resize(term->parameters.size() + term->extras.size());
    std::copy(term->extras.begin(), term->extras.end(),
              parameters.begin() + term->parameters.size());
  }

  // c_j of J_j = c_j · values_j at the current parameters.
  void read_factors(const engine::Uniforms& uniforms) {
    for (std::size_t o = 0; o < factors.size(); ++o) {
      for (std::size_t j = 0; j < factors[o].size(); ++j) {
        const program::Operand& factor = term->program->outputs[o].jacobian[j].factor;
        factors[o][j] =
            factor.kind == program::Operand::Kind::none ? 1.0 : uniforms.value(factor.index);
      }
    }
  }

  // Reckons `bytes_kept` anew where a fit of many more rows may have made it larger.
  void reckon();

  // Free position of column j of output o.
  index_t position(std::size_t o, index_t j) const {
    return places[o][static_cast<std::size_t>(j)];
  }

  // The cost alone is asked for rarely: its program is set up on first use.
  Walker& value_walker() {
    if (!value) {
      value = std::make_unique<Walker>(term->program->value, *term, walk, *pool_of_threads);
      cost = std::make_unique<CostFold>(*term, term->program->value_outputs, isa);
    }
    return *value;
  }

  // Passes in float32 over the current values.
  Float32Pass& float32_pass() {
    if (!float32 || !float32->attach_to(*term, walk)) {
      float32 = std::make_unique<Float32Pass>(*term, gram, walk, *pool_of_threads);
    }
    return *float32;
  }

  const Term* term;
  engine::Isa isa;
  WalkOptions walk;
  base::ThreadPool* pool_of_threads;
  Walker full;
  index_t block;
  GramFold gram;
  std::unique_ptr<Float32Pass> float32;
  std::unique_ptr<Walker> value;
  std::unique_ptr<CostFold> cost;
  std::unique_ptr<GramFold> coordinates;
  std::unique_ptr<HouseholderFold> householder;
  linalg::Vector parameters;
  std::vector<linalg::Vector> factors;  // of the columns of each output
  std::vector<linalg::Indices> places;  // free positions of those columns
  std::vector<char> in_order;           // whether those rise
  index_t bytes_kept = 0;               // of an idle workspace
  index_t reckoned_rows = 0;            // of the term it was reckoned for
};

}  // namespace nlsq::reduce
