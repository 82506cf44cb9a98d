// SPDX-License-Identifier: MIT
// A fit of an exponential whose passes somebody else may make, and one who makes them.
#pragma once

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "expr/model.hpp"
#include "nlsq/model.hpp"
#include "program/residual.hpp"
#include "reduce/data_evaluator.hpp"
#include "solve/minimizer.hpp"
#include "support/decay.hpp"

namespace nlsq::reduce {

/// Answers requests with walkers and folds of its own.
class OwnPasses {
 public:
  OwnPasses(const Term& term, base::ThreadPool& pool) : term_(&term), pool_(&pool) {}

  std::span<const double> run(const PassRequest& request) {
    const bool is_cost = request.kind == PassRequest::Kind::cost;
    const program::Program& program = is_cost ? term_->program->value : term_->program->full;
    walker_.emplace(program, *term_, WalkOptions{.isa = engine::chosen_isa()}, *pool_);
    walker_->set_parameters(request.parameters);
    std::unique_ptr<Fold> fold;
    if (is_cost) {
      fold =
          std::make_unique<CostFold>(*term_, term_->program->value_outputs, engine::chosen_isa());
    } else {
      fold = std::make_unique<GramFold>(
          *term_, term_->program->outputs, engine::chosen_isa(), program.block_rows(),
          std::vector<linalg::Matrix>(request.coordinates.begin(), request.coordinates.end()),
          request.n);
    }
    const std::span<const double> sums = walker_->reduce(*fold);
    sums_.assign(sums.begin(), sums.end());
    return sums_;
  }

 private:
  const Term* term_;
  base::ThreadPool* pool_;
  std::optional<Walker> walker_;
  std::vector<double> sums_;
};

struct PassFit {
  test::Decay decay = test::make_decay(9000);
  base::ThreadPool pool;
  Term term;
  linalg::Vector values;
  linalg::Indices free;

  explicit PassFit(const std::string& formula) {
    const Model model = Model::parse(formula, {"x"});
    program::ResidualSpec spec;
    for (index_t i = 0; i < static_cast<index_t>(model.parameters().size()); ++i) {
      spec.sizes.push_back(1);
      spec.free.push_back(i);
      term.parameters.push_back(i);
      term.free.push_back(i);
      free.push_back(i);
      values.push_back(1.0);
    }
    term.program =
        std::make_shared<const program::ResidualProgram>(build_residual(*model.impl(), spec));
    term.rows = 9000;
    term.columns.push_back({decay.x.data(), false});
    term.columns.push_back({decay.y.data(), false});
  }

  solve::Outcome run(PassEngine* engine) {
    EvaluatorOptions options;
    options.walk.isa = engine::chosen_isa();
    if (engine != nullptr) options.passes = {&engine, 1};
    DataEvaluator evaluator({&term, 1}, values, free, options, pool);
    const double inf = std::numeric_limits<double>::infinity();
    const linalg::Vector lower(values.size(), -inf), upper(values.size(), inf);
    return solve::minimize(evaluator, values, lower, upper, {}, true);
  }
};

inline void expect_same_bits(const solve::Outcome& a, const solve::Outcome& b) {
  EXPECT_EQ(std::vector<double>(a.x.begin(), a.x.end()),
            std::vector<double>(b.x.begin(), b.x.end()));
  EXPECT_EQ(a.summary.cost, b.summary.cost);
  EXPECT_EQ(a.nfev, b.nfev);
  EXPECT_EQ(a.status, b.status);
}

}  // namespace nlsq::reduce
