// SPDX-License-Identifier: MIT
#include "json_records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "nlsq/error.hpp"
#include "nlsq/runtime.hpp"
#include "records.hpp"

namespace nlsq::command {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostBytes = std::size_t{1} << 30U;

struct Record {
  index_t line = 0;
  Json values;
};

// Nothing nests deeper than a table does; what does is refused before it is kept.
Json parsed(const std::string& path, index_t line, std::string_view text) {
  const auto shallow = [&](int depth, Json::parse_event_t event, Json&) {
    const bool opens =
        event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    if (opens && depth > 1)
      throw DataError(path, line, "this JSON is nested; a table has a number or a text a field");
    return true;
  };
  try {
    return Json::parse(text, shallow);
  } catch (const Json::exception& error) {
    const std::string said = error.what();
    throw DataError(path, line, "this is no JSON: " + said.substr(said.find("] ") + 2));
  }
}

std::vector<Record> records_of_lines(const std::string& path, std::string_view text) {
  std::vector<Record> records;
  index_t line = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++line;
    if (one.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    records.push_back({line, parsed(path, line, one)});
  }
  return records;
}

// {"x": [1, 2], "y": [3, 4]}: the records that these columns make.
std::vector<Record> records_of_columns(const std::string& path, const Json& columns) {
  std::vector<Record> records;
  for (const auto& [name, values] : columns.items()) {
    if (!values.is_array())
      throw DataError(path, 0, fmt::format("'{}' is no list; an object of lists is a table", name));
    if (records.empty()) records.resize(values.size());
    if (values.size() != records.size()) {
      throw DataError(path, 0,
                      fmt::format("the list '{}' has {} values, the first one {}", name,
                                  values.size(), records.size()));
    }
    for (std::size_t i = 0; i < records.size(); ++i) records[i].values[name] = values[i];
  }
  return records;
}

std::vector<Record> records_of(const std::string& path, std::string_view text) {
  const bool is_list = text[text.find_first_not_of(" \t\r\n")] == '[';
  const std::size_t end = text.find('\n');
  const std::string_view first = text.substr(0, end);
  // Lines are records if the first one is complete.
  if (!is_list && Json::accept(first) && end != std::string_view::npos &&
      text.find_first_not_of(" \t\r\n", end) != std::string_view::npos)
    return records_of_lines(path, text);
  Json whole = parsed(path, 0, text);
  if (whole.is_object() &&
      std::any_of(whole.begin(), whole.end(), [](const Json& value) { return value.is_array(); }))
    return records_of_columns(path, whole);
  if (whole.is_object()) return {{1, std::move(whole)}};
  std::vector<Record> records;
  for (Json& each : whole) records.push_back({0, std::move(each)});
  return records;
}

void add_value(const std::string& path, const Record& record, const std::string& name,
               Records& records) {
  const auto found = record.values.find(name);
  if (found == record.values.end() || found->is_null()) return records.add_missing();
  if (found->is_boolean()) return records.add_whole(found->get<bool>() ? 1 : 0);
  if (found->is_number_integer() && !found->is_number_unsigned())
    return records.add_whole(found->get<std::int64_t>());
  if (found->is_number()) return records.add_number(found->get<double>());
  if (found->is_string()) return records.add_text(found->get<std::string>());
  throw DataError(
      path, record.line,
      fmt::format("'{}' is neither a number nor a text ({})", name, found->type_name()));
}

}  // namespace

bool is_json_path(const std::string& path) {
  std::string end = path.substr(std::min(path.rfind('.'), path.size()));
  for (char& c : end) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (end != ".json" && end != ".jsonl" && end != ".ndjson") return false;
  if (std::error_code fault; !std::filesystem::is_regular_file(path, fault)) return false;
  std::ifstream file(path, std::ios::binary);
  char first = '\0';
  file >> std::ws >> first;
  return first == '{' || first == '[';
}

Table read_json_records(const std::string& path, const ReadOptions& options) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (file.tellg() > static_cast<std::streamoff>(kMostBytes))
    throw DataError(path, 0, "this JSON is larger than 1 GB; export the table as CSV");
  file.seekg(0);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (file.bad()) throw IoError(path + ": reading failed");
  const std::vector<Record> found = records_of(path, text);
  std::vector<std::string> names;
  for (const Record& record : found) {
    if (!record.values.is_object())
      throw DataError(path, record.line,
                      "a record is an object of names and values, found " +
                          std::string(record.values.type_name()));
    for (const auto& [name, value] : record.values.items()) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  Records records(path);
  records.set_names(names);
  for (const Record& record : found) {
    records.skip_to_line(record.line);
    for (const std::string& name : names) add_value(path, record, name, records);
    records.end_row();
  }
  return records.table(options);
}

}  // namespace nlsq::command
