// SPDX-License-Identifier: MIT
#include "linalg/triangle.hpp"
#include "result/judgement.hpp"

namespace nlsq::fit_impl {

void judge_end(std::span<const TermView> views, const Problem& problem,
               const solve::Outcome& outcome, reduce::DataEvaluator& evaluator, engine::Isa isa,
               FitResult& result) {
  judge_residuals(views, problem.terms, outcome, evaluator, isa, result);
  const auto cost = [&](std::span<const double> p) { return evaluator.cost(p); };
  const auto norms_at = [&](std::span<const double> p) {
    linalg::Summary there;
    evaluator.summary(p, solve::Grade::step, there);
    linalg::Vector norms(p.size());
    linalg::column_norms(there, norms);
    return norms;
  };
  const Surroundings around{std::cref(cost), std::cref(norms_at), result.tss};
  judge_parameters(outcome, problem.table.free, around, result);
}

}  // namespace nlsq::fit_impl
