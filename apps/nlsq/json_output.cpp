// SPDX-License-Identifier: MIT
// Builds the object with nlohmann-json and prints it with 17 digits, which that library cannot be
// told to do.
#include "json_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "assignments.hpp"
#include "nlsq/memory.hpp"
#include "nlsq/runtime.hpp"
#include "nlsq/version.hpp"

namespace nlsq::command {
namespace {

using Json = nlohmann::ordered_json;

// Text as JSON has it. What a terminal would act on is escaped besides, which changes no value.
std::string text_of(const Json& value) {
  const bool ascii = value.is_string() && !is_printable(value.get_ref<const std::string&>());
  return value.dump(-1, ' ', ascii, Json::error_handler_t::replace);
}

void print(const Json& value, std::string& out) {
  if (value.is_number_float()) {
    const auto number = value.get<double>();
    if (!std::isfinite(number)) {
      out += "null";
      return;
    }
    const std::string digits = fmt::format("{:.17g}", number);
    out += digits;
    // A float stays a float for readers that tell them from integers.
    if (digits.find_first_of(".e") == std::string::npos) out += ".0";
  } else if (value.is_structured()) {
    out += value.is_object() ? '{' : '[';
    bool first = true;
    for (const auto& [key, item] : value.items()) {
      if (!first) out += ", ";
      first = false;
      if (value.is_object()) out += text_of(Json(key)) + ": ";
      print(item, out);
    }
    out += value.is_object() ? '}' : ']';
  } else {
    out += text_of(value);
  }
}

Json pair_of(const std::pair<double, double>& interval) {
  return Json::array({interval.first, interval.second});
}

Json square(const std::vector<double>& values, std::size_t n) {
  Json rows = Json::array();
  for (std::size_t i = 0; i < n; ++i) {
    Json row = Json::array();
    for (std::size_t j = 0; j < n; ++j) row.push_back(values[i * n + j]);
    rows.push_back(std::move(row));
  }
  return rows;
}

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json parameters_of(const FitResult& r, const LoadedData& loaded, const FitOptions& options,
                   bool has_level) {
  const auto& estimated = loaded.estimated;
  Json parameters = Json::object();
  const auto ci95 = r.intervals(0.95);
  const auto ci = r.intervals(options.level);
  for (std::size_t i = 0; i < r.names.size(); ++i) {
    Json p;
    p["value"] = r.popt[i];
    p["stderr"] = r.perr[i];
    p["ci95"] = pair_of(ci95[i]);
    if (has_level) p["ci"] = pair_of(ci[i]);
    p["fixed"] = static_cast<bool>(r.fixed[i]);
    p["at_bound"] = r.at_bound[i] != 0;
    p["tied"] = r.tied.empty() ? Json(nullptr) : text_or_null(r.tied[i]);
    p["start"] = r.p0[i];
    p["start_defaulted"] = r.defaulted[i] && !r.fixed[i];
    p["start_estimated"] =
        std::find(estimated.begin(), estimated.end(), r.names[i]) != estimated.end();
    parameters[r.names[i]] = std::move(p);
  }
  return parameters;
}

Json derived_of(const FitResult& r, const FitOptions& options, bool has_level) {
  Json derived = Json::object();
  const auto ci95 = r.derived_intervals(0.95);
  const auto ci = r.derived_intervals(options.level);
  for (std::size_t i = 0; i < r.derived.size(); ++i) {
    const FitResult::Derived& each = r.derived[i];
    Json d;
    d["value"] = each.value;
    d["stderr"] = each.error;
    d["ci95"] = pair_of(ci95[i]);
    if (has_level) d["ci"] = pair_of(ci[i]);
    d["expression"] = each.expression;
    derived[each.name] = std::move(d);
  }
  return derived;
}

// Names and numbers of an issue are its values, as in Python.
Json issues_of(const FitResult& r) {
  Json issues = Json::array();
  for (const Issue& issue : r.issues) {
    Json values = Json::object();
    if (!issue.names.empty()) values["parameters"] = issue.names;
    for (const auto& [name, number] : issue.numbers) values[name] = number;
    issues.push_back(
        {{"id", to_string(issue.id)}, {"sentence", issue.sentence}, {"values", std::move(values)}});
  }
  return issues;
}

Json options_of(const FitOptions& o, const FitArguments& a, const FitResult& r) {
  Json options;
  options["method"] = to_string(o.method);
  options["loss"] = to_string(o.loss);
  options["f_scale"] = o.f_scale;
  Json p0 = Json::object(), bounds = Json::object(), fixed = Json::array();
  for (std::size_t i = 0; i < r.names.size(); ++i) {
    p0[r.names[i]] = r.p0[i];
    if (r.fixed[i]) fixed.push_back(r.names[i]);
  }
  for (const auto& [name, b] : o.bounds) bounds[name] = Json::array({b.lower, b.upper});
  options["p0"] = std::move(p0);
  options["starts"] = to_string(o.starts);
  options["bounds"] = std::move(bounds);
  options["fix"] = std::move(fixed);
  options["tie"] = o.ties;
  Json priors = Json::object();
  for (const auto& [name, prior] : o.priors) priors[name] = Json::array({prior.mean, prior.sigma});
  options["prior"] = std::move(priors);
  options["x_scale"] = o.x_scale.empty() ? Json("jac") : Json(o.x_scale);
#define NLSQ_TOLERANCE(name, initial, meaning) options[#name] = o.name;
#include "nlsq/options.def"
  options["max_nfev"] = o.max_nfev ? Json(*o.max_nfev) : Json(nullptr);
  options["polish"] = o.polish;
  options["jacobian_mode"] = a.jacobian_mode.empty() ? "auto" : a.jacobian_mode;
  options["absolute_sigma"] = o.absolute_sigma;
  options["progressive"] = o.progressive;
  options["level"] = o.level;
  options["precision"] = to_string(o.precision);
  options["threads"] = o.threads;
  options["memory_limit"] = a.memory.empty() ? Json(nullptr) : Json(parse_bytes(a.memory));
  options["file"] = a.file;
  options["missing"] = a.missing;
  options["where"] = a.where;
  options["expr"] = a.expr;
  return options;
}

template <class Value>
const Value& plain(const Value& value) {
  return value;
}
int plain(Status status) { return static_cast<int>(status); }
std::string plain(const EndMessage& message) { return message.str(); }

void add_fields(const FitResult& r, Json& json) {
#define NLSQ_FIELD(type, name, initial, key, python, doc) \
  if (*key != '\0') json[key] = plain(r.name);
#include "nlsq/result_fields.def"
  // A probability of χ² needs sigma; without one χ² is the rss in units of y.
  if (!r.has_sigma) json["p_value"] = nullptr;
  if (!r.device.id.empty()) {
    json["device"] = {{"id", r.device.id},
                      {"name", r.device.name},
                      {"uploaded", r.device.uploaded},
                      {"moved", r.device.moved},
                      {"most_a_pass", r.device.most_a_pass},
                      {"passes", r.device.passes}};
  } else {
    json["device"] = nullptr;
  }
}

// Adds what describes one fit.
void add_fit(const FitResult& r, const LoadedData& loaded, const FitOptions& options,
             const FitArguments& arguments, Json& json) {
  const bool has_level = !arguments.level.empty();
  json["schema"] = 1;
  json["version"] = version();
  json["model"] = r.model;
  json["built_in"] = loaded.built_in ? Json(loaded.built_in->name) : Json(nullptr);
  json["response"] = loaded.response;
  json["sigma"] = text_or_null(loaded.sigma);
  json["parameter_order"] = r.names;
  json["parameters"] = parameters_of(r, loaded, options, has_level);
  if (has_level) json["level"] = options.level;
  // A matrix of thousands of parameters is not kept.
  const bool has_matrix = !r.pcov.empty() || r.names.empty();
  json["covariance"] = has_matrix ? square(r.pcov, r.names.size()) : Json(nullptr);
  json["correlation"] = has_matrix ? square(r.correlation(), r.names.size()) : Json(nullptr);
  json["derived"] = derived_of(r, options, has_level);
  json["derived_covariance"] = square(r.derived_cov, r.derived.size());
  json["n_omitted"] = loaded.n_omitted;
  add_fields(r, json);
  json["warnings"] = r.warnings;
  json["issues"] = issues_of(r);
  json["options"] = options_of(options, arguments, r);
}

std::string line_of(const Json& json) {
  std::string text;
  print(json, text);
  return text + "\n";
}

}  // namespace

std::string to_json(const FitResult& r, const LoadedData& loaded, const FitOptions& options,
                    const FitArguments& arguments) {
  Json json;
  add_fit(r, loaded, options, arguments, json);
  return line_of(json);
}

std::string to_json_line(const FitResult& r, const GroupLine& group, const LoadedData& loaded,
                         const FitOptions& options, const FitArguments& arguments) {
  Json json;
  Json& keys = json["by"] = Json::object();
  for (const GroupLine::Key& key : group.by) {
    const bool whole = key.number == std::trunc(key.number) && std::abs(key.number) < 1e15;
    keys[key.name] = key.text ? Json(*key.text)
                     : whole  ? Json(static_cast<std::int64_t>(key.number))
                              : Json(key.number);
  }
  add_fit(r, loaded, options, arguments, json);
  json["n_omitted"] = group.n_omitted;
  for (const char* name :
       {"njev", "iterations", "rank", "fold", "jacobian_mode", "jacobian_mode_source",
        "derivative_order", "cache_hit", "compile_ms", "elapsed_ms"}) {
    json[name] = nullptr;
  }
  return line_of(json);
}

}  // namespace nlsq::command
