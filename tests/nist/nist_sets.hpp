// SPDX-License-Identifier: MIT
// The 27 NIST StRD nonlinear regression sets as formulas, with data, starts and certified values
// from the files of tests/data/nist (NIST/ITL Statistical Reference Datasets, public domain).
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace nlsq::test {

struct NistSet {
  std::string name, formula;
  std::vector<std::string> parameters;  // b1, b2, …
  std::array<std::vector<double>, 2> start;
  std::vector<double> certified, error;
  double rss = 0.0;
  std::vector<std::string> columns;    // x, or x1 and x2
  std::vector<std::vector<double>> x;  // a vector a column
  std::vector<double> y;               // log(y) for Nelson
};

inline NistSet load_nist(const std::string& name_of_set, const std::string& formula) {
  NistSet set;
  set.name = name_of_set;
  set.formula = formula;
  const std::string path = std::string(NLSQ_TEST_DATA) + "/nist/" + name_of_set + ".dat";
  std::ifstream in(path);
  if (!in) throw std::runtime_error("cannot read " + path);
  const bool nelson = set.name == "Nelson";
  set.columns = nelson ? std::vector<std::string>{"x1", "x2"} : std::vector<std::string>{"x"};
  set.x.resize(set.columns.size());
  std::string line;
  bool in_data = false;
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    if (in_data) {
      double y = 0.0;
      if (!(fields >> y)) continue;
      set.y.push_back(nelson ? std::log(y) : y);
      for (auto& column : set.x) {
        double value = 0.0;
        fields >> value;
        column.push_back(value);
      }
      continue;
    }
    std::string name, equals;
    double first = 0, second = 0, value = 0, error = 0;
    if (line.rfind("Data:", 0) == 0 && line.find("Response") == std::string::npos) in_data = true;
    if (line.rfind("Residual Sum of Squares:", 0) == 0) set.rss = std::stod(line.substr(24));
    if (fields >> name >> equals >> first >> second >> value >> error && equals == "=" &&
        name[0] == 'b') {
      set.parameters.push_back(name);
      set.start[0].push_back(first);
      set.start[1].push_back(second);
      set.certified.push_back(value);
      set.error.push_back(error);
    }
  }
  return set;
}

inline std::vector<NistSet> load_all_nist() {
  std::vector<NistSet> all;
  std::ifstream in(std::string(NLSQ_TEST_DATA) + "/nist/formulas.txt");
  std::string line;
  while (std::getline(in, line)) {
    const std::size_t colon = line.find(": ");
    all.push_back(load_nist(line.substr(0, colon), line.substr(colon + 2)));
  }
  if (all.size() != 27)
    throw std::runtime_error("tests/data/nist/formulas.txt should name 27 sets");
  return all;
}

/// −log₁₀ of the relative error, capped at 11; 0 for what is not finite.
inline double lre(double value, double certified) {
  if (!std::isfinite(value)) return 0.0;
  const double error = std::fabs(value - certified) / std::fabs(certified);
  return error <= 1e-11 ? 11.0 : std::max(0.0, -std::log10(error));
}

inline double smallest_lre(const std::vector<double>& values, const std::vector<double>& certified,
                           double factor = 1.0) {
  double smallest = 11.0;
  for (std::size_t i = 0; i < certified.size(); ++i)
    smallest = std::min(smallest, lre(values[i], factor * certified[i]));
  return smallest;
}

}  // namespace nlsq::test
