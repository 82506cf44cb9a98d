// SPDX-License-Identifier: MIT
// A job is a way to write the options of `nlsq fit` into a file: each of its keys becomes one of
// them, and what runs is the command that they make.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "job_file.hpp"

namespace nlsq::command {

/// An option that a job gives.
struct Setting {
  std::string option;                ///< "--model"
  std::optional<std::string> value;  ///< none: a flag
  std::string key;                   ///< "model.name"
  index_t line = 0;
};

struct Job {
  std::string path;
  std::string file;  ///< of the data; empty: the job names none
  index_t file_line = 0;
  std::vector<Setting> settings;
  std::vector<std::string> notes;
  std::vector<std::string> folders;  ///< for its outputs
};

/// The options of `nlsq fit` that a job's `options` may name.
struct KnownOption {
  std::string name;  ///< "--where"
  bool is_flag = false, is_list = false;
};

/// Throws DataError (file:line) for whatever is wrong in the file.
Job read_job(const std::string& path, const std::vector<KnownOption>& options);

/// A job while it is read: its nodes by their paths, and what they have become.
class JobDraft {
 public:
  JobDraft(Job& job, const JobNode& root) : job_(&job), root_(&root) {}

  const std::string& path() const { return job_->path; }
  const JobNode* at(std::string_view key) const;
  /// The text of a scalar; nothing if the key is not there, null or empty.
  std::optional<std::string> text(std::string_view key) const;
  bool flag(std::string_view key, bool without) const;
  std::optional<index_t> count(std::string_view key) const;
  /// The items of a list, or the one text.
  std::vector<std::string> texts(std::string_view key) const;

  void set(const std::string& option, std::optional<std::string> value, std::string_view key);
  void set_file(std::string file, std::string_view key);
  void note(const std::string& text) { job_->notes.push_back(text); }
  /// A folder that the outputs need.
  void need_folder(const std::string& folder);
  [[noreturn]] void refuse(std::string_view key, const std::string& why) const;
  /// Throws if a text is none of `words`.
  void check_word(std::string_view key, const std::vector<std::string>& words) const;

 private:
  index_t line_of(std::string_view key) const;

  Job* job_;
  const JobNode* root_;
};

/// A value as options take it: YAML's .inf is inf.
std::string as_option(const JobNode& node);

void set_job_data(JobDraft& job);
void set_job_model(JobDraft& job);
void set_job_fitting(JobDraft& job);
void set_job_outputs(JobDraft& job);
void set_job_options(JobDraft& job, const std::vector<KnownOption>& options);

/// The column that a job's x, y, z or sigma names: "time", or "$2" for the number 1; nothing if it
/// is not there.
std::optional<std::string> job_column(const JobDraft& job, char which);

}  // namespace nlsq::command
