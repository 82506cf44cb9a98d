// SPDX-License-Identifier: MIT
#include "earlier_result.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "mapped_table.hpp"
#include "messages.hpp"
#include "nlsq/error.hpp"
#include "nlsq/table.hpp"

namespace nlsq::command {
namespace {

using Starts = std::vector<std::pair<std::string, double>>;

constexpr std::size_t kMostBytes = 64 << 20;

// The whole file if it begins like a JSON object, else nothing.
std::string json_in(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  char first = 0;
  if (!(file >> std::ws) || !file.get(first) || first != '{') return {};
  text = first;
  for (std::istreambuf_iterator<char> c(file), end; c != end && text.size() < kMostBytes; ++c)
    text += *c;
  return text;
}

Starts starts_of_json(const std::string& path, const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  const auto refuse = [&](const char* what) -> InputError {
    return {"--p0-from", fmt::format("--p0-from: '{}' {}; it takes the JSON of a fit (--json, "
                                     "--out FILE.json) or a table",
                                     path, what)};
  };
  if (json.is_discarded()) throw refuse("is not one JSON object");
  if (!json.contains("parameters") || !json["parameters"].is_object())
    throw refuse("has no parameters");
  Starts starts;
  for (const auto& [name, entry] : json["parameters"].items()) {
    const auto& value = entry.is_object() && entry.contains("value") ? entry["value"] : entry;
    if (value.is_number()) starts.emplace_back(name, value.get<double>());
  }
  return starts;
}

Starts starts_of_table(const std::string& path, const std::vector<std::string>& names) {
  const ColumnSet columns(read_mapped_table(path, {}));
  if (columns.rows() != 1) {
    throw InputError("--p0-from",
                     fmt::format("--p0-from: '{}' has {} rows, and one fit takes one; a row a "
                                 "group is for --by",
                                 path, columns.rows()));
  }
  Starts starts;
  for (const std::string& name : names) {
    std::vector<std::string> notes;
    const auto& known = columns.names();
    if (std::find(known.begin(), known.end(), name) == known.end()) continue;
    const double value = columns.values(columns.find(name, notes))[0];
    if (std::isfinite(value)) starts.emplace_back(name, value);
  }
  return starts;
}

}  // namespace

void add_earlier_starts(const std::string& path, const LoadedData& loaded, FitOptions& options,
                        std::vector<std::string>& notes) {
  const std::vector<std::string>& names = loaded.model->parameters();
  const std::string text = json_in(path);
  const Starts starts = text.empty() ? starts_of_table(path, names) : starts_of_json(path, text);
  std::vector<std::string> others, found;
  for (const auto& [name, value] : starts) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      others.push_back(name);
      continue;
    }
    found.push_back(name);
    // What is given in another way goes first.
    if (options.p0.empty()) options.start.try_emplace(name, value);
  }
  if (found.empty()) {
    throw InputError("--p0-from", fmt::format("--p0-from: '{}' has no parameter of this model; "
                                              "there is {}",
                                              path, quoted_list(names)));
  }
  if (!others.empty()) {
    notes.push_back(fmt::format("--p0-from: {} of '{}' {} no parameter of this model",
                                quoted_list(others), path, others.size() == 1 ? "is" : "are"));
  }
}

}  // namespace nlsq::command
