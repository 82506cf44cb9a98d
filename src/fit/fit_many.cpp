// SPDX-License-Identifier: MIT
// Many fits of one model: shares of them go to threads, which fit them in lanes where that serves
// and one by one where it does not. No choice depends on the data of other sets.
#include "nlsq/fit_many.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <memory>
#include <numeric>

#include "base/environment.hpp"
#include "base/nearest.hpp"
#include "batch/lane_fitter.hpp"
#include "expr/model.hpp"
#include "fit/binding.hpp"
#include "fit/jacobian_mode.hpp"
#include "fit/many_alone.hpp"
#include "fit/many_starts.hpp"
#include "fit/relations.hpp"
#include "fit/settings.hpp"
#include "nlsq/error.hpp"

namespace nlsq {
namespace {

using fit_impl::has_relations;
using fit_impl::ManySetup;
using Clock = std::chrono::steady_clock;

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

// Longer sets fill blocks by themselves.
constexpr index_t kMostLaneRows = 2048;
constexpr index_t kSetsAPart = 1024;

const ManyData::Column& find_column(const ManyData& data, const std::string& name) {
  std::vector<std::string> names;
  for (const ManyData::Column& column : data.columns()) {
    if (column.name == name) return column;
    names.push_back(column.name);
  }
  throw InputError("data", fmt::format("data: no column named '{}'{}; there is {}", name,
                                       base::did_you_mean(name, names),
                                       names.empty() ? "none" : base::quoted_list(names)));
}

void check_size(std::span<const double> values, index_t needed, const char* name,
                const std::string& shape) {
  if (!values.empty() && static_cast<index_t>(values.size()) != needed) {
    throw InputError(
        name, fmt::format("{}: {} values, {} are needed ({})", name, values.size(), needed, shape));
  }
}

// Checks what the sets have in common.
ManySetup set_up(const Model& model, const ManyData& data, const ManyOptions& options) {
  if (model.outputs() != 1)
    throw InputError("model",
                     fmt::format("model: {} outputs; many fits take one", model.outputs()));
  for (const expr::Symbol& symbol : model.impl()->parameters) {
    if (symbol.index_column >= 0) {
      throw InputError("model", fmt::format("model: '{}' is picked by a column; give each group as "
                                            "a data set of its own",
                                            symbol.name));
    }
  }
  if (has_relations(options)) {
    const char* const what = !options.ties.empty()     ? "ties"
                             : !options.priors.empty() ? "priors"
                                                       : "derived";
    throw InputError(what, fmt::format("{}: many fits know none; fit each set by itself", what));
  }
  if (!options.device.empty() && options.device != "cpu" && options.device != "auto")
    throw InputError("device", "device: many fits are made on the CPU; leave it out");
  if (data.response().data == nullptr && data.total_rows() > 0)
    throw InputError("data", "data: there is no response");
  ManySetup setup{.model = &model, .data = &data, .options = &options, .table = {}, .columns = {}};
  for (const std::string& name : model.columns()) setup.columns.push_back(&find_column(data, name));
  const auto N = static_cast<index_t>(model.parameters().size());
  const std::string shape = fmt::format("{} sets × {} parameters", data.fits(), N);
  check_size(options.starts, data.fits() * N, "p0", shape);
  check_size(options.lower, data.fits() * N, "bounds", shape);
  check_size(options.upper, data.fits() * N, "bounds", shape);
  FitOptions common = options;
  if (!options.starts.empty() && data.fits() > 0) {
    common.start.clear();
    common.p0.assign(options.starts.begin(), options.starts.begin() + N);
    for (index_t i = 0; i < N; ++i) {
      const auto own = common.bounds.find(model.parameters()[z(i)]);
      if (own != common.bounds.end())
        common.p0[z(i)] = std::clamp(common.p0[z(i)], own->second.lower, own->second.upper);
      if (!std::isfinite(common.p0[z(i)])) common.p0[z(i)] = 1.0;
    }
  }
  setup.table = fit_impl::make_parameters(model.parameters(), common);
  common.validate(static_cast<index_t>(setup.table.free.size()));
  const auto bounded = [](double bound) { return std::isfinite(bound); };
  const bool any_bound = std::any_of(setup.table.lower.begin(), setup.table.lower.end(), bounded) ||
                         std::any_of(setup.table.upper.begin(), setup.table.upper.end(), bounded) ||
                         !options.lower.empty() || !options.upper.empty();
  if (!takes_bounds(options.method) && any_bound)
    throw InputError(
        "bounds", "Method " + to_string(options.method) + " takes no bounds; use trf or dogbox.");
  if (options.method == Method::varpro)
    throw InputError("method", "method: 'varpro' fits one data set at a time; use 'trf'");
  return setup;
}

batch::ManyColumn lane_column(const ManyData::Column& column) {
  return {column.values.data, column.values.float32, column.shared};
}

// Everything lanes need; without a program where they do not serve.
struct LaneSetup {
  batch::ManyProblem problem;
  std::vector<double> lower, upper;  // of the free parameters
  std::vector<double> sigma;         // a number, spread out
  std::vector<index_t> long_sets;    // too long for lanes
};

void add_rules(const ManyOptions& options, index_t n, batch::LaneRules& rules) {
  rules.ftol = options.ftol, rules.xtol = options.xtol, rules.gtol = options.gtol;
  const index_t usual = std::max<index_t>(500, 100 * n);
  rules.max_nfev = static_cast<double>(options.max_nfev.value_or(usual));
  rules.polish_is_limited = !options.polish || options.max_polish.has_value();
  rules.max_polish = options.polish ? static_cast<double>(options.max_polish.value_or(100)) : 0.0;
}

// One row a set of the free parameters' values.
batch::PerFit pick_free(std::span<const double> all, const double* common, const ManySetup& setup,
                        std::vector<double>& kept) {
  const auto& free = setup.table.free;
  const index_t N = setup.size(), rows = all.empty() ? 1 : setup.data->fits();
  const double* const from = all.empty() ? common : all.data();
  kept.reserve(z(rows) * free.size());
  for (index_t i = 0; i < rows; ++i) {
    for (const index_t at : free) kept.push_back(from[i * N + at]);
  }
  return {kept.data(), all.empty()};
}

void set_up_lanes(const ManySetup& setup, engine::Isa isa, fit_impl::Preparation& preparation,
                  LaneSetup& lanes) {
  const ManyData& data = *setup.data;
  const ManyOptions& options = *setup.options;
  const auto n = static_cast<index_t>(setup.table.free.size());
  if (batch::lane_kernels(isa).lanes < 2 || n < 1 || n > batch::kMostParameters) return;
  batch::ManyProblem& p = lanes.problem;
  p.fits = data.fits();
  p.rows = data.rows();
  if (data.ragged()) {
    p.offsets = data.offsets().data();
    p.rows = 0;
    for (index_t i = 0; i < p.fits; ++i) {
      const index_t rows = p.rows_of(i);
      if (rows > kMostLaneRows) {
        lanes.long_sets.push_back(i);
      } else {
        p.rows = std::max(p.rows, rows);
        p.order.push_back(i);
      }
    }
    // Sets of like length side by side, so that no lane waits on rows it does not have.
    std::stable_sort(p.order.begin(), p.order.end(),
                     [&](index_t a, index_t b) { return p.rows_of(a) < p.rows_of(b); });
  }
  if (p.rows > kMostLaneRows || p.rows < 1) return;
  for (const ManyData::Column* column : setup.columns) p.columns.push_back(lane_column(*column));
  p.columns.push_back({data.response().data, data.response().float32, data.shares_response()});
  if (data.sigma().values.size > 0) {
    p.sigma = lane_column(data.sigma());
  } else if (data.sigma_number() > 0.0) {
    lanes.sigma.assign(z(data.ragged() ? data.total_rows() : p.rows), data.sigma_number());
    p.sigma = {lanes.sigma.data(), false, !data.ragged()};
  }
  p.mask = data.mask().empty() ? nullptr : data.mask().data();
  p.mask_shared = static_cast<index_t>(data.mask().size()) != data.total_rows();
  p.omit_not_finite = options.omit_not_finite;
  p.ends_in_lanes = options.attempts;
  p.robust = options.loss != Loss::linear;
  p.f_scale = options.f_scale;
  if (p.robust) {
    if (!(p.f_scale > 0.0 && std::isfinite(p.f_scale)))
      throw InputError("f_scale", fmt::format("f_scale: {} is not a positive number", p.f_scale));
    p.extras.push_back(p.f_scale);
  }
  p.parameters = setup.size();
  p.free.assign(setup.table.free.begin(), setup.table.free.end());
  p.start = {setup.start(0), options.starts.empty()};
  p.lower = pick_free(options.lower, setup.table.lower.data(), setup, lanes.lower);
  p.upper = pick_free(options.upper, setup.table.upper.data(), setup, lanes.upper);
  add_rules(options, n, p.rules);
  const auto bounded = [](double bound) { return std::isfinite(bound); };
  p.rules.bounded = std::any_of(lanes.lower.begin(), lanes.lower.end(), bounded) ||
                    std::any_of(lanes.upper.begin(), lanes.upper.end(), bounded);
  p.absolute_sigma = options.absolute_sigma;
  p.judges_ends = options.second_start != SecondStart::none;

  program::ResidualSpec spec;
  spec.sizes.assign(std::vector<index_t>(z(p.parameters), 1));
  spec.free.assign(p.free);
  spec.loss = options.loss;
  spec.weighting = p.weighted() ? program::Weighting::column : program::Weighting::none;
  spec.masked = p.weighted();
  using Order = program::ResidualSpec::Order;
  spec.order = preparation.mode == JacobianMode::fwd   ? Order::forward
               : preparation.mode == JacobianMode::rev ? Order::reverse
                                                       : Order::automatic;
  for (index_t c = 0; c < static_cast<index_t>(p.columns.size()) + (p.weighted() ? 1 : 0); ++c)
    spec.float32.push_back(false);
  const auto prepared = fit_impl::prepared_program(*setup.model, spec, preparation);
  if (prepared->program.outputs.front().jacobian.size() != p.free.size()) return;
  p.program = {prepared, &prepared->program};
}

// A thread's own fitters, made when it gets something to do.
struct Worker {
  std::unique_ptr<batch::LaneFitter> lanes;
  std::unique_ptr<fit_impl::AloneFitter> single;
  std::vector<index_t> alone;
};

batch::ManyOutputs lane_outputs(const ManyArrays& a) {
  return {a.popt, a.perr, a.pcov, a.cost, a.rss, a.status, a.nfev, a.rows, a.flags};
}

// Where each set begins.
void write_starts(const ManySetup& setup, double* p0) {
  if (p0 == nullptr) return;
  const index_t N = setup.size();
  for (index_t i = 0; i < setup.data->fits(); ++i) {
    for (index_t j = 0; j < N; ++j)
      p0[i * N + j] = std::clamp(setup.start(i)[j], setup.lower(i)[j], setup.upper(i)[j]);
  }
}

double since(Clock::time_point began) {
  return std::chrono::duration<double, std::milli>(Clock::now() - began).count();
}

index_t count_failed(const ManyArrays& of, index_t fits) {
  return std::count_if(of.status, of.status + fits,
                       [](std::int32_t status) { return status <= 0; });
}

// Fits of all sets from starts that were searched for.
ManyResult fit_from_found(const ManySetup& setup, const fit_impl::FoundStarts& found,
                          ManyArrays into) {
  ManyOptions options(*setup.options);
  options.start.clear();
  if (found.values.size() == z(setup.size()))
    options.p0 = found.values;
  else
    options.starts = found.values;
  std::vector<double> cost, rss;
  const auto own = [&](std::vector<double>& values, double*& to) {
    if (to != nullptr) return;
    values.resize(z(setup.data->fits()));
    to = values.data();
  };
  own(cost, into.cost);
  own(rss, into.rss);
  ManyResult result = fit_many(*setup.model, *setup.data, options, into);
  fit_impl::search_where_more_is_left(setup, found.most_left, into);
  result.failed = count_failed(into, setup.data->fits());
  result.start_source = "search";
  return result;
}

index_t sets_a_part(index_t sets, int threads) {
  const index_t even = sets / (4 * threads) / batch::kMostLanes * batch::kMostLanes;
  return std::clamp<index_t>(even, 4 * batch::kMostLanes, kSetsAPart);
}

}  // namespace

ManyResult fit_many(const Model& model, const ManyData& data, const ManyOptions& options,
                    const ManyArrays& given) {
  const Clock::time_point began = Clock::now();
  const base::EnvironmentScope scope;
  ManyArrays into = given;
  std::vector<std::int32_t> own_status;
  if (into.status == nullptr) {
    own_status.resize(z(data.fits()));
    into.status = own_status.data();
  }
  const ManySetup setup = set_up(model, data, options);
  if (const auto found = fit_impl::find_many_starts(setup)) {
    ManyResult result = fit_from_found(setup, *found, into);
    result.elapsed_ms = since(began);
    return result;
  }
  write_starts(setup, into.p0);
  if (into.rank != nullptr)  // of sets fitted alone their own
    std::fill_n(into.rank, data.fits(), static_cast<std::int32_t>(setup.table.free.size()));
  const reduce::EvaluatorOptions environment = fit_impl::evaluator_options(options.threads);
  const engine::Isa isa = environment.walk.isa;
  fit_impl::Preparation preparation{.mode =
                                        fit_impl::choose_jacobian_mode(options.jacobian_mode).mode};
  LaneSetup lanes;
  set_up_lanes(setup, isa, preparation, lanes);
  const bool in_lanes = lanes.problem.program != nullptr;
  const index_t long_sets = in_lanes ? static_cast<index_t>(lanes.long_sets.size()) : 0;
  const index_t others = data.fits() - long_sets;
  const int threads = static_cast<int>(
      std::clamp<index_t>(data.fits(), 1, environment.walk.threads));  // one a set, at most
  const index_t part_sets = sets_a_part(others, threads);
  const index_t parts_of_others = (others + part_sets - 1) / part_sets;

  std::vector<Worker> workers(z(threads));
  std::atomic<index_t> done{0};
  const auto fit_alone = [&](Worker& worker, index_t set) {
    if (!worker.single) worker.single = std::make_unique<fit_impl::AloneFitter>(setup, into);
    worker.single->fit(set);
  };
  const auto stopped = [&] {
    return (options.time_limit > 0.0 &&
            std::chrono::duration<double>(Clock::now() - began).count() > options.time_limit) ||
           (options.stop && options.stop());
  };
  const auto stop = [&](index_t set) {
    fit_impl::write_failure(into, set, setup.size(), Status::stopped, 0);
  };
  const auto fit_part = [&](int at, index_t part) {
    Worker& worker = workers[z(at)];
    if (at == 0) {
      if (options.before_pass) options.before_pass();
      if (options.progress) options.progress(done.load(), data.fits());
    }
    // The longest first: they would be the last to end.
    if (part < long_sets) {
      const index_t set = lanes.long_sets[z(part)];
      stopped() ? stop(set) : fit_alone(worker, set);
      ++done;
      return;
    }
    const index_t from = (part - long_sets) * part_sets, to = std::min(from + part_sets, others);
    const auto& order = lanes.problem.order;
    const auto set_at = [&](index_t place) {
      return in_lanes && !order.empty() ? order[z(place)] : place;
    };
    if (stopped()) {
      for (index_t place = from; place < to; ++place) stop(set_at(place));
    } else if (in_lanes) {
      if (!worker.lanes) {
        worker.lanes = std::make_unique<batch::LaneFitter>(lanes.problem, lane_outputs(into), isa);
      }
      worker.alone.clear();
      worker.lanes->run(from, to, worker.alone);
      for (const index_t set : worker.alone) fit_alone(worker, set);
    } else {
      for (index_t place = from; place < to; ++place) fit_alone(worker, set_at(place));
    }
    done += to - from;
  };
  // The caller's thread may get no fit to do: the beginning and the end are reported in any case.
  if (options.before_pass) options.before_pass();
  if (options.progress) options.progress(0, data.fits());
  fit_impl::shared_pool().run(threads, long_sets + parts_of_others, fit_part);
  if (options.progress) options.progress(data.fits(), data.fits());

  ManyResult result;
  result.names = setup.table.names;
  result.fits = data.fits();
  result.failed = count_failed(into, data.fits());
  result.engine = to_string(in_lanes ? Engine::lanes : Engine::interpreter);
  result.start_source = fit_impl::is_given(setup.table) ? "given" : "ones";
  result.elapsed_ms = since(began);
  return result;
}

ManyResult fit_many(const Model& model, const ManyData& data, const ManyOptions& options) {
  const std::size_t k = z(data.fits()), N = model.parameters().size();
  ManyResult own;
  own.popt.resize(k * N);
  own.perr.resize(k * N);
  own.pcov.resize(k * N * N);
  own.cost.resize(k);
  own.rss.resize(k);
  own.status.resize(k);
  own.nfev.resize(k);
  own.rows.resize(k);
  own.flags.resize(k);
  ManyResult result =
      fit_many(model, data, options,
               {own.popt.data(), own.perr.data(), own.pcov.data(), own.cost.data(), own.rss.data(),
                own.status.data(), own.nfev.data(), own.rows.data(), own.flags.data()});
  own.names = std::move(result.names);
  own.fits = result.fits;
  own.failed = result.failed;
  own.engine = std::move(result.engine);
  own.start_source = std::move(result.start_source);
  own.elapsed_ms = result.elapsed_ms;
  return own;
}

}  // namespace nlsq
