// SPDX-License-Identifier: MIT
// Prints the table of built-in models.
#include "models.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "messages.hpp"
#include "nlsq/error.hpp"
#include "nlsq/models.hpp"

namespace nlsq::command {
namespace {

using Json = nlohmann::ordered_json;

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

// "a ≥ 0", "0 ≤ a ≤ 1" or nothing.
std::string bounds_of(const std::string& name, const ParameterBounds& b) {
  if (std::isfinite(b.lower) && std::isfinite(b.upper))
    return fmt::format("{:g} ≤ {} ≤ {:g}", b.lower, name, b.upper);
  if (std::isfinite(b.lower)) return fmt::format("{} ≥ {:g}", name, b.lower);
  return std::isfinite(b.upper) ? fmt::format("{} ≤ {:g}", name, b.upper) : "";
}

std::string all_bounds_of(const BuiltInModel& model) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < model.parameters.size(); ++i) {
    const std::string text = bounds_of(model.parameters[i], model.bounds[i]);
    if (!text.empty()) parts.push_back(text);
  }
  return parts.empty() ? "–" : joined(parts);
}

// Broken between words at 100 columns.
std::string wrapped(const std::string& text) {
  std::string out;
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    const bool is_full = width > 0 && width + 1 + display_width(word) > 100;
    out += width == 0 ? word : (is_full ? "\n" : " ") + word;
    width = is_full ? display_width(word) : width + 1 + display_width(word);
    at = end + 1;
  }
  return out;
}

using Row = std::vector<std::string>;

// The last column is not padded.
std::string table_of(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const Row& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c)
      widths[c] = std::max(widths[c], display_width(row[c]));
  }
  std::string out;
  for (const Row& row : rows) {
    for (std::size_t c = 0; c + 1 < row.size(); ++c)
      out += row[c] + std::string(widths[c] + 2 - display_width(row[c]), ' ');
    out += row.back() + "\n";
  }
  return out;
}

std::string list_of_models() {
  std::vector<Row> rows{{"Model", "Parameters", "Bounds", "Formula"}};
  for (const BuiltInModel& m : built_in_models())
    rows.push_back({m.name, joined(m.parameters), all_bounds_of(m), m.formula});
  rows.push_back({"polynomial(N)", "c0, c1, …", "–",
                  fmt::format("c0*x^N + c1*x^(N-1) + …, N from 0 to {}", kMostDegree)});
  return table_of(rows) +
         "\n'nlsq models NAME' tells more; 'nlsq fit FILE --model NAME' fits, with starts from the "
         "data.\n";
}

std::string details_of(const BuiltInModel& model) {
  std::string parameters;
  for (std::size_t i = 0; i < model.parameters.size(); ++i) {
    const std::string bounds = bounds_of(model.parameters[i], model.bounds[i]);
    parameters += (i > 0 ? ", " : "") + (bounds.empty() ? model.parameters[i] : bounds);
  }
  std::vector<Row> rows{{"  formula", model.formula}, {"  parameters", parameters}};
  if (!model.aliases.empty()) rows.push_back({"  other names", joined(model.aliases)});
  return model.name + "\n" + wrapped(model.doc) + "\n\n" + table_of(rows);
}

Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json json_of(const BuiltInModel& model) {
  Json bounds = Json::object();
  for (std::size_t i = 0; i < model.parameters.size(); ++i) {
    bounds[model.parameters[i]] =
        Json::array({number_or_null(model.bounds[i].lower), number_or_null(model.bounds[i].upper)});
  }
  Json json;
  json["name"] = model.name;
  json["formula"] = model.formula;
  json["parameters"] = model.parameters;
  json["bounds"] = std::move(bounds);
  json["doc"] = model.doc;
  json["aliases"] = model.aliases;
  return json;
}

const BuiltInModel& require(const std::string& name) {
  if (const BuiltInModel* model = find_built_in_model(name)) return *model;
  std::vector<std::string> names{"polynomial(2)"};
  for (const BuiltInModel& model : built_in_models()) names.push_back(model.name);
  throw InputError("models",
                   fmt::format("models: there is no model '{}'{}; 'nlsq models' lists all", name,
                               did_you_mean(name, names)));
}

}  // namespace

int run_models(const std::string& name, bool json) {
  const BuiltInModel* one = name.empty() ? nullptr : &require(name);
  if (!json) {
    print_result(one ? details_of(*one) : list_of_models());
    return Exit::converged;
  }
  Json models = Json::array();
  if (one) models.push_back(json_of(*one));
  for (const BuiltInModel& model : built_in_models()) {
    if (!one) models.push_back(json_of(model));
  }
  print_result(Json{{"schema", 1}, {"models", std::move(models)}}.dump() + "\n");
  return Exit::converged;
}

}  // namespace nlsq::command
