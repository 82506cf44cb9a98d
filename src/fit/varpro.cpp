// SPDX-License-Identifier: MIT
#include "fit/varpro.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include "nlsq/error.hpp"
#include "result/judgement.hpp"
#include "solve/stopping.hpp"

namespace nlsq::fit_impl {
namespace {

constexpr double kLost = 1e-9;          // of a pass' cost: what is left has lost half of its digits
constexpr double kKept = 0.5;           // of it, at the best linear parameters
constexpr double kExplained = 0.9;      // of the data: an end that needs no other beside it
constexpr double kSaved = 1e-6;         // of the cost: another end is lower
constexpr std::size_t kRemembered = 8;  // points whose linear parameters are known

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

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

bool explains_all(std::span<const TermView> views, std::span<const reduce::Term> terms,
                  const solve::Outcome& end, const Expectation& expected,
                  reduce::DataEvaluator& evaluator, engine::Isa isa) {
  if (!is_well(end, expected)) return false;
  FitResult probe;
  probe.success = true;
  probe.dof = 1;
  probe.rss = 2.0 * end.summary.cost;
  probe.tss = expected.total;
  probe.r_squared = 1.0 - probe.rss / probe.tss;
  if (probe.tss > 0.0 && !(probe.r_squared >= kExplained)) return false;
  judge_residuals(views, terms, end, evaluator, isa, probe);
  return probe.issues.empty();
}

solve::Outcome better_of(solve::Outcome a, solve::Outcome b) {
  const bool a_ends = static_cast<int>(a.status) > 0, b_ends = static_cast<int>(b.status) > 0;
  const bool takes_b = a_ends == b_ends
                           ? b.summary.cost < (1.0 - kSaved) * a.summary.cost
                           : b_ends && b.summary.cost <= (1.0 + kSaved) * a.summary.cost;
  solve::Outcome& best = takes_b ? b : a;
  const solve::Outcome& other = takes_b ? a : b;
  best.nfev += other.nfev;
  best.njev += other.njev;
  best.nfev_float32 += other.nfev_float32;
  best.iterations += other.iterations;
  best.attempts += other.attempts;
  return std::move(best);
}

}  // namespace nlsq::fit_impl
