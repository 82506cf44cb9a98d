// SPDX-License-Identifier: MIT
// The seam for those who make passes elsewhere: a toy that walks over the rows itself gives fits
// the same bits, one that stops answering is left without a trace, and the policy above asks it for
// better coordinates where the Jacobian is badly conditioned.
#include "reduce/pass_engine.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "expr/model.hpp"
#include "nlsq/model.hpp"
#include "program/residual.hpp"
#include "reduce/data_evaluator.hpp"
#include "solve/minimizer.hpp"
#include "support/decay.hpp"

namespace nlsq::reduce {
namespace {

// Walks with walkers and folds of its own, as somebody far away would.
class ToyEngine final : public PassEngine {
 public:
  ToyEngine(const Term& term, base::ThreadPool& pool, int answers)
      : term_(&term), pool_(&pool), answers_(answers) {}

  std::span<const double> run(const PassRequest& request) override {
    if (answers_-- <= 0) return {};
    const bool is_cost = request.kind == PassRequest::Kind::cost;
    const program::Program& program = is_cost ? term_->program->value : term_->program->full;
    walker_.emplace(program, *term_, WalkOptions{.isa = engine::chosen_isa()}, *pool_);
    walker_->set_parameters(request.parameters);
    in_coordinates += request.n > 0;
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
  int in_coordinates = 0;

 private:
  const Term* term_;
  base::ThreadPool* pool_;
  int answers_;
  std::optional<Walker> walker_;
  std::vector<double> sums_;
};

struct Fit {
  test::Decay decay = test::make_decay(9000);
  base::ThreadPool pool;
  Term term;
  linalg::Vector values;
  linalg::Indices free;

  explicit Fit(const std::string& formula) {
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

void expect_same_bits(const solve::Outcome& a, const solve::Outcome& b) {
  EXPECT_EQ(std::vector<double>(a.x.begin(), a.x.end()),
            std::vector<double>(b.x.begin(), b.x.end()));
  EXPECT_EQ(a.summary.cost, b.summary.cost);
  EXPECT_EQ(a.nfev, b.nfev);
  EXPECT_EQ(a.status, b.status);
}

TEST(PassEngine, AToyThatWalksItselfChangesNoBit) {
  Fit fit("a*exp(-b*x)+c");
  ToyEngine toy(fit.term, fit.pool, 1000);
  expect_same_bits(fit.run(&toy), fit.run(nullptr));
}

TEST(PassEngine, OneThatStopsAnsweringIsLeftForTheWalker) {
  Fit fit("a*exp(-b*x)+c");
  const solve::Outcome alone = fit.run(nullptr);
  for (const int answers : {0, 1, 3}) {
    ToyEngine toy(fit.term, fit.pool, answers);
    expect_same_bits(fit.run(&toy), alone);
  }
}

TEST(PassEngine, BadConditioningAsksForBetterCoordinates) {
  Fit fit("a + b*x + c*x^2 + d*x^3 + e*x^4 + f*x^5");
  ToyEngine toy(fit.term, fit.pool, 1000);
  expect_same_bits(fit.run(&toy), fit.run(nullptr));
  EXPECT_GT(toy.in_coordinates, 0);
}

}  // namespace
}  // namespace nlsq::reduce
