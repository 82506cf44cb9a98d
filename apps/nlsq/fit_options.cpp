// SPDX-License-Identifier: MIT
// Options by name.
#include "fit_options.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "assignments.hpp"
#include "messages.hpp"
#include "nlsq/error.hpp"
#include "nlsq/memory.hpp"
#include "nlsq/runtime.hpp"
#include "relation_options.hpp"

namespace nlsq::command {
namespace {

void set_starts(const FitArguments& arguments, FitOptions& options) {
  for (const Assignment& item : parse_assignments(arguments.p0, "--p0")) {
    if (is_auto(item)) continue;
    if (item.value) {
      options.start[item.name] = parse_number(*item.value, "--p0");
    } else {
      // --p0 1,2,3: the order of the parameters.
      if (!as_number(item.name))
        throw InputError("--p0", fmt::format("--p0: write {}=VALUE", item.name));
      options.p0.push_back(parse_number(item.name, "--p0"));
    }
  }
  if (!options.p0.empty() && !options.start.empty()) {
    throw InputError("--p0",
                     "--p0: give all starts by name, or all in the order of the parameters");
  }
}

// a=0:10, or 0:10,:5,1: in the order of the parameters.
void set_bounds(const FitArguments& arguments, const Model& model, FitOptions& options) {
  const std::vector<Assignment> items = parse_assignments(arguments.bounds, "--bounds");
  const auto has_no_name = [](const Assignment& item) {
    return !item.value && item.name.find(':') != std::string::npos;
  };
  if (items.empty() || !has_no_name(items.front())) {
    for (const Assignment& item : items) options.bounds[item.name] = parse_bounds(item, "--bounds");
    return;
  }
  const std::vector<std::string>& names = model.parameters();
  if (items.size() != names.size() || !std::all_of(items.begin(), items.end(), has_no_name)) {
    throw InputError(
        "--bounds",
        fmt::format("--bounds: give LOW:HIGH for all {} parameters in their order, {}, "
                    "or by name: {}=0:10",
                    names.size(), quoted_list(names), names.empty() ? "a" : names.front()));
  }
  for (std::size_t i = 0; i < items.size(); ++i)
    options.bounds[names[i]] = parse_bounds({names[i], items[i].name}, "--bounds");
}

void set_fixed(const FitArguments& arguments, FitOptions& options) {
  for (const Assignment& item : parse_assignments(arguments.fix, "--fix")) {
    options.fixed[item.name] = std::nullopt;
    if (item.value) options.fixed[item.name] = parse_finite(*item.value, "--fix");
  }
}

void set_scales(const FitArguments& arguments, const Model& model, FitOptions& options) {
  if (arguments.x_scale == "jac") return;
  const std::vector<std::string> free = free_parameters(model, options);
  options.x_scale.assign(free.size(), 1.0);
  if (as_number(arguments.x_scale)) {
    options.x_scale.assign(free.size(), parse_finite(arguments.x_scale, "--x-scale"));
    return;
  }
  for (const Assignment& item : parse_assignments({arguments.x_scale}, "--x-scale")) {
    const auto at = std::find(free.begin(), free.end(), item.name);
    if (!item.value)
      throw InputError(
          "--x-scale",
          fmt::format("--x-scale: '{}' is neither 'jac' nor a number; or write {}=SCALE,…",
                      item.name, item.name));
    if (at == free.end()) {
      throw InputError("--x-scale",
                       fmt::format("--x-scale: there is no free parameter '{}'{}; there is {}",
                                   item.name, did_you_mean(item.name, free), quoted_list(free)));
    }
    options.x_scale[static_cast<std::size_t>(at - free.begin())] =
        parse_finite(*item.value, "--x-scale");
  }
}

double parse_level(const std::string& text) {
  const double level = parse_number(text, "--level");
  if (!(level > 0.0 && level < 1.0)) {
    throw InputError("--level",
                     fmt::format("--level: {} is not between 0 and 1 (90 % is 0.9)", text));
  }
  return level;
}

}  // namespace

void refuse_options_of_groups(const FitArguments& a) {
  const std::pair<const char*, const std::string&> of_groups[] = {{"--bounds-from", a.bounds_from},
                                                                  {"--max-failed", a.max_failed},
                                                                  {"--time-limit", a.time_limit}};
  for (const auto& [name, value] : of_groups) {
    if (!value.empty())
      throw InputError(name, fmt::format("{0} is for the fits of many groups: give --by COLUMN, "
                                         "or leave {0} out",
                                         name));
  }
}

void refuse_unused_parameters(const Model& model, const FitOptions& options) {
  if (model.parameters().empty()) {
    throw InputError(
        "--model", fmt::format("--model: the formula '{}' has no parameter, so there is nothing to "
                               "fit; names that are no columns are parameters: 'y = a*x'",
                               model.formula()));
  }
  std::vector<std::string> idle;
  for (const std::string& name : model.unused_parameters()) {
    if (!options.fixed.contains(name)) idle.push_back(name);
  }
  if (idle.empty()) return;
  throw InputError(
      "--model",
      fmt::format("--model: the value of the formula does not depend on {}; remove {} or fix {} "
                  "with --fix",
                  quoted_list(idle), idle.size() == 1 ? "it" : "them",
                  idle.size() == 1 ? "it" : "them"));
}

FitOptions make_fit_options(const FitArguments& arguments, const Model& model) {
  FitOptions options;
  set_starts(arguments, options);
  set_bounds(arguments, model, options);
  set_fixed(arguments, options);
  set_relations(arguments, options);
  set_scales(arguments, model, options);
  options.loss = parse_loss(arguments.loss);
  options.method = parse_method(arguments.method);
  if (!arguments.jacobian_mode.empty())
    options.jacobian_mode = parse_jacobian_mode(arguments.jacobian_mode);
  options.precision = parse_precision(arguments.precision);
  options.starts = parse_starts(arguments.starts);
  options.device = arguments.device;
  options.linear_solver = parse_linear_solver(arguments.linear_solver);
  options.f_scale = parse_finite(arguments.f_scale, "--f-scale");
  if (!(options.f_scale > 0.0)) {
    throw InputError("--f-scale",
                     fmt::format("--f-scale: {} is not a positive number", arguments.f_scale));
  }
  options.absolute_sigma = arguments.absolute_sigma;
  options.progressive = !arguments.no_progressive;
  options.polish = !arguments.no_polish;
#define NLSQ_TOLERANCE(name, initial, meaning) \
  if (!arguments.name.empty()) options.name = parse_finite(arguments.name, "--" #name);
#include "nlsq/options.def"
  if (!arguments.max_nfev.empty())
    options.max_nfev = parse_count(arguments.max_nfev, "--max-nfev", 1);
  if (!arguments.level.empty()) options.level = parse_level(arguments.level);
  if (!arguments.threads.empty()) options.threads = parse_threads(arguments.threads);
  if (!arguments.memory.empty()) options.memory_limit = parse_bytes(arguments.memory, "--memory");
  // load() has judged every value that the fit uses.
  options.check_finite = false;
  return options;
}

std::vector<std::string> free_parameters(const Model& model, const FitOptions& options) {
  std::vector<std::string> free;
  for (const std::string& name : model.parameters()) {
    const auto bounds = options.bounds.find(name);
    const bool pinned =
        bounds != options.bounds.end() && bounds->second.lower == bounds->second.upper;
    if (!pinned && !options.fixed.contains(name) && !options.ties.contains(name))
      free.push_back(name);
  }
  if (options.ties.empty()) return free;
  const std::vector<std::string>& own = model.parameters();
  for (const auto& [name, value] : options.start) {  // those that ties add
    if (name.find('[') == std::string::npos && std::find(own.begin(), own.end(), name) == own.end())
      free.push_back(name);
  }
  return free;
}

}  // namespace nlsq::command
