// SPDX-License-Identifier: MIT
#include "job.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "job_keys.hpp"
#include "messages.hpp"
#include "nlsq/error.hpp"
#include "nlsq/runtime.hpp"

namespace nlsq::command {
namespace {

constexpr std::size_t kMostNamed = 6;

std::string option_of(const std::string& key) {
  std::string option = key.starts_with("--") ? key : "--" + key;
  std::replace(option.begin(), option.end(), '_', '-');
  return option;
}

}  // namespace

const JobNode* JobDraft::at(std::string_view key) const { return find_in_job(*root_, key); }

std::optional<std::string> JobDraft::text(std::string_view key) const {
  const JobNode* const node = at(key);
  if (node == nullptr || node->kind != JobNode::Kind::text || node->text.empty())
    return std::nullopt;
  return node->text;
}

bool JobDraft::flag(std::string_view key, bool without) const {
  const JobNode* const node = at(key);
  return node == nullptr ? without : is_true(*node);
}

std::optional<index_t> JobDraft::count(std::string_view key) const {
  const std::optional<std::string> digits = text(key);
  if (!digits) return std::nullopt;
  return std::stoll(*digits);
}

std::vector<std::string> JobDraft::texts(std::string_view key) const {
  std::vector<std::string> words;
  const JobNode* const node = at(key);
  if (node == nullptr) return words;
  if (node->kind == JobNode::Kind::text) return {node->text};
  for (const JobNode& item : node->items) words.push_back(item.text);
  return words;
}

void JobDraft::set(const std::string& option, std::optional<std::string> value,
                   std::string_view key) {
  job_->settings.push_back({option, std::move(value), std::string(key), line_of(key)});
}

void JobDraft::set_file(std::string file, std::string_view key) {
  job_->file = std::move(file);
  job_->file_line = line_of(key);
}

void JobDraft::need_folder(const std::string& folder) {
  if (!folder.empty()) job_->folders.push_back(folder);
}

void JobDraft::refuse(std::string_view key, const std::string& why) const {
  refuse_job(path(), line_of(key), fmt::format("'{}' {}", key, why));
}

void JobDraft::check_word(std::string_view key, const std::vector<std::string>& words) const {
  const std::optional<std::string> word = text(key);
  if (!word || std::find(words.begin(), words.end(), *word) != words.end()) return;
  refuse(key, fmt::format("is one of {}, found '{}'{}", quoted_list(words), *word,
                          did_you_mean(*word, words)));
}

// The line of the key itself, as that of a map or a list is the one of its first item.
index_t JobDraft::line_of(std::string_view key) const {
  const std::size_t dot = key.rfind('.');
  const JobNode* const above =
      dot == std::string_view::npos ? root_ : find_in_job(*root_, key.substr(0, dot));
  if (above == nullptr) return 0;
  for (const JobEntry& entry : above->entries) {
    if (entry.key == (dot == std::string_view::npos ? key : key.substr(dot + 1))) return entry.line;
  }
  return above->line;
}

std::string as_option(const JobNode& node) {
  std::string low = node.text;
  for (char& c : low) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (low == ".inf" || low == "+.inf") return "inf";
  return low == "-.inf" ? "-inf" : node.text;
}

void set_job_options(JobDraft& job, const std::vector<KnownOption>& options) {
  const JobNode* const section = job.at("options");
  if (section == nullptr) return;
  if (section->kind != JobNode::Kind::map)
    job.refuse("options", "is to be a map of options, such as where: 'x > 2'");
  std::vector<std::string> names;
  for (const KnownOption& option : options) names.push_back(option.name.substr(2));
  for (const JobEntry& entry : section->entries) {
    const std::string key = "options." + entry.key;
    const std::string name = option_of(entry.key);
    const auto known = std::find_if(options.begin(), options.end(),
                                    [&](const KnownOption& each) { return each.name == name; });
    if (known == options.end()) {
      refuse_job(job.path(), entry.line,
                 fmt::format("there is no option '{}'{}; 'nlsq fit --help' lists them", entry.key,
                             did_you_mean(name.substr(2), names)));
    }
    const JobNode& value = entry.value;
    if (known->is_flag) {
      if (value.kind != JobNode::Kind::text || (!is_true(value) && value.text != "false"))
        job.refuse(key, fmt::format("is to be true or false, found {}", shown_kind(value)));
      if (is_true(value)) job.set(name, std::nullopt, key);
      continue;
    }
    if (value.kind == JobNode::Kind::list && known->is_list) {
      for (const JobNode& item : value.items) job.set(name, as_option(item), key);
    } else if (value.kind == JobNode::Kind::text) {
      job.set(name, as_option(value), key);
    } else if (value.kind != JobNode::Kind::nothing) {
      job.refuse(key,
                 fmt::format("is to be a text{}, as behind {}; found {}",
                             known->is_list ? " or a list of texts" : "", name, shown_kind(value)));
    }
  }
}

Job read_job(const std::string& path, const std::vector<KnownOption>& options) {
  const JobNode root = read_job_file(path);
  check_job(path, root);
  Job job;
  job.path = path;
  JobDraft draft(job, root);
  set_job_data(draft);
  set_job_model(draft);
  set_job_fitting(draft);
  set_job_outputs(draft);
  // What `options` says in the words of the command goes before.
  std::vector<Setting> from_keys = std::exchange(job.settings, {});
  set_job_options(draft, options);
  for (Setting& setting : from_keys) {
    const bool is_replaced =
        std::any_of(job.settings.begin(), job.settings.end(), [&](const Setting& each) {
          return each.option == setting.option && each.key.starts_with("options.");
        });
    if (!is_replaced) job.settings.push_back(std::move(setting));
  }
  const std::vector<std::string> unlike = unlike_keys(root);
  if (!unlike.empty()) {
    job.notes.push_back(fmt::format(
        "{}: {} {} no counterpart here and {} left out", path, quoted_list(unlike, kMostNamed),
        unlike.size() == 1 ? "has" : "have", unlike.size() == 1 ? "is" : "are"));
  }
  return job;
}

}  // namespace nlsq::command
