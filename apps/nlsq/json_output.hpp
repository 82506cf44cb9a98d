// SPDX-License-Identifier: MIT
// The result as one JSON object on one line. The keys of schema 1 may be added to, never changed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fit_arguments.hpp"
#include "load.hpp"
#include "nlsq/fit.hpp"

namespace nlsq::command {

/// Ends with a line break. Numbers that are not finite are null; floats have 17 digits.
std::string to_json(const FitResult& result, const LoadedData& loaded, const FitOptions& options,
                    const FitArguments& arguments);

/// Which group a result is of.
struct GroupLine {
  struct Key {
    std::string name;
    std::optional<std::string> text;  ///< else a number
    double number = 0.0;
  };
  std::vector<Key> by;
  index_t n_omitted = 0;
};

/// The same with the keys of the group first, under "by". What many fits do not tell is null.
std::string to_json_line(const FitResult& result, const GroupLine& group, const LoadedData& loaded,
                         const FitOptions& options, const FitArguments& arguments);

}  // namespace nlsq::command
