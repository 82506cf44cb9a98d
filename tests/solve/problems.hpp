// SPDX-License-Identifier: MIT
// Test problems of Moré, Garbow, Hillstrom (1981), "Testing unconstrained optimization software",
// TOMS 7(1): formulas, standard starts and the sums of squares F = Σf² at their minima.
#pragma once

#include <numbers>
#include <string>
#include <vector>

#include "dense_evaluator.hpp"

namespace nlsq::test {

struct Problem {
  std::string name;
  std::vector<double> start;
  index_t m = 0;
  Rows rows;
  std::vector<double> minima;    ///< documented F, best first; any of them is a success
  std::vector<double> solution;  ///< of the best minimum, empty when it is not unique

  index_t n() const { return static_cast<index_t>(start.size()); }
  DenseEvaluator evaluator() const { return {n(), m, rows}; }
};

template <std::size_t N, class Model>
Problem problem(std::string name, std::vector<double> start, std::size_t m,
                std::vector<double> minima, std::vector<double> solution, Model model) {
  return {std::move(name),      std::move(start),  static_cast<index_t>(m),
          rows_of<N>(model, m), std::move(minima), std::move(solution)};
}

inline Problem rosenbrock() {
  return problem<2>("Rosenbrock", {-1.2, 1}, 2, {0}, {1, 1}, [](auto* x, auto* f) {
    f[0] = 10.0 * (x[1] - x[0] * x[0]);
    f[1] = 1.0 - x[0];
  });
}

inline std::vector<Problem> classic_problems() {
  std::vector<Problem> out;
  out.push_back(rosenbrock());
  out.push_back(
      problem<2>("FreudensteinRoth", {0.5, -2}, 2, {0, 48.98425367924}, {}, [](auto* x, auto* f) {
        f[0] = -13.0 + x[0] + ((5.0 - x[1]) * x[1] - 2.0) * x[1];
        f[1] = -29.0 + x[0] + ((x[1] + 1.0) * x[1] - 14.0) * x[1];
      }));
  out.push_back(problem<2>("PowellBadlyScaled", {0, 1}, 2, {0}, {}, [](auto* x, auto* f) {
    f[0] = 1e4 * x[0] * x[1] - 1.0;
    f[1] = exp(-x[0]) + exp(-x[1]) - 1.0001;
  }));
  out.push_back(problem<2>("BrownBadlyScaled", {1, 1}, 3, {0}, {1e6, 2e-6}, [](auto* x, auto* f) {
    f[0] = x[0] - 1e6;
    f[1] = x[1] - 2e-6;
    f[2] = x[0] * x[1] - 2.0;
  }));
  out.push_back(problem<2>("Beale", {1, 1}, 3, {0}, {3, 0.5}, [](auto* x, auto* f) {
    f[0] = 1.5 - x[0] * (1.0 - x[1]);
    f[1] = 2.25 - x[0] * (1.0 - x[1] * x[1]);
    f[2] = 2.625 - x[0] * (1.0 - x[1] * x[1] * x[1]);
  }));
  out.push_back(problem<2>("JennrichSampson", {0.3, 0.4}, 10, {124.3621823556},
                           {0.2578252137, 0.2578252137}, [](auto* x, auto* f) {
                             for (int i = 1; i <= 10; ++i) {
                               f[i - 1] =
                                   2.0 + 2.0 * i - (exp(double(i) * x[0]) + exp(double(i) * x[1]));
                             }
                           }));
  out.push_back(problem<3>("HelicalValley", {-1, 0, 0}, 3, {0}, {1, 0, 0}, [](auto* x, auto* f) {
    const auto turn = atan(x[1] / x[0]) / (2 * std::numbers::pi) + (x[0].v < 0 ? 0.5 : 0.0);
    f[0] = 10.0 * (x[2] - 10.0 * turn);
    f[1] = 10.0 * (sqrt(x[0] * x[0] + x[1] * x[1]) - 1.0);
    f[2] = x[2];
  }));
  out.push_back(problem<3>("Bard", {1, 1, 1}, 15, {8.214877306579e-3}, {}, [](auto* x, auto* f) {
    const double y[] = {0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39,
                        0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39};
    for (int i = 1; i <= 15; ++i) {
      const double u = i, v = 16 - i, w = std::min(u, v);
      f[i - 1] = y[i - 1] - (x[0] + u / (v * x[1] + w * x[2]));
    }
  }));
  out.push_back(
      problem<3>("Gaussian", {0.4, 1, 0}, 15, {1.127932769619e-8}, {}, [](auto* x, auto* f) {
        const double y[] = {0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521, 0.3989};
        for (int i = 1; i <= 15; ++i) {
          const double t = (8.0 - i) / 2;
          f[i - 1] = x[0] * exp(-0.5 * x[1] * (t - x[2]) * (t - x[2])) - y[i <= 8 ? i - 1 : 15 - i];
        }
      }));
  out.push_back(
      problem<3>("Meyer", {0.02, 4000, 250}, 16, {87.94585517053}, {}, [](auto* x, auto* f) {
        const double y[] = {34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744,
                            8261,  7030,  6005,  5147,  4427,  3820,  3307,  2872};
        for (int i = 1; i <= 16; ++i)
          f[i - 1] = x[0] * exp(x[1] / (45.0 + 5.0 * i + x[2])) - y[i - 1];
      }));
  out.push_back(problem<3>("Box3D", {0, 10, 20}, 10, {0}, {}, [](auto* x, auto* f) {
    for (int i = 1; i <= 10; ++i) {
      const double t = 0.1 * i;
      f[i - 1] = exp(-t * x[0]) - exp(-t * x[1]) - x[2] * (std::exp(-t) - std::exp(-10 * t));
    }
  }));
  out.push_back(
      problem<4>("PowellSingular", {3, -1, 0, 1}, 4, {0}, {0, 0, 0, 0}, [](auto* x, auto* f) {
        f[0] = x[0] + 10.0 * x[1];
        f[1] = std::sqrt(5.0) * (x[2] - x[3]);
        f[2] = (x[1] - 2.0 * x[2]) * (x[1] - 2.0 * x[2]);
        f[3] = std::sqrt(10.0) * (x[0] - x[3]) * (x[0] - x[3]);
      }));
  out.push_back(problem<4>("Wood", {-3, -1, -3, -1}, 6, {0}, {1, 1, 1, 1}, [](auto* x, auto* f) {
    f[0] = 10.0 * (x[1] - x[0] * x[0]);
    f[1] = 1.0 - x[0];
    f[2] = std::sqrt(90.0) * (x[3] - x[2] * x[2]);
    f[3] = 1.0 - x[2];
    f[4] = std::sqrt(10.0) * (x[1] + x[3] - 2.0);
    f[5] = (x[1] - x[3]) / std::sqrt(10.0);
  }));
  out.push_back(problem<4>(
      "KowalikOsborne", {0.25, 0.39, 0.415, 0.39}, 11, {3.075056038492e-4}, {},
      [](auto* x, auto* f) {
        const double y[] = {0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627,
                            0.0456, 0.0342, 0.0323, 0.0235, 0.0246};
        const double u[] = {4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625};
        for (int i = 0; i < 11; ++i) {
          f[i] = y[i] - x[0] * (u[i] * u[i] + u[i] * x[1]) / (u[i] * u[i] + u[i] * x[2] + x[3]);
        }
      }));
  out.push_back(
      problem<4>("BrownDennis", {25, 5, -5, -1}, 20, {85822.20162635}, {}, [](auto* x, auto* f) {
        for (int i = 1; i <= 20; ++i) {
          const double t = i / 5.0;
          const auto a = x[0] + t * x[1] - std::exp(t);
          const auto b = x[2] + std::sin(t) * x[3] - std::cos(t);
          f[i - 1] = a * a + b * b;
        }
      }));
  out.push_back(problem<5>(
      "Osborne1", {0.5, 1.5, -1, 0.01, 0.02}, 33, {5.464894697483e-5}, {}, [](auto* x, auto* f) {
        const double y[] = {0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.850, 0.818,
                            0.784, 0.751, 0.718, 0.685, 0.658, 0.628, 0.603, 0.580, 0.558,
                            0.538, 0.522, 0.506, 0.490, 0.478, 0.467, 0.457, 0.448, 0.438,
                            0.431, 0.424, 0.420, 0.414, 0.411, 0.406};
        for (int i = 0; i < 33; ++i) {
          const double t = 10.0 * i;
          f[i] = y[i] - (x[0] + x[1] * exp(-t * x[3]) + x[2] * exp(-t * x[4]));
        }
      }));
  out.push_back(problem<11>(
      "Osborne2", {1.3, 0.65, 0.65, 0.7, 0.6, 3, 5, 7, 2, 4.5, 5.5}, 65, {4.013773629354e-2}, {},
      [](auto* x, auto* f) {
        const double y[] = {1.366, 1.191, 1.112, 1.013, 0.991, 0.885, 0.831, 0.847, 0.786, 0.725,
                            0.746, 0.679, 0.608, 0.655, 0.616, 0.606, 0.602, 0.626, 0.651, 0.724,
                            0.649, 0.649, 0.694, 0.644, 0.624, 0.661, 0.612, 0.558, 0.533, 0.495,
                            0.500, 0.423, 0.395, 0.375, 0.372, 0.391, 0.396, 0.405, 0.428, 0.429,
                            0.523, 0.562, 0.607, 0.653, 0.672, 0.708, 0.633, 0.668, 0.645, 0.632,
                            0.591, 0.559, 0.597, 0.625, 0.739, 0.710, 0.729, 0.720, 0.636, 0.581,
                            0.428, 0.292, 0.162, 0.098, 0.054};
        for (int i = 0; i < 65; ++i) {
          const double t = i / 10.0;
          auto model = x[0] * exp(-t * x[4]);
          for (int k = 1; k <= 3; ++k) {
            const auto d = t - x[7 + k];
            model = model + x[k] * exp(-d * d * x[4 + k]);
          }
          f[i] = y[i] - model;
        }
      }));
  out.push_back(
      problem<6>("Watson", {0, 0, 0, 0, 0, 0}, 31, {2.287670053552e-3}, {}, [](auto* x, auto* f) {
        for (int i = 1; i <= 29; ++i) {
          const double t = i / 29.0;
          auto slope = 0.0 * x[0];
          auto value = 0.0 * x[0];
          for (int j = 5; j >= 0; --j) {
            value = value * t + x[j];
            if (j > 0) slope = slope * t + double(j) * x[j];
          }
          f[i - 1] = slope - value * value - 1.0;
        }
        f[29] = x[0];
        f[30] = x[1] - x[0] * x[0] - 1.0;
      }));
  out.push_back(problem<5>("LinearFullRank", {1, 1, 1, 1, 1}, 10, {5}, {-1, -1, -1, -1, -1},
                           [](auto* x, auto* f) {
                             auto sum = x[0] + x[1] + x[2] + x[3] + x[4];
                             for (int i = 0; i < 10; ++i) f[i] = -0.2 * sum - 1.0;
                             for (int i = 0; i < 5; ++i) f[i] = f[i] + x[i];
                           }));
  out.push_back(
      problem<5>("LinearRank1", {1, 1, 1, 1, 1}, 10, {90.0 / 42.0}, {}, [](auto* x, auto* f) {
        auto sum = x[0] + 2.0 * x[1] + 3.0 * x[2] + 4.0 * x[3] + 5.0 * x[4];
        for (int i = 0; i < 10; ++i) f[i] = (i + 1.0) * sum - 1.0;
      }));
  out.push_back(problem<5>("LinearRank1ZeroColumns", {1, 1, 1, 1, 1}, 10, {124.0 / 34.0}, {},
                           [](auto* x, auto* f) {
                             auto sum = 2.0 * x[1] + 3.0 * x[2] + 4.0 * x[3];
                             for (int i = 0; i < 10; ++i) f[i] = double(i) * sum - 1.0;
                             f[0] = 0.0 * x[0] - 1.0;
                             f[9] = 0.0 * x[0] - 1.0;
                           }));
  return out;
}

}  // namespace nlsq::test
