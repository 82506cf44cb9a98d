// SPDX-License-Identifier: MIT
// Tables for the tests of --by: made data, results read back.
#pragma once

#include <cmath>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "command_support.hpp"

namespace nlsq::test {

/// Fields by name, a map a row; quoted fields as RFC 4180 has them.
inline std::vector<std::map<std::string, std::string>> read_csv(const std::string& text) {
  std::vector<std::vector<std::string>> rows(1);
  std::string field;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      field += text[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == ',' || c == '\n')) {
      rows.back().push_back(field);
      field.clear();
      if (c == '\n') rows.emplace_back();
    } else {
      field += c;
    }
  }
  rows.pop_back();
  std::vector<std::map<std::string, std::string>> table;
  for (std::size_t r = 1; r < rows.size(); ++r) {
    auto& row = table.emplace_back();
    EXPECT_EQ(rows[r].size(), rows[0].size()) << text;
    for (std::size_t j = 0; j < rows[r].size(); ++j) row[rows[0][j]] = rows[r][j];
  }
  return table;
}

inline double number(const std::string& text) { return std::strtod(text.c_str(), nullptr); }

/// y = a·exp(−b·x) + c with a little that is not in the model; k-th of many.
inline std::string decay_row(int k, int i) {
  const double a = 2 + 0.3 * k, b = 0.4 + 0.1 * k, c = 0.5, x = 0.5 * i;
  const double noise = 0.02 * std::sin(7.0 * i + 3.0 * k);
  std::ostringstream out;
  out.precision(15);
  out << x << "," << a * std::exp(-b * x) + c + noise;
  return out.str();
}

class ByTest : public CommandTest {
 protected:
  /// `nlsq fit FILE --model 'y = a*exp(-b*x) + c' --by well …`.
  Outcome by_well(const std::string& file, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"--by", "well"});
    return fit(file, kDecayModel, more);
  }
  /// Wells of 12 points each, names as given.
  static std::string plate(const std::vector<std::string>& wells, int points = 12) {
    std::string text = "well,x,y\n";
    for (std::size_t k = 0; k < wells.size(); ++k) {
      for (int i = 0; i < points; ++i)
        text += wells[k] + "," + decay_row(static_cast<int>(k), i) + "\n";
    }
    return text;
  }
};

}  // namespace nlsq::test
