// SPDX-License-Identifier: MIT
// The 27 NIST StRD nonlinear regression sets as formulas, with data, starts and certified values from the files of
// tests/data/nist (NIST/ITL Statistical Reference Datasets, public domain).
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

struct NistFormula {
  const char* name;
  const char* formula;
};

inline constexpr std::array<NistFormula, 27> kNistFormulas{{
    {"Bennett5", "b1*(b2+x)^(-1/b3)"},
    {"BoxBOD", "b1*(1-exp(-b2*x))"},
    {"Chwirut1", "exp(-b1*x)/(b2+b3*x)"},
    {"Chwirut2", "exp(-b1*x)/(b2+b3*x)"},
    {"DanWood", "b1*x^b2"},
    {"ENSO", "b1 + b2*cos(2*pi*x/12) + b3*sin(2*pi*x/12) + b5*cos(2*pi*x/b4) + b6*sin(2*pi*x/b4) + "
             "b8*cos(2*pi*x/b7) + b9*sin(2*pi*x/b7)"},
    {"Eckerle4", "b1/b2*exp(-0.5*((x-b3)/b2)^2)"},
    {"Gauss1", "b1*exp(-b2*x) + b3*exp(-(x-b4)^2/b5^2) + b6*exp(-(x-b7)^2/b8^2)"},
    {"Gauss2", "b1*exp(-b2*x) + b3*exp(-(x-b4)^2/b5^2) + b6*exp(-(x-b7)^2/b8^2)"},
    {"Gauss3", "b1*exp(-b2*x) + b3*exp(-(x-b4)^2/b5^2) + b6*exp(-(x-b7)^2/b8^2)"},
    {"Hahn1", "(b1+b2*x+b3*x^2+b4*x^3)/(1+b5*x+b6*x^2+b7*x^3)"},
    {"Kirby2", "(b1+b2*x+b3*x^2)/(1+b4*x+b5*x^2)"},
    {"Lanczos1", "b1*exp(-b2*x) + b3*exp(-b4*x) + b5*exp(-b6*x)"},
    {"Lanczos2", "b1*exp(-b2*x) + b3*exp(-b4*x) + b5*exp(-b6*x)"},
    {"Lanczos3", "b1*exp(-b2*x) + b3*exp(-b4*x) + b5*exp(-b6*x)"},
    {"MGH09", "b1*(x^2+x*b2)/(x^2+x*b3+b4)"},
    {"MGH10", "b1*exp(b2/(x+b3))"},
    {"MGH17", "b1 + b2*exp(-x*b4) + b3*exp(-x*b5)"},
    {"Misra1a", "b1*(1-exp(-b2*x))"},
    {"Misra1b", "b1*(1-(1+b2*x/2)^(-2))"},
    {"Misra1c", "b1*(1-(1+2*b2*x)^(-0.5))"},
    {"Misra1d", "b1*b2*x/(1+b2*x)"},
    {"Nelson", "b1 - b2*x1*exp(-b3*x2)"},
    {"Rat42", "b1/(1+exp(b2-b3*x))"},
    {"Rat43", "b1/(1+exp(b2-b3*x))^(1/b4)"},
    {"Roszman1", "b1 - b2*x - atan(b3/(x-b4))/pi"},
    {"Thurber", "(b1+b2*x+b3*x^2+b4*x^3)/(1+b5*x+b6*x^2+b7*x^3)"},
}};

struct NistSet {
  std::string name, formula;
  std::vector<std::string> parameters;            // b1, b2, …
  std::array<std::vector<double>, 2> start;
  std::vector<double> certified, error;
  double rss = 0.0;
  std::vector<std::string> columns;               // x, or x1 and x2
  std::vector<std::vector<double>> x;             // a vector a column
  std::vector<double> y;                          // log(y) for Nelson
};

inline NistSet load_nist(const NistFormula& entry) {
  NistSet set{.name = entry.name, .formula = entry.formula};
  const std::string path = std::string(NLSQ_TEST_DATA) + "/nist/" + entry.name + ".dat";
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
    if (fields >> name >> equals >> first >> second >> value >> error && equals == "=" && name[0] == 'b') {
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
  for (const NistFormula& entry : kNistFormulas) all.push_back(load_nist(entry));
  return all;
}

/// −log₁₀ of the relative error, capped at 11; 0 for what is not finite.
inline double lre(double value, double certified) {
  if (!std::isfinite(value)) return 0.0;
  const double error = std::fabs(value - certified) / std::fabs(certified);
  return error <= 1e-11 ? 11.0 : std::max(0.0, -std::log10(error));
}

inline double smallest_lre(const std::vector<double>& values, const std::vector<double>& certified, double factor = 1.0) {
  double smallest = 11.0;
  for (std::size_t i = 0; i < certified.size(); ++i) smallest = std::min(smallest, lre(values[i], factor * certified[i]));
  return smallest;
}

}  // namespace nlsq::test
