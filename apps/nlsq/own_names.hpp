// SPDX-License-Identifier: MIT
// Names of columns that the command adds to a table beside the user's.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace nlsq::command {

/// One of our names that is taken gets a '_' behind it, with a note.
class OwnNames {
 public:
  OwnNames(std::vector<std::string> taken, std::vector<std::string>& notes)
      : taken_(std::move(taken)), notes_(notes) {}

  std::string operator()(const std::string& name) {
    std::string free = name;
    while (std::find(taken_.begin(), taken_.end(), free) != taken_.end()) free += '_';
    taken_.push_back(free);
    if (free != name) {
      notes_.push_back(
          fmt::format("'{}' is a name of yours; in the results ours is called '{}'", name, free));
    }
    return free;
  }

 private:
  std::vector<std::string> taken_;
  std::vector<std::string>& notes_;
};

}  // namespace nlsq::command
