// SPDX-License-Identifier: MIT
#include "fit/varpro.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include "expr/model.hpp"
#include "nlsq/error.hpp"
#include "runtime/cache.hpp"
#include "search/separated_model.hpp"
#include "solve/stopping.hpp"

namespace nlsq::fit_impl {
namespace {

using search::Weight;

constexpr double kLost = 1e-9;          // of a pass' cost: what is left has lost half of its digits
constexpr double kKept = 0.5;           // of it, at the best linear parameters
constexpr std::size_t kRemembered = 8;  // points whose linear parameters are known

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

// A term's model with weights, and what they are by positions among its moving parameters.
struct SeparatedModel {
  Model model;
  std::vector<index_t> linear;
  std::vector<Weight> weights;
};

std::vector<index_t> moving_of(const reduce::Term& term, const ParameterTable& table) {
  std::vector<index_t> moving;
  for (std::size_t i = 0; i < term.parameters.size(); ++i) {
    if (!table.fixed[z(term.parameters[i])]) moving.push_back(static_cast<index_t>(i));
  }
  return moving;
}

SeparatedModel separate(const expr::ModelImpl& model, std::span<const index_t> moving) {
  search::Separation separation(model, moving);
  std::vector<index_t> linear =
      search::linear_together(static_cast<index_t>(moving.size()), [&](index_t i, index_t j) {
        return !separation.is_used(z(i)) || separation.curves(z(i), z(j));
      });
  std::sort(linear.begin(), linear.end());
  std::vector<Weight> weights = separation.weights(linear);
  return {Model(separation.augmented(weights, linear)), std::move(linear), std::move(weights)};
}

// The only term's, kept with its model.
std::shared_ptr<const SeparatedModel> separated(const Model& model,
                                                std::span<const index_t> moving) {
  const auto make = [&] {
    return std::make_shared<const SeparatedModel>(separate(*model.impl(), moving));
  };
  const std::uint64_t epoch = cache_epoch();
  if (epoch == kCacheOff) return make();
  std::string key = "varpro";
  for (const index_t i : moving) key += "," + std::to_string(i);
  return model.impl()->attachments->get<SeparatedModel>(key, epoch, make);
}

// Of several terms: linear is what is linear in all of them.
std::vector<SeparatedModel> separated_together(std::span<const TermView> views,
                                               const Problem& problem,
                                               const std::vector<index_t>& free_of) {
  const index_t n = problem.free();
  std::vector<bool> curves(z(n * n), false), used(z(n), false);
  std::vector<search::Separation> separations;
  std::vector<std::vector<index_t>> at;  // free positions of each term's moving parameters
  for (std::size_t t = 0; t < views.size(); ++t) {
    const reduce::Term& term = problem.terms[t];
    const std::vector<index_t> moving = moving_of(term, problem.table);
    separations.emplace_back(*views[t].model->impl(), moving);
    std::vector<index_t>& places = at.emplace_back();
    for (const index_t i : moving) places.push_back(free_of[z(term.parameters[z(i)])]);
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (separations[t].is_used(i)) used[z(places[i])] = true;
      for (std::size_t j = 0; j < places.size(); ++j) {
        if (separations[t].curves(i, j)) curves[z(places[i] * n + places[j])] = true;
      }
    }
  }
  const std::vector<index_t> linear = search::linear_together(
      n, [&](index_t i, index_t j) { return !used[z(i)] || curves[z(i * n + j)]; });
  std::vector<SeparatedModel> made;
  for (std::size_t t = 0; t < views.size(); ++t) {
    std::vector<index_t> own;
    for (std::size_t i = 0; i < at[t].size(); ++i) {
      if (std::find(linear.begin(), linear.end(), at[t][i]) != linear.end())
        own.push_back(static_cast<index_t>(i));
    }
    std::vector<Weight> weights = separations[t].weights(own);
    made.push_back(
        {Model(separations[t].augmented(weights, own)), std::move(own), std::move(weights)});
  }
  return made;
}

[[noreturn]] void refuse(const std::string& why) {
  throw InputError("method", "method: 'varpro' " + why + "; use 'trf'");
}

void check_terms(std::span<const TermView> views) {
  for (const TermView& view : views) {
    if (view.loss != Loss::linear)
      refuse("solves for linear parameters by least squares, without a robust loss");
    for (const expr::Symbol& symbol : view.model->impl()->parameters) {
      if (symbol.index_column >= 0)
        refuse(
            fmt::format("takes no vector of parameters that rows pick from ('{}')", symbol.name));
    }
  }
}

// What is known of the linear parameters at a point of the others.
struct Known {
  linalg::Vector x;               // α
  std::vector<double> c, slopes;  // best, and how they change with α
  double cost = INFINITY;
};

// The cost of α alone.
class ProjectedEvaluator final : public solve::Evaluator {
 public:
  ProjectedEvaluator(const SeparatedProblem& problem, std::span<const double> x0,
                     std::span<const double> lower, std::span<const double> upper,
                     const reduce::EvaluatorOptions& options, base::ThreadPool& pool)
      : problem_(&problem),
        inner_(problem.terms(), problem.values(), problem.moving(), options, pool),
        p_(problem.moving().size()),
        c_(problem.linear().size()) {
    for (const index_t j : problem.linear()) {
      best_.c.push_back(x0[z(j)]);
      lower_.push_back(lower[z(j)]);
      upper_.push_back(upper[z(j)]);
    }
    projection_.emplace(problem.columns(), lower_, upper_);
    best_.slopes.assign(c_.size() * problem.nonlinear().size(), 0.0);
  }

  index_t parameters() const override { return problem_->columns().nonlinear(); }
  index_t rows() const override { return inner_.rows(); }
  double cost(std::span<const double> x) override {
    linalg::Summary sum;
    summary(x, solve::Grade::step, sum);
    return sum.finite ? sum.cost : NAN;
  }

  void summary(std::span<const double> x, solve::Grade grade, linalg::Summary& out) override {
    foretell(x);
    pass(x, grade);
    if (start_norms.empty() && at_.finite) {
      start_cost = at_.cost;
      start_norms.resize(c_.size() + x.size());
      projection_->norms(at_, c_, start_norms);
    }
    if (!project(x, out)) return;
    if (out.cost < kLost * at_.cost) {
      pass(x, grade);
      ++passes_again;
      if (!project(x, out)) return;
      // Coefficients so large that what they leave is rounding: nothing is known there.
      if (out.cost < kKept * at_.cost) {
        out.finite = false;
        return;
      }
    }
    remember(x, out.cost);
  }

  /// The linear parameters of a point that was asked for.
  std::span<const double> linear_at(std::span<const double> x) const {
    for (auto known = recent_.rbegin(); known != recent_.rend(); ++known) {
      if (std::equal(x.begin(), x.end(), known->x.begin())) return known->c;
    }
    return best_.c;
  }

  /// The summary of all free parameters at x, if it is that of the last pass.
  bool expand(std::span<const double> x, linalg::Summary& whole) {
    if (!at_.finite || !std::equal(x.begin(), x.end(), last_.begin(), last_.end())) return false;
    projection_->expand(at_, c_before_, c_, problem_->order(), whole);
    return true;
  }

  std::vector<double> start_norms;  ///< of α, then of c, at the start
  double start_cost = NAN;
  index_t passes_again = 0;

 private:
  // c_ from the best point known, to first order: residuals near the best ones lose no digits.
  void foretell(std::span<const double> x) {
    c_ = best_.c;
    if (best_.x.empty()) return;
    for (std::size_t k = 0; k < x.size(); ++k) {
      for (std::size_t j = 0; j < c_.size(); ++j)
        c_[j] += best_.slopes[k * c_.size() + j] * (x[k] - best_.x[k]);
    }
    for (std::size_t j = 0; j < c_.size(); ++j) {
      c_[j] = std::isfinite(c_[j]) ? std::clamp(c_[j], lower_[j], upper_[j]) : best_.c[j];
    }
  }

  void pass(std::span<const double> x, solve::Grade grade) {
    for (std::size_t k = 0; k < x.size(); ++k)
      inner_.place(problem_->place_of(problem_->nonlinear()[k]), x[k]);
    std::copy(c_.begin(), c_.end(), p_.begin());
    inner_.summary(p_, grade, at_);
    last_.assign(x);
  }

  bool project(std::span<const double> x, linalg::Summary& out) {
    if (!at_.finite) {
      out.resize(static_cast<index_t>(x.size()));
      out.finite = false;
      out.cost = at_.cost;
      out.rows = at_.rows;
      return false;
    }
    c_before_ = c_;
    projection_->project(at_, c_, out);
    return out.finite;
  }

  void remember(std::span<const double> x, double cost) {
    Known here{{}, c_, {projection_->slopes().begin(), projection_->slopes().end()}, cost};
    here.x.assign(x);
    if (cost < best_.cost) best_ = here;
    if (recent_.size() == kRemembered) recent_.erase(recent_.begin());
    recent_.push_back(std::move(here));
  }

  const SeparatedProblem* problem_;
  reduce::DataEvaluator inner_;
  std::vector<double> p_, c_, c_before_, lower_, upper_;
  std::optional<linalg::VariableProjection> projection_;
  linalg::Summary at_;
  linalg::Vector last_;  // α of the last pass
  Known best_;
  std::vector<Known> recent_;
};

// One fit: of α, then the end of all.
class ProjectedFit {
 public:
  ProjectedFit(const SeparatedProblem& problem, solve::Evaluator& whole, std::span<const double> x0,
               std::span<const double> lower, std::span<const double> upper,
               const SolverOptions& options, const reduce::EvaluatorOptions& evaluator_options,
               base::ThreadPool& pool)
      : problem_(&problem),
        whole_(&whole),
        lower_(lower),
        upper_(upper),
        options_(&options),
        evaluator_(problem, x0, lower, upper, evaluator_options, pool),
        x_(x0) {
    limit_ = solve::evaluation_limit(options, static_cast<index_t>(x0.size()));
  }

  solve::Outcome run() {
    solve::Outcome reduced = fit_nonlinear();
    reduced.nfev += evaluator_.passes_again;
    set_all(reduced.x, evaluator_.linear_at(reduced.x));
    if (reduced.status == Status::stopped) return as_it_is(std::move(reduced));
    solve::Outcome end = finish(reduced);
    set_start_norms(end);
    return end;
  }

 private:
  linalg::Vector of_nonlinear(std::span<const double> all) const {
    linalg::Vector picked;
    for (const index_t i : problem_->nonlinear()) picked.push_back(all[z(i)]);
    return picked;
  }

  void set_all(std::span<const double> nonlinear, std::span<const double> linear) {
    for (std::size_t k = 0; k < nonlinear.size(); ++k)
      x_[z(problem_->nonlinear()[k])] = nonlinear[k];
    for (std::size_t j = 0; j < linear.size(); ++j) x_[z(problem_->linear()[j])] = linear[j];
  }

  solve::Outcome fit_nonlinear() {
    SolverOptions reduced(*options_);
    reduced.method = Method::trf;
    reduced.max_nfev = std::max<index_t>(1, limit_ - 1);
    if (!options_->x_scale.empty()) {
      const linalg::Vector own = of_nonlinear(options_->x_scale);
      reduced.x_scale.assign(own.begin(), own.end());
    }
    if (options_->callback) {
      reduced.callback = [this](const Iteration& seen) {
        set_all(seen.parameters, evaluator_.linear_at(seen.parameters));
        Iteration whole(seen);
        whole.parameters = x_;
        return options_->callback(whole);
      };
    }
    return solve::minimize(evaluator_, of_nonlinear(x_), of_nonlinear(lower_), of_nonlinear(upper_),
                           reduced);
  }

  // The point of the whole problem: one pass, unless something is left to do there.
  solve::Outcome finish(const solve::Outcome& reduced) {
    const bool converged = static_cast<int>(reduced.status) > 0;
    SolverOptions last(*options_);
    last.method = Method::trf;
    last.callback = nullptr;
    const index_t left = std::max<index_t>(1, limit_ - reduced.nfev);
    const bool is_last_pass =
        reduced.status == Status::max_nfev || (converged && !options_->polish);
    last.max_nfev = is_last_pass ? 1 : left;
    solve::Outcome end = solve::minimize(*whole_, x_, lower_, upper_, last);
    if (end.status == Status::stopped && end.nfev == 0) return end;
    const bool is_told = converged && (is_last_pass || static_cast<int>(end.status) > 0);
    if (is_told || reduced.status == Status::max_nfev) {
      end.status = reduced.status;
      end.message = reduced.message;
    }
    end.nfev += reduced.nfev;
    end.njev += reduced.njev;
    end.iterations += reduced.iterations;
    end.polish_steps += reduced.polish_steps;
    end.start_cost = evaluator_.start_cost;
    return end;
  }

  // Stopped on the way: no further pass.
  solve::Outcome as_it_is(solve::Outcome reduced) {
    if (reduced.njev == 0 || !evaluator_.expand(reduced.x, reduced.summary)) {
      const double cost = reduced.summary.cost;
      const index_t rows = reduced.summary.rows;
      reduced.summary = {};
      reduced.summary.resize(static_cast<index_t>(x_.size()));
      reduced.summary.cost = cost;
      reduced.summary.sum_f2 = 2.0 * cost;
      reduced.summary.rows = rows;
    }
    reduced.x = x_;
    reduced.active.clear();
    reduced.active.resize(x_.size());
    reduced.start_cost = evaluator_.start_cost;
    reduced.start_norms.clear();
    if (!evaluator_.start_norms.empty()) set_start_norms(reduced);
    return reduced;
  }

  void set_start_norms(solve::Outcome& end) const {
    end.start_norms.clear();
    for (const index_t own : problem_->order())
      end.start_norms.push_back(evaluator_.start_norms[z(own)]);
  }

  const SeparatedProblem* problem_;
  solve::Evaluator* whole_;
  std::span<const double> lower_, upper_;
  const SolverOptions* options_;
  ProjectedEvaluator evaluator_;
  linalg::Vector x_;  // all free parameters
  index_t limit_ = 0;
};

}  // namespace

SeparatedProblem::SeparatedProblem(std::span<const TermView> views, const Problem& problem,
                                   const FitOptions& options)
    : table_(&problem.table) {
  check_terms(views);
  const ParameterTable& table = problem.table;
  const index_t n = problem.free();
  std::vector<index_t> free_of(z(table.size()), -1);
  for (std::size_t i = 0; i < table.free.size(); ++i)
    free_of[z(table.free[i])] = static_cast<index_t>(i);

  std::vector<SeparatedModel> models;
  if (views.size() == 1) {
    models.push_back(*separated(*views.front().model, moving_of(problem.terms.front(), table)));
  } else {
    models = separated_together(views, problem, free_of);
  }
  // Positions among the free parameters in place of those in a term.
  std::vector<std::vector<index_t>> at;
  std::vector<bool> is_linear(z(n), false);
  std::vector<Weight> weights;
  for (std::size_t t = 0; t < models.size(); ++t) {
    std::vector<index_t>& places = at.emplace_back();
    const reduce::Term& term = problem.terms[t];
    for (const index_t i : moving_of(term, table))
      places.push_back(free_of[z(term.parameters[z(i)])]);
    for (const index_t j : models[t].linear) is_linear[z(places[z(j)])] = true;
    for (Weight& weight : models[t].weights) {
      weight.nonlinear = places[z(weight.nonlinear)];
      if (weight.linear >= 0) weight.linear = places[z(weight.linear)];
      if (std::find(weights.begin(), weights.end(), weight) == weights.end())
        weights.push_back(weight);
    }
  }
  std::sort(weights.begin(), weights.end(), [](const Weight& a, const Weight& b) {
    return std::pair(a.nonlinear, a.linear) < std::pair(b.nonlinear, b.linear);
  });
  order_.assign(z(n), 0);
  for (index_t i = 0; i < n; ++i) {
    std::vector<index_t>& own = is_linear[z(i)] ? linear_ : nonlinear_;
    order_[z(i)] = static_cast<index_t>(own.size());
    own.push_back(i);
  }
  if (linear_.empty()) {
    refuse(
        "needs a parameter that the model is linear in, and there is none among those that "
        "move");
  }
  columns_.linear = static_cast<index_t>(linear_.size());
  columns_.pieces.resize(nonlinear_.size());
  for (std::size_t w = 0; w < weights.size(); ++w) {
    const index_t factor = weights[w].linear < 0 ? -1 : order_[z(weights[w].linear)];
    columns_.pieces[z(order_[z(weights[w].nonlinear)])].push_back(
        {columns_.linear + static_cast<index_t>(w), factor});
  }
  for (const index_t j : linear_) order_[z(j)] += static_cast<index_t>(nonlinear_.size());

  values_ = table.start;
  values_.resize(z(table.size()) + weights.size());
  for (const index_t j : linear_) moving_.push_back(table.free[z(j)]);
  for (std::size_t w = 0; w < weights.size(); ++w)
    moving_.push_back(table.size() + static_cast<index_t>(w));

  FitOptions quiet;
  quiet.threads = options.threads;
  quiet.check_finite = false;
  for (std::size_t t = 0; t < models.size(); ++t) {
    const reduce::Term& term = problem.terms[t];
    const std::size_t own = term.parameters.size();
    linalg::Indices sizes, free, places;
    sizes.assign(own + models[t].weights.size(), 1);
    const std::vector<index_t> moving = moving_of(term, table);
    for (const index_t j : models[t].linear) {
      free.push_back(moving[z(j)]);
      places.push_back(order_[z(at[t][z(j)])] - static_cast<index_t>(nonlinear_.size()));
    }
    linalg::Indices parameters = term.parameters;
    for (std::size_t w = 0; w < models[t].weights.size(); ++w) {
      const auto known = std::find(weights.begin(), weights.end(), models[t].weights[w]);
      const auto number = static_cast<index_t>(known - weights.begin());
      free.push_back(static_cast<index_t>(own + w));
      places.push_back(columns_.linear + number);
      parameters.push_back(table.size() + number);
    }
    Preparation preparation;
    TermView view(views[t]);
    view.model = &models[t].model;
    reduce::Term bound = bind_term(view, quiet, sizes, free, preparation);
    bound.parameters = std::move(parameters);
    bound.free = std::move(places);
    terms_.push_back(std::move(bound));
  }
}

void refuse_for_varpro(const FitOptions& options, bool on_device) {
  if (!options.checkpoint.empty())
    throw InputError("checkpoint", "checkpoint: 'varpro' keeps none of its passes; use 'trf'");
  if (options.memory_limit > 0)
    throw InputError("memory_limit", "memory_limit: 'varpro' keeps no limit; use 'trf'");
  if (on_device) throw InputError("device", "device: 'varpro' runs on the processor; use 'trf'");
}

solve::Outcome minimize_projected(const SeparatedProblem& problem, solve::Evaluator& whole,
                                  std::span<const double> x0, std::span<const double> lower,
                                  std::span<const double> upper, const SolverOptions& options,
                                  const reduce::EvaluatorOptions& evaluator_options,
                                  base::ThreadPool& pool) {
  reduce::EvaluatorOptions own(evaluator_options);
  own.float32 = false;
  own.log = nullptr;
  own.passes = {};
  return ProjectedFit(problem, whole, x0, lower, upper, options, own, pool).run();
}

}  // namespace nlsq::fit_impl
