// SPDX-License-Identifier: MIT
// One fit in four steps: prepare (bind the terms, choose where and how passes are made), attempt
// (one minimization from a start, on a sample first where there are many rows), attempts after it
// (second starts, the search for a start), complete (statistics, judgement).
#include "fit/single_fit.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <functional>
#include <memory>
#include <memory_resource>
#include <optional>
#include <utility>
#include <vector>

#include "base/environment.hpp"
#include "columns/looks.hpp"
#include "columns/streams.hpp"
#include "fit/explain.hpp"
#include "fit/footprint.hpp"
#include "fit/precision.hpp"
#include "fit/progressive.hpp"
#include "fit/shape.hpp"
#include "fit/sparse_fit.hpp"
#include "fit/varpro.hpp"
#include "linalg/triangle.hpp"
#include "nlsq/error.hpp"
#include "passes/checkpoint.hpp"
#include "passes/pass_engines.hpp"
#include "problem/empty_groups.hpp"
#include "problem/parameters.hpp"
#include "problem/problem.hpp"
#include "problem/used_parameters.hpp"
#include "result/describe.hpp"
#include "result/judgement.hpp"
#include "result/statistics.hpp"
#include "runtime/jacobian_mode.hpp"
#include "runtime/settings.hpp"
#include "solve/minimizer.hpp"
#include "starts/bad_start.hpp"
#include "starts/second_start.hpp"
#include "starts/start_search.hpp"

namespace nlsq::fit_impl {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

// Bytes on the stack for what a fit of a few terms puts together; more of them take the heap.
constexpr std::size_t kRoom = 4096;
constexpr double kMeasured = 2.0;  // asked of a checkpoint, as passes ask with 0 and 1

class SingleFit {
 public:
  SingleFit(std::span<const TermView> terms, const FitOptions& options, bool streams)
      : terms_(terms),
        options_(options),
        mode_(choose_jacobian_mode(options.jacobian_mode)),
        wanted_device_(plan::wanted_device(options)),
        wants_device_(!wanted_device_.id.empty() && !streams),
        // On a device no pass of the CPU looks at columns.
        preparation_{.mode = mode_.mode, .look_later = !wants_device_, .on_device = wants_device_},
        memory_(room_, sizeof(room_)),
        problem_(make_problem(terms, options, preparation_, &memory_)),
        evaluator_options_(evaluator_options(options.threads)),
        looks_(terms.size(), &memory_),
        linear_(problem_.linear_loss()),
        x0_(at_positions(table().start, table().free)),
        lower_(at_positions(table().lower, table().free)),
        upper_(at_positions(table().upper, table().free)) {
    choose_device();
    make_plan();
    separate();
    open_checkpoint();
    watch_for_stops();
  }

  // Nothing but the plan, parameters at their start.
  FitResult planned() {
    FitResult result;
    describe(terms_, options_, preparation_, problem_.table, result);
    result.popt.assign(table().start.begin(), table().start.end());
    result.p0 = result.perr = result.popt;
    result.pcov.assign(result.popt.size() * result.popt.size(), 0.0);
    result.start_source = plan_.why.start == Reason::start_given ? "given" : "ones";
    report_plan(result);
    result.plan.execution.block =
        reduce::Walker::block_of(bound().front(), evaluator_options_.walk);
    result.jacobian_mode_source = mode_.source;
    if (engines_) engines_->report(result);
    return result;
  }

  FitResult run() {
    if (!wants_device_) look_first(terms_, problem_.terms, options_, looks_);
    if (plan_.numerics.sample_rows > 0) sample_ = fit_on_sample(x0_, options_);
    measure_precision();
    make_evaluator();
    FitResult result;
    result.start_source = plan_.why.start == Reason::start_given ? "given" : "ones";
    result.p0.assign(table().start.begin(), table().start.end());
    complete(plan_.numerics.searches ? best_of_search(result) : best_from_start(), result);
    return result;
  }

 private:
  const ParameterTable& table() const { return problem_.table; }
  std::span<const reduce::Term> bound() const { return problem_.terms; }

  // -- prepare

  void choose_device() {
    if (wants_device_)
      engines_ = open_pass_engines(wanted_device_, problem_, evaluator_options_.walk.isa);
    on_device_ = engines_ && !engines_->passes().empty();
  }

  // The sample, the precision, the search, threads and blocks.
  void make_plan() {
    plan::Shape shape = shape_of(terms_, problem_);
    shape.wants_device = wants_device_;
    shape.on_device = on_device_;
    plan::make(shape, options_, evaluator_options_, plan_);
    if (options_.memory_limit > 0) {
      for (const reduce::Term& term : bound()) {
        if (term.workspaces != nullptr) term.workspaces->keep_one();
      }
      keep_within(options_.memory_limit, problem_, options_, evaluator_options_, plan_);
    }
    plan::apply(plan_, evaluator_options_);
  }

  // Tells the linear parameters apart where the method asks for it.
  void separate() {
    if (options_.method != Method::varpro) return;
    refuse_for_varpro(options_, wants_device_);
    separated_.emplace(terms_, problem_, options_);
  }

  void open_checkpoint() {
    if (options_.checkpoint.empty()) return;
    checkpoint_.emplace(
        options_.checkpoint,
        description_of(terms_, problem_, options_, evaluator_options_, plan_.numerics.sample_rows));
    evaluator_options_.log = &*checkpoint_;
  }

  void watch_for_stops() {
    if (options_.stop) {
      with_stop_ = [this] {
        if (options_.before_pass) options_.before_pass();
        if (options_.stop()) throw solve::PassStopped();
      };
    }
    evaluator_options_.walk.watch = options_.stop ? &with_stop_ : &options_.before_pass;
  }

  // Precision::measure: fits with float32 passes and without in turn, once for a model. A run that
  // goes on from a checkpoint keeps to what the first one measured.
  void measure_precision() {
    if (!evaluator_options_.float32 || options_.precision != Precision::measure) return;
    const double question[] = {kMeasured};
    std::vector<double> answer;
    if (!checkpoint_ || !checkpoint_->recall(question, answer)) {
      const bool pays = float32_measured(problem_, [&](bool float32) {
        return try_fit(problem_, {x0_, lower_, upper_, options_}, evaluator_options_, float32);
      });
      answer = {pays ? 1.0 : 0.0};
      if (checkpoint_) checkpoint_->keep(question, answer);
    }
    plan_.numerics.float32 = evaluator_options_.float32 = answer.front() != 0.0;
  }

  // After the sample's, whose workspace it takes over.
  void make_evaluator() {
    reduce::EvaluatorOptions all = evaluator_options_;
    if (on_device_) all.passes = engines_->passes();
    evaluator_.emplace(bound(), table().start, table().free, all, shared_pool(), &memory_);
    if (evaluator_->rows() == 0) throw InputError("data", "data: there is no row to fit");
  }

  // -- attempt

  std::optional<SampleFit> fit_on_sample(std::span<const double> start, const SolverOptions& how) {
    std::optional<SampleFit> sample =
        fit_sample(bound().front(), plan_.numerics.sample_rows,
                   {start, lower_, upper_, table().start, &table().free}, how, evaluator_options_,
                   shared_pool());
    if (sample) nfev_subsample_ += sample->nfev;
    return sample;
  }

  // All rows, from where the sample's fit ended, if there is one.
  solve::Outcome minimize(std::span<const double> start, const SolverOptions& how) {
    solve::Shortcut shortcut;
    if (sample_) {
      shortcut.x = sample_->x;
      shortcut.hessian = {sample_->hessian.data(), sample_->hessian.size()};
      shortcut.accept = [this](const linalg::Summary& all) { return sample_->confirmed_by(all); };
    }
    return minimize_all(start, how, sample_ ? &shortcut : nullptr);
  }

  // A confirmed shortcut ends near the minimum, where projection gains nothing.
  solve::Outcome minimize_all(std::span<const double> start, const SolverOptions& how,
                              const solve::Shortcut* shortcut = nullptr) {
    if (separated_ && how.method == Method::varpro && shortcut == nullptr) {
      return minimize_projected(*separated_, *evaluator_, start, lower_, upper_, how,
                                evaluator_options_, shared_pool());
    }
    return solve::minimize(*evaluator_, start, lower_, upper_, how, linear_, shortcut);
  }

  solve::Outcome attempt(std::span<const double> start, const SolverOptions& how) {
    sample_.reset();
    if (plan_.numerics.sample_rows > 0 && options_.memory_limit == 0)
      sample_ = fit_on_sample(start, how);
    return minimize(start, how);
  }

  // From where a search begins all rows take a few passes, and a sample may miss what is narrow.
  solve::Outcome attempt_near(std::span<const double> start, const SolverOptions& how) {
    if (evaluator_->rows() > kMostRowsAtOnce) return attempt(start, how);
    return minimize_all(start, how);
  }

  // The first one, whose first pass looks at the rows.
  solve::Outcome first_attempt(const SolverOptions& how) {
    std::optional<solve::Outcome> looked = look_before_projection(how);
    if (looked && looked->status == Status::stopped) return std::move(*looked);
    solve::Outcome outcome = minimize(x0_, how);
    if (looked) outcome.nfev += looked->nfev;
    if (outcome.nfev == 0) forget_looks();  // the first pass did not end
    return outcome;
  }

  // Passes of a projected fit look at no rows.
  std::optional<solve::Outcome> look_before_projection(const SolverOptions& how) {
    const bool is_due = std::any_of(looks_.begin(), looks_.end(),
                                    [](const std::optional<FirstLook>& look) { return !!look; });
    if (!separated_ || how.method != Method::varpro || sample_ || !is_due) return std::nullopt;
    SolverOptions once(how);
    once.method = Method::trf;
    once.max_nfev = 1;
    once.polish = false;
    once.callback = nullptr;
    solve::Outcome outcome = solve::minimize(*evaluator_, x0_, lower_, upper_, once, linear_);
    if (outcome.nfev == 0) forget_looks();
    return outcome;
  }

  void forget_looks() {
    for (std::optional<FirstLook>& look : looks_) look.reset();
  }

  static bool is_bad_start(const InputError& error) {
    return error.argument() == "p0" || error.argument() == "x0";
  }

  // -- attempts after it

  // The first end, and the best of what follows it where it means nothing.
  solve::Outcome best_after(solve::Outcome first, const SolverOptions& how) {
    return best_end(std::move(first), expected_, x0_, lower_, upper_, how,
                    [this](std::span<const double> start, const SolverOptions& options) {
                      return attempt(start, options);
                    });
  }

  bool needs_no_other(const solve::Outcome& end) const {
    return is_well(end, expected_) || has_unused_parameter(terms_, table());
  }

  solve::Outcome best_from_ones(const SolverOptions& how) {
    solve::Outcome end = attempt(x0_, how);
    if (!needs_no_other(end)) end = best_after(std::move(end), how);
    return end;
  }

  solve::Outcome best_from_start() {
    if (separated_) return best_of_both();
    solve::Outcome end = first_attempt_or_fail();
    sum_up_data();
    if (!needs_no_other(end)) end = best_after(std::move(end), options_);
    return end;
  }

  // Projection leads to other minima than steps in all parameters do: where its end is in doubt,
  // what trf finds from this start is the other one to choose from.
  solve::Outcome best_of_both() {
    std::optional<solve::Outcome> end;
    SolverOptions brief(options_);
    keep_short(brief, 1, static_cast<index_t>(x0_.size()));
    try {
      end = first_attempt(brief);
      sum_up_data();
      if (end->status == Status::stopped ||
          explains_all(terms_, bound(), *end, expected_, *evaluator_, evaluator_options_.walk.isa))
        return std::move(*end);
    } catch (const InputError& error) {
      if (!is_bad_start(error)) throw;
      forget_looks();
    }
    SolverOptions plain(options_);
    plain.method = Method::trf;
    if (end && plain.max_nfev) plain.max_nfev = *plain.max_nfev - end->nfev;
    if (plain.max_nfev && *plain.max_nfev < 1) return std::move(*end);
    solve::Outcome other = first_attempt_or_fail(plain);
    sum_up_data();
    if (!needs_no_other(other)) other = best_after(std::move(other), plain);
    return end ? better_of(std::move(*end), std::move(other)) : std::move(other);
  }

  solve::Outcome first_attempt_or_fail() { return first_attempt_or_fail(options_); }

  solve::Outcome first_attempt_or_fail(const SolverOptions& how) {
    try {
      return first_attempt(how);
    } catch (const InputError& error) {
      if (!is_bad_start(error)) throw;
    }
    fail_at_start();
  }

  // Sets where the fit began.
  solve::Outcome best_of_search(FitResult& result) {
    SolverOptions quiet(options_);
    quiet.callback = nullptr;  // it sees the fit from the start that is chosen
    SolverOptions brief(quiet);
    keep_short(brief, evaluator_->rows(), static_cast<index_t>(x0_.size()));
    std::optional<solve::Outcome> first;
    try {
      first = first_attempt(brief);
    } catch (const InputError& error) {
      if (!is_bad_start(error)) throw;
      forget_looks();
    }
    sum_up_data();
    if (first && first->status == Status::stopped) return std::move(*first);
    StartSearch search(terms_.front(), bound().front(), table(), quiet, evaluator_options_,
                       expected_.total);
    const auto near = [this](std::span<const double> start, const SolverOptions& how) {
      return attempt_near(start, how);
    };
    std::optional<solve::Outcome> best =
        search.best(std::move(first), near, [&] { return best_from_ones(quiet); });
    if (!best) fail_at_start();
    nfev_subsample_ += search.nfev_sample();
    const std::span<const double> start = search.start();
    for (std::size_t i = 0; i < start.size(); ++i) result.p0[z(table().free[i])] = start[i];
    if (!start.empty()) result.start_source = "search";
    if (!options_.callback) return std::move(*best);
    return start.empty() ? best_from_ones(options_) : attempt_near(start, options_);
  }

  [[noreturn]] void fail_at_start() {
    throw_bad_start(evaluator_->find_fault(x0_), table(), terms_);
  }

  void sum_up_data() {
    moments_ = moments_of(terms_, looks_, options_, on_device_);
    expected_.total = 0.0;
    for (const Moments& m : moments_) {
      if (m.underflows()) throw_underflow();
      expected_.total += m.total();
    }
  }

  // -- complete

  void complete(solve::Outcome outcome, FitResult& result) {
    describe(terms_, options_, preparation_, problem_.table, result);
    report_path(outcome, result);
    const auto jumps = [&](std::size_t j) {
      return acts_in_jumps(terms_, bound(), result.names[z(table().free[j])],
                           static_cast<index_t>(j));
    };
    fill_statistics(result, outcome, table().free, moments_, options_, std::cref(jumps));
    for (const reduce::Term& term : bound()) result.n_masked += term.masked_rows;
    if (options_.judge)
      judge_end(terms_, problem_, outcome, *evaluator_, evaluator_options_.walk.isa, result);
    if (engines_) engines_->report(result);
    report_fingerprints(looks_, result);
    result.elapsed_ms =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began_)
            .count();
  }

  void report_plan(FitResult& result) const {
    result.plan = plan_;
    result.isa = engine::name(evaluator_options_.walk.isa);
    result.derivative_order =
        bound().front().program->order == expr::Accumulation::forward ? "forward" : "reverse";
  }

  void report_path(const solve::Outcome& outcome, FitResult& result) const {
    report_plan(result);
    result.plan.execution.block = evaluator_->block();
    report_jacobian_mode(mode_, problem_.free(), evaluator_->rows(), result);
    result.nfev_float32 = outcome.nfev_float32;
    if (outcome.nfev_float32 > 0) result.precision = "mixed";
    result.nfev_subsample = nfev_subsample_;
    result.progressive = outcome.from_shortcut;
  }

  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  const base::EnvironmentScope environment_;
  std::span<const TermView> terms_;
  const FitOptions& options_;
  ModeChoice mode_;
  plan::WantedDevice wanted_device_;
  bool wants_device_, on_device_ = false;
  Preparation preparation_;
  alignas(std::max_align_t) std::byte room_[kRoom];
  std::pmr::monotonic_buffer_resource memory_;
  Problem problem_;
  reduce::EvaluatorOptions evaluator_options_;  // of passes on the CPU
  std::unique_ptr<PassEngines> engines_;
  Looks looks_;
  bool linear_;
  linalg::Vector x0_, lower_, upper_;
  Plan plan_;
  std::optional<SeparatedProblem> separated_;
  std::optional<Checkpoint> checkpoint_;
  std::function<void()> with_stop_;
  std::optional<SampleFit> sample_;
  index_t nfev_subsample_ = 0;
  std::optional<reduce::DataEvaluator> evaluator_;
  base::SmallVector<Moments, 4> moments_;
  Expectation expected_;
};

template <bool only_plan>
FitResult fit_or_plan(std::span<const TermView> terms, const FitOptions& options) {
  const bool streams = any_streamed(terms);
  if (streams)
    refuse_for_streams(options);
  else
    refuse_empty_groups(terms, options);
  if (!streams && options.checkpoint.empty()) {
    std::optional<FitResult> sparse =
        only_plan ? plan_sparse_if_it_pays(terms, options) : fit_sparse_if_it_pays(terms, options);
    if (sparse) return std::move(*sparse);
  }
  if constexpr (only_plan) {
    return SingleFit(terms, options, streams).planned();
  } else {
    return SingleFit(terms, options, streams).run();
  }
}

}  // namespace

FitResult fit_terms(std::span<const TermView> terms, const FitOptions& options) {
  return fit_or_plan<false>(terms, options);
}

FitResult plan_terms(std::span<const TermView> terms, const FitOptions& options) {
  return fit_or_plan<true>(terms, options);
}

}  // namespace nlsq::fit_impl
