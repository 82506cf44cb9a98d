// SPDX-License-Identifier: MIT
// The rules for names of columns, shared by text and NPY.
#include "data/header.hpp"

#include <cstddef>
#include <unordered_set>

#include "nlsq/error.hpp"

namespace nlsq::data {

std::vector<std::string> default_names(index_t columns) {
  if (columns == 1) return {"y"};
  if (columns == 2) return {"x", "y"};
  if (columns == 3) return {"x", "y", "c3"};
  std::vector<std::string> names;
  for (index_t j = 1; j <= columns; ++j) names.push_back("c" + std::to_string(j));
  return names;
}

void complete_names(std::vector<std::string>& names, std::vector<std::string>& notes) {
  std::unordered_set<std::string> given(names.begin(), names.end());
  std::unordered_set<std::string> used;
  const auto unique = [&](const std::string& base) {
    index_t k = 2;
    while (given.contains(base + "_" + std::to_string(k))) ++k;
    return base + "_" + std::to_string(k);
  };
  for (std::size_t j = 0; j < names.size(); ++j) {
    std::string& name = names[j];
    const std::string place = std::to_string(j + 1);
    if (name.empty()) {
      name = given.contains("c" + place) ? unique("c" + place) : "c" + place;
      notes.push_back("column " + place + " has no name; it is called '" + name + "'");
    } else if (used.contains(name)) {
      const std::string first = name;
      name = unique(first);
      notes.push_back("the name '" + first + "' occurs more than once; column " + place +
                      " is called '" + name + "'");
    }
    given.insert(name);
    used.insert(name);
  }
}

const std::vector<std::string>& checked_names(const std::vector<std::string>& given,
                                              index_t columns, const std::string& source) {
  const auto count = static_cast<index_t>(given.size());
  if (count != columns) {
    throw DataError(source, 0,
                    counted(count, "name") + " given (" + listed(given) + ") for a table of " +
                        counted(columns, "column"));
  }
  std::unordered_set<std::string> seen;
  for (const std::string& name : given) {
    if (name.empty()) throw InputError("columns", "columns holds an empty name");
    if (!seen.insert(name).second) {
      throw InputError("columns", "columns holds the name '" + name + "' more than once");
    }
  }
  return given;
}

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 8;
  std::string out;
  for (std::size_t i = 0; i < names.size() && i < kMost; ++i) out += (i > 0 ? ", " : "") + names[i];
  return names.size() > kMost ? out + ", …" : out;
}

std::string counted(index_t n, const std::string& what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

}  // namespace nlsq::data
