// SPDX-License-Identifier: MIT
// A YAML file as a tree of small nodes that know their lines. What a job never needs is refused
// while it is read, before anything of it is kept: anchors and aliases (which can make a short
// file large), tags, a second document, more than kMostJobNodes values, deeper nesting than
// kMostJobDepth.
#pragma once

#include <string>
#include <vector>

#include "nlsq/types.hpp"

namespace nlsq::command {

inline constexpr index_t kMostJobBytes = 256 * 1024;
inline constexpr index_t kMostJobNodes = 10'000;
inline constexpr std::size_t kMostJobDepth = 16;

struct JobEntry;

struct JobNode {
  enum class Kind { nothing, text, list, map };
  Kind kind = Kind::nothing;
  index_t line = 0;
  std::string text;               ///< of Kind::text, as it stands in the file
  bool is_quoted = false;         ///< then `true` and `1` are text
  std::vector<JobNode> items;     ///< of Kind::list
  std::vector<JobEntry> entries;  ///< of Kind::map, in the order of the file
};

struct JobEntry {
  std::string key;
  index_t line = 0;
  JobNode value;
};

/// True for a path that is read as a job: it ends in .yaml or .yml.
bool is_job_path(const std::string& path);

/// Whether this build has a YAML library.
bool reads_jobs();

/// The map that a file holds. Throws DataError (file:line) for what is no YAML, no map, or refused.
JobNode read_job_file(const std::string& path);

/// Throws DataError for a line of a job.
[[noreturn]] void refuse_job(const std::string& path, index_t line, const std::string& why);

}  // namespace nlsq::command
