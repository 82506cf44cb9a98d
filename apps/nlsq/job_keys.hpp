// SPDX-License-Identifier: MIT
// The keys that a job may have: those of NLSQ's workflow files and `options`, for whatever
// `nlsq fit` knows. One table says for each what its value is and what becomes of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "job_file.hpp"

namespace nlsq::command {

/// What stands behind a key.
enum class JobType {
  section,   ///< a map whose keys are in the table
  anything,  ///< a value of any kind, with whatever is in it
  text,
  number,
  count,   ///< a whole number from 0 on
  flag,    ///< true or false
  column,  ///< a name, or a number counted from 0
  texts,   ///< a text or a list of texts
  values   ///< a number, a text, a list or a map: judged where it is used
};

enum class JobRole {
  used,    ///< becomes an option
  label,   ///< words for people, or nothing that would have to be said: found by looking
  unlike,  ///< has no counterpart here; a note says so
  off      ///< would change the data or the model in a way that is not known here: must be false
};

struct JobKey {
  const char* path;  ///< data.columns.x; a `[]` for the elements of a list
  JobType type;
  JobRole role;
};

/// The row of a path, or of the nearest section above it whose type is `anything`; nullptr if there
/// is none.
const JobKey* find_job_key(std::string_view path);

/// Throws DataError (file:line) for the first key that is not in the table, with the nearest name,
/// and for the first value of a wrong type.
void check_job(const std::string& path, const JobNode& job);

/// The node at a path such as fitting.bounds.lower; nullptr if it is not there or null.
const JobNode* find_in_job(const JobNode& job, std::string_view path);

/// Paths of the keys without a counterpart that a job has, each section named once.
std::vector<std::string> unlike_keys(const JobNode& job);

/// "true", "yes", "on": true. Only for values that check_job has seen.
bool is_true(const JobNode& node);

/// "a number", "a list", … for messages.
std::string shown_kind(const JobNode& node);

}  // namespace nlsq::command
