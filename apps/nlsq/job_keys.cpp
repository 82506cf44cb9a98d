// SPDX-License-Identifier: MIT
#include "job_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>

#include "assignments.hpp"
#include "messages.hpp"
#include "nlsq/error.hpp"
#include "nlsq/runtime.hpp"

namespace nlsq::command {
namespace {

using T = JobType;
using R = JobRole;

constexpr JobKey kKeys[] = {
#include "job_keys.def"
};

std::string last_of(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return std::string(dot == std::string_view::npos ? path : path.substr(dot + 1));
}

std::string_view above(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : path.substr(0, dot);
}

bool is_word_of(const JobNode& node, std::initializer_list<std::string_view> words) {
  if (node.kind != JobNode::Kind::text || node.is_quoted) return false;
  std::string low = node.text;
  for (char& c : low) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::find(words.begin(), words.end(), low) != words.end();
}

bool is_flag(const JobNode& node) {
  return is_word_of(node, {"true", "false", "yes", "no", "on", "off"});
}

bool is_number(const JobNode& node) {
  return node.kind == JobNode::Kind::text &&
         (as_number(node.text).has_value() || is_word_of(node, {".inf", "-.inf", "+.inf"}));
}

bool is_count(const JobNode& node) {
  return node.kind == JobNode::Kind::text && !node.text.empty() && node.text.size() < 16 &&
         node.text.find_first_not_of("0123456789") == std::string::npos;
}

constexpr std::size_t kMostListed = 30;  // keys in a message

// What a key wants, if the value is something else.
const char* wanted(JobType type, const JobNode& value) {
  const bool is_text = value.kind == JobNode::Kind::text;
  switch (type) {
    case T::anything:
    case T::values: return nullptr;
    case T::section: return value.kind == JobNode::Kind::map ? nullptr : "a map of keys";
    case T::text: return is_text ? nullptr : "a text";
    case T::number: return is_number(value) ? nullptr : "a number";
    case T::count: return is_count(value) ? nullptr : "a whole number, 0 or more";
    case T::flag: return is_flag(value) ? nullptr : "true or false";
    case T::column: return is_text ? nullptr : "the name of a column, or its number from 0 on";
    case T::texts:
      for (const JobNode& item : value.items) {
        if (item.kind != JobNode::Kind::text && item.kind != JobNode::Kind::nothing)
          return "a list of words";
      }
      return is_text || value.kind == JobNode::Kind::list ? nullptr : "a word or a list of words";
  }
  return nullptr;
}

std::vector<std::string> keys_of(std::string_view section) {
  std::vector<std::string> names;
  for (const JobKey& key : kKeys) {
    if (above(key.path) == section) names.push_back(last_of(key.path));
  }
  return names;
}

[[noreturn]] void refuse_unknown(const std::string& file, const JobEntry& entry,
                                 std::string_view section) {
  const std::vector<std::string> names = keys_of(section);
  const std::string near = did_you_mean(entry.key, names);
  std::string elsewhere;
  for (const JobKey& key : kKeys) {
    if (near.empty() && elsewhere.empty() && last_of(key.path) == entry.key)
      elsewhere = fmt::format("; there is '{}'", key.path);
  }
  const std::string where = section.empty() ? "a job" : fmt::format("'{}'", section);
  const std::string others =
      near.empty() ? fmt::format("; {} may have {}", where, quoted_list(names, kMostListed)) : "";
  refuse_job(file, entry.line,
             fmt::format("there is no key '{}' in {}{}{}{}", printable(entry.key), where, near,
                         elsewhere, others));
}

void check_map(const std::string& file, const JobNode& map, const std::string& section);

void check_value(const std::string& file, const JobEntry& entry, const std::string& path,
                 const JobKey& key) {
  const JobNode& value = entry.value;
  if (value.kind == JobNode::Kind::nothing) return;
  if (const char* const want = wanted(key.type, value)) {
    refuse_job(file, entry.line,
               fmt::format("'{}' is to be {}, found {}", path, want, shown_kind(value)));
  }
  if (key.role == R::off && is_true(value)) {
    refuse_job(file, entry.line,
               fmt::format("'{}' is not known here, and the fit would be another one without it; "
                           "set it to false",
                           path));
  }
  if (key.type == T::section) check_map(file, value, path);
  for (const JobNode& item : value.items) {
    if (item.kind == JobNode::Kind::map && key.type == T::values)
      check_map(file, item, path + "[]");
  }
}

void check_map(const std::string& file, const JobNode& map, const std::string& section) {
  for (const JobEntry& entry : map.entries) {
    const std::string path = section.empty() ? entry.key : section + "." + entry.key;
    const auto key = std::find_if(std::begin(kKeys), std::end(kKeys),
                                  [&](const JobKey& each) { return each.path == path; });
    if (key == std::end(kKeys)) refuse_unknown(file, entry, section);
    check_value(file, entry, path, *key);
  }
}

void collect_unlike(const JobNode& map, const std::string& section,
                    std::vector<std::string>& found) {
  for (const JobEntry& entry : map.entries) {
    const std::string path = section.empty() ? entry.key : section + "." + entry.key;
    const JobKey* const key = find_job_key(path);
    if (key == nullptr || entry.value.kind == JobNode::Kind::nothing) continue;
    if (key->role == R::unlike) found.push_back(path);
    // How a plot looks does not matter where none is drawn.
    const JobNode* const enabled = find_in_job(entry.value, "enabled");
    if (path == "visualization" && (enabled == nullptr || !is_true(*enabled))) continue;
    if (key->type == T::section) collect_unlike(entry.value, path, found);
  }
}

}  // namespace

const JobKey* find_job_key(std::string_view path) {
  for (std::string_view part = path; !part.empty(); part = above(part)) {
    for (const JobKey& key : kKeys) {
      if (key.path == part && (part == path || key.type == T::anything)) return &key;
    }
  }
  return nullptr;
}

void check_job(const std::string& path, const JobNode& job) { check_map(path, job, ""); }

const JobNode* find_in_job(const JobNode& job, std::string_view path) {
  const JobNode* at = &job;
  while (!path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    const std::string_view key = path.substr(0, dot);
    path.remove_prefix(std::min(dot + 1, path.size()));
    const auto entry = std::find_if(at->entries.begin(), at->entries.end(),
                                    [&](const JobEntry& each) { return each.key == key; });
    if (entry == at->entries.end()) return nullptr;
    at = &entry->value;
  }
  return at->kind == JobNode::Kind::nothing ? nullptr : at;
}

std::vector<std::string> unlike_keys(const JobNode& job) {
  std::vector<std::string> found;
  collect_unlike(job, "", found);
  return found;
}

bool is_true(const JobNode& node) { return is_word_of(node, {"true", "yes", "on"}); }

std::string shown_kind(const JobNode& node) {
  switch (node.kind) {
    case JobNode::Kind::nothing: return "nothing";
    case JobNode::Kind::text: return "'" + node.text + "'";
    case JobNode::Kind::list: return "a list";
    case JobNode::Kind::map: return "a map";
  }
  return "";
}

}  // namespace nlsq::command
