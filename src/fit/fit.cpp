// SPDX-License-Identifier: MIT
// A fit from start to finish: parameters, terms, minimizer, statistics.
#include "nlsq/fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory_resource>
#include <optional>
#include <utility>

#include "base/environment.hpp"
#include "fit/binding.hpp"
#include "fit/checkpoint.hpp"
#include "fit/device.hpp"
#include "fit/empty_groups.hpp"
#include "fit/first_look.hpp"
#include "fit/footprint.hpp"
#include "fit/jacobian_mode.hpp"
#include "fit/judgement.hpp"
#include "fit/moments.hpp"
#include "fit/parameters.hpp"
#include "fit/precision.hpp"
#include "fit/problem.hpp"
#include "fit/progressive.hpp"
#include "fit/relations.hpp"
#include "fit/resident.hpp"
#include "fit/second_start.hpp"
#include "fit/settings.hpp"
#include "fit/sparse_fit.hpp"
#include "fit/start_search.hpp"
#include "fit/statistics.hpp"
#include "fit/streams.hpp"
#include "fit/used_parameters.hpp"
#include "linalg/triangle.hpp"
#include "nlsq/error.hpp"
#include "solve/minimizer.hpp"

namespace nlsq {
namespace {

using fit_impl::ParameterTable;
using fit_impl::TermView;

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

// Bytes on the stack for what a fit of a few terms puts together; more of them take the heap.
constexpr std::size_t kRoom = 4096;

// Says which row spoils the start, if one does.
[[noreturn]] void throw_bad_start(reduce::DataEvaluator& evaluator, const ParameterTable& table,
                                  std::span<const TermView> terms, std::span<const double> x0) {
  const auto fault = evaluator.find_fault(x0);
  if (!fault) {
    throw InputError("p0",
                     "p0: the sum of squares overflows at the start: each residual and derivative "
                     "is finite, but some are too large to be squared");
  }
  const TermView& term = terms[fault->term];
  // Responses are not checked before a fit: one that is not finite shows here.
  for (const Dataset::Response& response : term.data->responses()) {
    const double y = fit_impl::value_at(response.y, fault->row);
    if (fault->in_residual && !std::isfinite(y)) {
      throw InputError("data", fmt::format("data: the response is {} in row {}",
                                           std::isnan(y) ? std::fabs(y) : y, fault->row + 1));
    }
  }
  std::string where = fmt::format("row {}", fault->row + 1);
  const fit_impl::Columns columns = fit_impl::find_columns(*term.model, *term.data);
  for (std::size_t c = 0; c < columns.size(); ++c) {
    where += fmt::format("{}{} = {:.6g}", c == 0 ? " (" : ", ", term.model->columns()[c],
                         fit_impl::value_at(columns[c], fault->row));
    if (c + 1 == columns.size()) where += ")";
  }
  std::string start;
  for (std::size_t i = 0; i < table.names.size() && i < 12; ++i) {
    start += fmt::format("{}{}={:.6g}", i == 0 ? "" : ", ", table.names[i], table.start[i]);
  }
  const double value =
      std::isnan(fault->value) ? std::fabs(fault->value) : fault->value;  // no "-nan"
  const std::string what =
      fault->in_residual ? fmt::format("the residual is {}", value)
                         : fmt::format("the derivative by '{}' is {}",
                                       table.names[z(table.free[z(fault->parameter)])], value);
  throw InputError(
      "p0", fmt::format("p0: {} in {} at the start ({}); give a start where the model is finite",
                        what, where, start));
}

linalg::Vector at_positions(const linalg::Vector& values, const linalg::Indices& positions) {
  linalg::Vector picked;
  for (const index_t i : positions) picked.push_back(values[z(i)]);
  return picked;
}

// Of each term, those that are looked at in their first pass.
using Looks = std::pmr::vector<std::optional<fit_impl::FirstLook>>;

Looks first_looks(std::span<const TermView> terms, std::span<reduce::Term> bound,
                  const FitOptions& options, std::pmr::memory_resource* memory) {
  Looks looks(terms.size(), memory);
  for (std::size_t t = 0; t < terms.size(); ++t) {
    if (!fit_impl::FirstLook::pays(bound[t].rows)) continue;
    bound[t].visitor = &looks[t].emplace(terms[t], options);
  }
  return looks;
}

// Moments of all responses, from the first look at their term if there was one.
base::SmallVector<fit_impl::Moments, 4> moments_of(std::span<const TermView> terms,
                                                   const Looks& looks, const FitOptions& options,
                                                   bool on_device) {
  base::SmallVector<fit_impl::Moments, 4> moments;
  for (std::size_t t = 0; t < terms.size(); ++t) {
    const auto& responses = terms[t].data->responses();
    for (std::size_t i = 0; i < responses.size(); ++i) {
      const int threads = fit_impl::useful_threads(options.threads, responses[i].y.size);
      if (on_device && responses[i].sigma.size == 0 && responses[i].sigma_number == 0.0) {
        if (const auto known = fit_impl::resident_moments(responses[i].y)) {
          moments.push_back(*known);
          continue;
        }
      }
      if (looks[t] && looks[t]->is_complete()) {
        moments.push_back(looks[t]->moments(i));
      } else if (!terms[t].data->is_streamed()) {
        moments.push_back(fit_impl::moments(responses[i], threads));
      } else {
        // A stopped fit does not read all rows of a source for them; one that went on from a
        // checkpoint does.
        moments.push_back(looks[t] ? fit_impl::streamed_moments(responses[i])
                                   : fit_impl::Moments{});
      }
    }
  }
  return moments;
}

// What speaks against the end of a fit that converged.
void judge(std::span<const TermView> terms, std::span<const reduce::Term> bound,
           const ParameterTable& table, const solve::Outcome& outcome,
           reduce::DataEvaluator& evaluator, engine::Isa isa, FitResult& result) {
  fit_impl::judge_residuals(terms, bound, outcome, evaluator, isa, result);
  const auto cost = [&](std::span<const double> p) { return evaluator.cost(p); };
  const auto norms_at = [&](std::span<const double> p) {
    linalg::Summary there;
    evaluator.summary(p, solve::Grade::step, there);
    linalg::Vector norms(p.size());
    linalg::column_norms(there, norms);
    return norms;
  };
  const fit_impl::Surroundings around{cost, norms_at, result.tss};
  fit_impl::judge_parameters(outcome, table.free, around, result);
}

FitResult fit_views(std::span<const TermView> terms, const FitOptions& options) {
  const bool streams = fit_impl::any_streamed(terms);
  if (streams)
    fit_impl::refuse_for_streams(options);
  else
    fit_impl::refuse_empty_groups(terms, options);
  if (!streams && options.checkpoint.empty()) {
    if (std::optional<FitResult> sparse = fit_impl::fit_sparse_if_it_pays(terms, options))
      return std::move(*sparse);
  }
  const auto began = std::chrono::steady_clock::now();
  const base::EnvironmentScope environment;
  const fit_impl::ModeChoice mode = fit_impl::choose_jacobian_mode(options.jacobian_mode);
  const fit_impl::WantedDevice wanted_device = fit_impl::wanted_device(options);
  // On a device no pass of the CPU looks at columns.
  const bool wants_device = !wanted_device.id.empty() && !streams;
  fit_impl::Preparation preparation{
      .mode = mode.mode, .look_later = !wants_device, .on_device = wants_device};
  alignas(std::max_align_t) std::byte room[kRoom];
  std::pmr::monotonic_buffer_resource memory(room, sizeof(room));
  fit_impl::Problem problem = fit_impl::make_problem(terms, options, preparation, &memory);
  const ParameterTable& table = problem.table;
  reduce::EvaluatorOptions evaluator_options = fit_impl::evaluator_options(options.threads);
  std::unique_ptr<fit_impl::DeviceFit> device;
  if (wants_device)
    device = fit_impl::DeviceFit::open(wanted_device, problem, evaluator_options.walk.isa);
  const bool on_device = device && device->runs();
  Looks looks = wants_device ? Looks(terms.size(), &memory)
                             : first_looks(terms, problem.terms, options, &memory);
  const std::span<const reduce::Term> bound = problem.terms;
  index_t sampled = on_device ? 0 : fit_impl::rows_sampled(problem, options);
  evaluator_options.float32 =
      !on_device && fit_impl::may_use_float32(problem, options, evaluator_options, sampled);
  if (options.memory_limit > 0) {
    for (const reduce::Term& term : bound) {
      if (term.workspaces != nullptr) term.workspaces->keep_one();
    }
    fit_impl::keep_within(options.memory_limit, problem, options, evaluator_options, sampled);
  }
  std::optional<fit_impl::Checkpoint> checkpoint;
  if (!options.checkpoint.empty()) {
    checkpoint.emplace(options.checkpoint, fit_impl::description_of(terms, problem, options,
                                                                    evaluator_options, sampled));
    evaluator_options.log = &*checkpoint;
  }
  std::function<void()> with_stop;
  if (options.stop) {
    with_stop = [&options] {
      if (options.before_pass) options.before_pass();
      if (options.stop()) throw solve::PassStopped();
    };
  }
  evaluator_options.walk.watch = options.stop ? &with_stop : &options.before_pass;
  const linalg::Vector x0 = at_positions(table.start, table.free);
  const bool linear = problem.linear_loss();
  const linalg::Vector lower = at_positions(table.lower, table.free);
  const linalg::Vector upper = at_positions(table.upper, table.free);
  index_t nfev_subsample = 0;
  const auto on_sample = [&](std::span<const double> start, const SolverOptions& how) {
    std::optional<fit_impl::SampleFit> sample = fit_impl::fit_sample(
        bound.front(), sampled, {start, lower, upper, table.start, &table.free}, how,
        evaluator_options, fit_impl::shared_pool());
    if (sample) nfev_subsample += sample->nfev;
    return sample;
  };
  std::optional<fit_impl::SampleFit> sample;
  if (sampled > 0) sample = on_sample(x0, options);
  if (evaluator_options.float32 && options.precision == Precision::measure) {
    evaluator_options.float32 = fit_impl::float32_measured(problem, [&](bool float32) {
      FitOptions quiet(options);
      quiet.callback = nullptr;
      quiet.stop = nullptr;
      reduce::EvaluatorOptions tried = evaluator_options;
      tried.float32 = float32;
      const auto start = std::chrono::steady_clock::now();
      reduce::DataEvaluator own(bound, table.start, table.free, tried, fit_impl::shared_pool());
      const solve::Outcome end = solve::minimize(own, x0, lower, upper, quiet, linear);
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
      return fit_impl::Tried{took.count(), end.nfev_float32 > 0};
    });
  }
  const reduce::EvaluatorOptions host_options = evaluator_options;
  if (on_device) evaluator_options.passes = device->passes();
  // Made after the sample's, whose workspace it takes over.
  reduce::DataEvaluator evaluator(bound, table.start, table.free, evaluator_options,
                                  fit_impl::shared_pool(), &memory);
  if (evaluator.rows() == 0) throw InputError("data", "data: there is no row to fit");
  const auto minimize = [&](std::span<const double> start, const SolverOptions& how) {
    solve::Shortcut shortcut;
    if (sample) {
      shortcut.x = sample->x;
      shortcut.hessian = {sample->hessian.data(), sample->hessian.size()};
      shortcut.accept = [&](const linalg::Summary& all) { return sample->confirmed_by(all); };
    }
    return solve::minimize(evaluator, start, lower, upper, how, linear,
                           sample ? &shortcut : nullptr);
  };
  const bool searches = fit_impl::may_search(terms, problem, options);
  std::optional<SolverOptions> quiet, brief;
  if (searches) {
    quiet.emplace(options).callback = nullptr;  // it sees the fit from the start that is chosen
    fit_impl::keep_short(brief.emplace(*quiet), evaluator.rows(), static_cast<index_t>(x0.size()));
  }
  bool is_bad_start = false;
  solve::Outcome outcome = [&]() -> solve::Outcome {
    try {
      return minimize(x0, brief ? *brief : static_cast<const SolverOptions&>(options));
    } catch (const InputError& error) {
      if (error.argument() != "p0" && error.argument() != "x0") throw;
      if (!searches) throw_bad_start(evaluator, table, terms, x0);
      is_bad_start = true;
      return {};
    }
  }();

  if (outcome.nfev == 0) {  // stopped during the first pass: nobody has looked at all rows
    for (std::optional<fit_impl::FirstLook>& look : looks) look.reset();
  }
  const auto moments = moments_of(terms, looks, options, on_device);
  fit_impl::Expectation expected;
  expected.total = 0.0;
  for (const fit_impl::Moments& m : moments) expected.total += m.total();
  const auto attempt = [&](std::span<const double> start, const SolverOptions& how) {
    sample.reset();
    if (sampled > 0 && options.memory_limit == 0) sample = on_sample(start, how);
    return minimize(start, how);
  };
  const auto finish_from_ones = [&](solve::Outcome& first, const SolverOptions& how) {
    if (fit_impl::is_well(first, expected) || fit_impl::has_unused_parameter(terms, table)) return;
    first = fit_impl::best_end(std::move(first), expected, x0, lower, upper, how, attempt);
  };
  FitResult result;
  result.start_source = fit_impl::is_given(table) ? "given" : "ones";
  result.p0.assign(table.start.begin(), table.start.end());
  if (!searches) {
    finish_from_ones(outcome, options);
  } else if (is_bad_start || outcome.status != Status::stopped) {
    const auto from_ones = [&](const SolverOptions& how) {
      solve::Outcome end = attempt(x0, how);
      finish_from_ones(end, how);
      return end;
    };
    // From where the search begins all rows take a few passes, and a sample may miss what is
    // narrow.
    const auto near = [&](std::span<const double> start, const SolverOptions& how) {
      if (evaluator.rows() > fit_impl::kMostRowsAtOnce) return attempt(start, how);
      sample.reset();
      return minimize(start, how);
    };
    fit_impl::StartSearch search(terms.front(), bound.front(), table, *quiet, host_options,
                                 expected.total);
    std::optional<solve::Outcome> first;
    if (!is_bad_start) first = std::move(outcome);
    std::optional<solve::Outcome> best =
        search.best(std::move(first), near, [&] { return from_ones(*quiet); });
    if (!best) throw_bad_start(evaluator, table, terms, x0);
    outcome = std::move(*best);
    nfev_subsample += search.nfev_sample();
    const std::span<const double> start = search.start();
    for (std::size_t i = 0; i < start.size(); ++i) result.p0[z(table.free[i])] = start[i];
    if (!start.empty()) result.start_source = "search";
    if (options.callback) outcome = start.empty() ? from_ones(options) : near(start, options);
  }

  result.names = std::move(problem.table.names);
  result.fixed = std::move(problem.table.fixed);
  result.defaulted = std::move(problem.table.defaulted);
  result.method = to_string(options.method == Method::automatic ? Method::trf : options.method);
  result.loss = to_string(options.loss);
  result.engine = "interpreter";
  result.isa = engine::name(evaluator_options.walk.isa);
  result.derivative_order =
      bound.front().program->order == expr::Accumulation::forward ? "forward" : "reverse";
  fit_impl::report_jacobian_mode(mode, static_cast<index_t>(table.free.size()), evaluator.rows(),
                                 result);
  result.nfev_float32 = outcome.nfev_float32;
  if (outcome.nfev_float32 > 0) result.precision = "mixed";
  result.nfev_subsample = nfev_subsample;
  result.progressive = outcome.from_shortcut;
  result.cache_hit = preparation.all_found;
  result.compile_ms = preparation.compile_ms;
  result.model = terms.front().model->formula();
  result.absolute_sigma = options.absolute_sigma;
  for (const TermView& term : terms) {
    for (const Dataset::Response& response : term.data->responses())
      result.has_sigma |= response.sigma.size > 0 || response.sigma_number > 0.0;
  }
  const auto jumps = [&](std::size_t j) {
    return fit_impl::acts_in_jumps(terms, bound, result.names[z(table.free[j])],
                                   static_cast<index_t>(j));
  };
  fit_impl::fill_statistics(result, outcome, table.free, moments, options, std::cref(jumps));
  for (const reduce::Term& term : bound) result.n_masked += term.masked_rows;
  if (options.judge)
    judge(terms, bound, table, outcome, evaluator, evaluator_options.walk.isa, result);
  if (device) device->report(result);
  for (const std::optional<fit_impl::FirstLook>& look : looks) {
    if (!look) continue;
    for (const fit_impl::Fingerprints& array : look->fingerprints())
      result.fingerprints.push_back({array.data(), array.bytes(), array.value()});
  }
  result.elapsed_ms =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
  return result;
}

}  // namespace

FitResult fit(const std::vector<FitTerm>& terms, const FitOptions& options) {
  std::vector<TermView> views;
  views.reserve(terms.size());
  std::deque<fit_impl::ResidentCopy> copies;
  for (const FitTerm& term : terms) {
    const Dataset* data = &term.data;
    if (fit_impl::ResidentCopy::serves(*data))
      data = &copies.emplace_back(term.model, *data).data();
    views.push_back({&term.model, data, term.loss.value_or(options.loss),
                     term.f_scale.value_or(options.f_scale)});
  }
  if (!fit_impl::has_relations(options)) return fit_views(views, options);
  if (fit_impl::any_streamed(views)) fit_impl::refuse_for_streams(options);
  return fit_impl::fit_related(views, options, fit_views);
}

FitResult curve_fit(const Model& model, const Dataset& data, const FitOptions& options) {
  std::optional<fit_impl::ResidentCopy> copy;
  if (fit_impl::ResidentCopy::serves(data)) copy.emplace(model, data);
  const TermView view{&model, copy ? &copy->data() : &data, options.loss, options.f_scale};
  if (!fit_impl::has_relations(options)) return fit_views({&view, 1}, options);
  if (view.data->is_streamed()) fit_impl::refuse_for_streams(options);
  return fit_impl::fit_related({&view, 1}, options, fit_views);
}

}  // namespace nlsq
