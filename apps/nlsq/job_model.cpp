// SPDX-License-Identifier: MIT
// The sections `model`, `fitting`, `global_optimization` and `runtime` of a job.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "column_names.hpp"
#include "job.hpp"
#include "job_keys.hpp"
#include "messages.hpp"
#include "nlsq/models.hpp"

namespace nlsq::command {
namespace {

[[noreturn]] void refuse_python(const JobDraft& job, std::string_view key) {
  job.refuse(key,
             "is a function in Python, which this command does not run: write it as "
             "model: {type: formula, formula: 'a*exp(-b*x) + c'}, or fit it from Python with "
             "nlsq.curve_fit");
}

[[noreturn]] void refuse_name(const JobDraft& job, const std::string& name) {
  std::vector<std::string> names;
  for (const BuiltInModel& model : built_in_models()) names.push_back(model.name);
  job.refuse("model.name",
             fmt::format("is '{}', and there is no built-in model of that name{}; 'nlsq models' "
                         "lists them, and a formula goes to model.formula",
                         name, did_you_mean(name, names)));
}

// The model's text and the key it comes from.
std::pair<std::string, std::string> model_text(const JobDraft& job) {
  job.check_word("model.type", {"builtin", "polynomial", "formula", "custom"});
  const auto formula = job.text("model.formula");
  const std::string type = job.text("model.type").value_or(formula ? "formula" : "builtin");
  if (type == "custom") refuse_python(job, "model.type");
  if (type == "formula") {
    if (!formula) job.refuse("model.type", "is 'formula', but model.formula is not there");
    return {*formula, "model.formula"};
  }
  for (const char* const key : {"model.degree", "model.polynomial.degree"}) {
    const auto degree = job.count(key);
    if (degree && (type == "polynomial" || job.text("model.name") == "polynomial"))
      return {fmt::format("polynomial({})", *degree), key};
  }
  if (type == "polynomial") job.refuse("model.type", "is 'polynomial', but there is no degree");
  if (const auto name = job.text("model.name")) {
    if (find_built_in_model(*name) == nullptr) refuse_name(job, *name);
    return {*name, "model.name"};
  }
  job.refuse("model", "has neither a name nor a formula; 'nlsq models' lists the names");
}

void set_model(JobDraft& job) {
  if (job.at("model") == nullptr)
    job.refuse("model", "is missing: the name of a model, or a formula");
  auto [text, key] = model_text(job);
  const bool is_formula = key == "model.formula";
  const auto x = job_column(job, 'x');
  if (job_column(job, 'z')) {
    if (!is_formula)
      job.refuse("data.columns.z", "needs a formula of x and y: model: {type: formula, …}");
    const auto y = job_column(job, 'y');
    text = with_columns_for(text, {{"x", x.value_or("x")}, {"y", y.value_or("y")}});
  } else if (x && (!is_formula || mentions(text, "x"))) {
    job.set("--x", *x, "data.columns.x");
  }
  job.set("--model", text, key);
}

// [1, 2, 3], {a: 1, b: 2}, "auto" or "1,2,3".
void set_starts(JobDraft& job, const std::string& key) {
  const JobNode* const node = job.at(key);
  if (node == nullptr) return;
  if (node->kind == JobNode::Kind::text) {
    if (node->text != "auto") job.set("--p0", as_option(*node), key);
    return;
  }
  std::string list;
  const auto add = [&](const std::string& name, const JobNode& value) {
    if (value.kind != JobNode::Kind::text)
      job.refuse(key, fmt::format("has a number for each parameter, found {}", shown_kind(value)));
    list += (list.empty() ? "" : ",") + (name.empty() ? "" : name + "=") + as_option(value);
  };
  for (const JobNode& item : node->items) add("", item);
  for (const JobEntry& entry : node->entries) add(entry.key, entry.value);
  if (!list.empty()) job.set("--p0", list, key);
}

// LOW:HIGH; null and infinities are no bound.
std::string range_of(const JobDraft& job, const std::string& key, const JobNode* low,
                     const JobNode* high) {
  std::string range;
  for (const JobNode* const side : {low, high}) {
    if (side == high) range += ":";
    if (side == nullptr || side->kind == JobNode::Kind::nothing) continue;
    if (side->kind != JobNode::Kind::text)
      job.refuse(key, fmt::format("has a number on each side, found {}", shown_kind(*side)));
    const std::string value = as_option(*side);
    if (value != "inf" && value != "-inf") range += value;
  }
  return range;
}

std::string pair_of(const JobDraft& job, const std::string& key, const JobNode& pair) {
  if (pair.kind != JobNode::Kind::list || pair.items.size() != 2)
    job.refuse(key, fmt::format("is [LOW, HIGH] for a parameter, found {}", shown_kind(pair)));
  return range_of(job, key, &pair.items[0], &pair.items[1]);
}

// {lower: […], upper: […]} in the order of the parameters, [[LOW, HIGH], …] in it, or by name.
void set_bounds(JobDraft& job) {
  const std::string key = "fitting.bounds";
  const JobNode* const node = job.at(key);
  if (node == nullptr) return;
  if (node->kind == JobNode::Kind::text) {
    job.set("--bounds", node->text, key);
    return;
  }
  const JobNode* const lower = find_in_job(*node, "lower");
  const JobNode* const upper = find_in_job(*node, "upper");
  std::vector<std::string> ranges;
  if (lower != nullptr || upper != nullptr) {
    const std::size_t n =
        std::max(lower ? lower->items.size() : 0, upper ? upper->items.size() : 0);
    for (const JobNode* const side : {lower, upper}) {
      if (side != nullptr && (side->kind != JobNode::Kind::list || side->items.size() != n))
        job.refuse(key, "has lists of one length in lower and upper");
    }
    for (std::size_t i = 0; i < n; ++i)
      ranges.push_back(range_of(job, key, lower ? &lower->items[i] : nullptr,
                                upper ? &upper->items[i] : nullptr));
  } else {
    for (const JobNode& item : node->items) ranges.push_back(pair_of(job, key, item));
    for (const JobEntry& entry : node->entries)
      ranges.push_back(entry.key + "=" + pair_of(job, key, entry.value));
  }
  std::string list;
  for (const std::string& range : ranges) list += (list.empty() ? "" : ",") + range;
  if (!list.empty()) job.set("--bounds", list, key);
}

// model.parameters: a map of name, initial, bounds and fixed for each.
void set_parameters(JobDraft& job) {
  const std::string key = "model.parameters";
  const JobNode* const node = job.at(key);
  if (node == nullptr) return;
  if (node->kind != JobNode::Kind::list)
    job.refuse(key, "is to be a list of {name, initial, bounds, fixed}");
  std::string starts, bounds;
  for (const JobNode& item : node->items) {
    const JobNode* const name = find_in_job(item, "name");
    if (name == nullptr) job.refuse(key, "has a name for each parameter");
    const JobNode* const transform = find_in_job(item, "transform");
    if (transform != nullptr && transform->text != "none")
      refuse_job(job.path(), transform->line,
                 "a transform of a parameter is written into the formula");
    const JobNode* const initial = find_in_job(item, "initial");
    const JobNode* const range = find_in_job(item, "bounds");
    const JobNode* const fixed = find_in_job(item, "fixed");
    if (initial != nullptr && !job.flag("model.auto_p0", false))
      starts += (starts.empty() ? "" : ",") + name->text + "=" + as_option(*initial);
    if (range != nullptr && !job.flag("model.auto_bounds", false))
      bounds += (bounds.empty() ? "" : ",") + name->text + "=" + pair_of(job, key, *range);
    if (fixed != nullptr && is_true(*fixed)) job.set("--fix", name->text, key);
  }
  if (!starts.empty() && job.at("fitting.p0") == nullptr) job.set("--p0", starts, key);
  if (!bounds.empty() && job.at("fitting.bounds") == nullptr) job.set("--bounds", bounds, key);
}

// The first of several keys for one option.
void set_first(JobDraft& job, const char* option, std::initializer_list<const char*> keys,
               std::initializer_list<std::string_view> defaults = {}) {
  for (const char* const key : keys) {
    const JobNode* const node = job.at(key);
    if (node == nullptr || node->kind != JobNode::Kind::text) continue;
    if (std::find(defaults.begin(), defaults.end(), node->text) == defaults.end())
      job.set(option, as_option(*node), key);
    return;
  }
}

void set_fixed(JobDraft& job) {
  const JobNode* const node = job.at("fitting.fix");
  if (node == nullptr) return;
  for (const JobEntry& entry : node->entries)
    job.set("--fix", entry.key + "=" + as_option(entry.value), "fitting.fix");
  for (const std::string& name : job.texts("fitting.fix")) job.set("--fix", name, "fitting.fix");
}

// A search for starts is what happens anyway; none is wished for with 0 of them.
void set_search(JobDraft& job) {
  for (const char* const key : {"global_optimization.n_starts", "n_starts"}) {
    if (job.count(key) == 0) job.set("--starts", "ones", key);
  }
}

}  // namespace

void set_job_model(JobDraft& job) {
  set_model(job);
  set_parameters(job);
}

void set_job_fitting(JobDraft& job) {
  set_starts(job, "fitting.p0");
  set_bounds(job);
  set_fixed(job);
  set_first(job, "--method", {"fitting.method"}, {"nlsq", "hybrid_streaming"});
  set_first(job, "--loss", {"fitting.loss", "fitting.objective.robust_loss"}, {"none"});
  set_first(job, "--f-scale", {"fitting.f_scale"});
  set_first(job, "--x-scale", {"fitting.x_scale"});
  set_first(job, "--ftol", {"fitting.ftol", "fitting.termination.ftol"});
  set_first(job, "--xtol", {"fitting.xtol", "fitting.termination.xtol"});
  set_first(job, "--gtol", {"fitting.gtol", "fitting.termination.gtol"});
  set_first(job, "--max-nfev",
            {"fitting.max_nfev", "fitting.termination.max_nfev",
             "fitting.termination.max_function_evals"});
  set_first(job, "--jacobian-mode", {"fitting.jacobian.mode"}, {"auto"});
  if (job.flag("fitting.absolute_sigma", false))
    job.set("--absolute-sigma", std::nullopt, "fitting.absolute_sigma");
  set_search(job);
  set_first(job, "--threads", {"runtime.threads"});
  job.check_word("runtime.device", {"cpu", "gpu", "auto"});
  const auto device = job.text("runtime.device");
  if (device && *device != "cpu") job.set("--device", "auto", "runtime.device");
}

}  // namespace nlsq::command
