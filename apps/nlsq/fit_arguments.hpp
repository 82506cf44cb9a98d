// SPDX-License-Identifier: MIT
// What the user typed behind `nlsq fit`, as text; meaning is given to it by load.cpp and
// fit_options.cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace nlsq::command {

struct FitArguments {
  std::string file, model;
  std::vector<std::string> words;  ///< of the command line
  std::string melt_from, melt_to;  ///< of --y A1..H12
  // x, y, sigma, loss …: the rows of fit_arguments.def.
#define NLSQ_GROUP(name)
#define NLSQ_TEXT(member, initial, flags, type, help) std::string member = initial;
#define NLSQ_LIST(member, flags, type, help) std::vector<std::string> member;
#define NLSQ_FLAG(member, flags, help) bool member = false;
#include "fit_arguments.def"
};

/// --y A1..H12: the columns from the one to the other are groups, one fit each.
FitArguments with_groups_of_range(FitArguments arguments);

/// "trf (default), auto, lm or dogbox": the values of an option of nlsq/options.def.
std::string choices(std::string_view option, std::string_view initial);

/// Defines the options of `nlsq fit` on `fit`.
void add_fit_options(CLI::App& fit, FitArguments& arguments);

}  // namespace nlsq::command
