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
#include "many/lane_setup.hpp"
#include "many/many_alone.hpp"
#include "many/many_starts.hpp"
#include "nlsq/error.hpp"
#include "plan/many.hpp"
#include "problem/binding.hpp"
#include "relations/relations.hpp"
#include "runtime/jacobian_mode.hpp"
#include "runtime/settings.hpp"

namespace nlsq {
namespace {

using fit_impl::has_relations;
using fit_impl::ManySetup;
using Clock = std::chrono::steady_clock;

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

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

plan::ManyShape shape_of(const ManySetup& setup, engine::Isa isa) {
  plan::ManyShape shape;
  shape.fits = setup.data->fits();
  shape.free = static_cast<index_t>(setup.table.free.size());
  shape.rows = setup.data->rows();
  shape.offsets = setup.data->offsets();
  shape.lanes = static_cast<int>(batch::lane_kernels(isa).lanes);
  shape.most_free = batch::kMostParameters;
  shape.most_lanes = batch::kMostLanes;
  return shape;
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
  const plan::ManyShape shape = shape_of(setup, isa);
  ManyPlan plan = plan::make_many(shape);
  fit_impl::LaneSetup lanes;
  if (plan.lanes && !fit_impl::set_up_lanes(setup, preparation, lanes)) plan::leave_lanes(plan);
  plan::share_sets(shape, environment.walk.threads, plan);
  const index_t others = data.fits() - plan.long_sets;
  const index_t parts_of_others = (others + plan.part - 1) / plan.part;

  std::vector<Worker> workers(z(plan.threads));
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
    if (part < plan.long_sets) {
      const index_t set = lanes.long_sets[z(part)];
      stopped() ? stop(set) : fit_alone(worker, set);
      ++done;
      return;
    }
    const index_t from = (part - plan.long_sets) * plan.part,
                  to = std::min(from + plan.part, others);
    const auto& order = lanes.problem.order;
    const auto set_at = [&](index_t place) {
      return plan.lanes && !order.empty() ? order[z(place)] : place;
    };
    if (stopped()) {
      for (index_t place = from; place < to; ++place) stop(set_at(place));
    } else if (plan.lanes) {
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
  fit_impl::shared_pool().run(plan.threads, plan.long_sets + parts_of_others, fit_part);
  if (options.progress) options.progress(data.fits(), data.fits());

  ManyResult result;
  result.names = setup.table.names;
  result.fits = data.fits();
  result.failed = count_failed(into, data.fits());
  result.engine = to_string(plan.lanes ? Engine::lanes : Engine::interpreter);
  result.start_source = fit_impl::is_given(setup.table) ? "given" : "ones";
  result.plan = plan;
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
  own.plan = result.plan;
  own.elapsed_ms = result.elapsed_ms;
  return own;
}

}  // namespace nlsq
