// SPDX-License-Identifier: MIT
// Random models for property tests: a seed gives the same expression whatever the graph simplifies.
// Values stay tame (arguments of steep functions go through tanh), but conditions, dead branches
// that are NaN or infinite, kinks and shared subexpressions are frequent.
#pragma once

#include <random>
#include <vector>

#include "expr/expression.hpp"

namespace nlsq::test {

struct RandomGraph {
  static constexpr int kParameters = 4;
  static constexpr int kColumns = 2;
  expr::Graph graph;
  expr::NodeId root = expr::kNone;
};

class GraphMaker {
 public:
  GraphMaker(expr::Graph& graph, unsigned seed) : g_(graph), random_(seed) {
    for (int i = 0; i < RandomGraph::kParameters; ++i) pool_.push_back({&g_, g_.parameter(i)});
    for (int i = 0; i < RandomGraph::kColumns; ++i) pool_.push_back({&g_, g_.column(i)});
  }

  expr::Expression run() {
    const int steps = 4 + static_cast<int>(random_() % 14);
    for (int i = 0; i < steps; ++i) pool_.push_back(grow());
    // The last few meet, so that little is left unused.
    expr::Expression root = pool_.back();
    for (std::size_t i = 2; i <= 4; ++i) root = root + tame(pool_[pool_.size() - i]);
    return root;
  }

 private:
  using E = expr::Expression;
  E c(double v) { return {&g_, g_.constant(v)}; }
  E any() { return pool_[random_() % 3 == 0 ? pool_.size() - 1 : random_() % pool_.size()]; }
  E tame(E x) { return tanh(x); }
  double number() { return 0.25 * static_cast<double>(random_() % 17) - 2.0; }

  // Drawn one after the other: the order of evaluation of arguments is not the compiler's choice.
  E grow() {
    const E x = any();
    const E y = any();
    const double v = number();
    const double u = number();
    switch (random_() % 40) {
      case 0: return x + y;
      case 1: return x - y;
      case 2: return tame(x) * y;
      case 3: return x / (c(1.5) + tame(y));
      case 4: return -x;
      case 5: return c(v) * x;
      case 6: return x + c(v);
      case 7: return c(v) - x;
      case 8: return x / c(v == 0 ? 2.0 : v);
      case 9: return pow(tame(x), c(static_cast<double>(random_() % 5)));
      case 10: return pow(c(1.5) + tame(x), tame(y));
      case 11: return pow(c(1.5) + tame(x), c(v));
      case 12: return exp(c(2.0) * tame(x));
      case 13: return log(c(1.5) + tame(x));
      case 14: return sqrt(abs(x) + c(0.5));
      case 15: return sin(x) + cos(x);
      case 16: return atan(x) * erf(tame(y));
      case 17: return tame(tame(x) * y);
      case 18: return expit(x) - log1p(tame(x) * tame(x));
      case 19: return min(x, y);
      case 20: return max(x, c(v));
      case 21: return abs(x - y);
      // Dead branches: the root of a negative number, its slope at zero, logarithms, division by
      // zero.
      case 22: return where(c(v) < x, sqrt(x - c(v)), c(0.0));
      case 23: return sqrt(where(c(v) < x, x - c(v), c(0.0))) + y;
      case 24: return where(x <= c(v), y, log(x - c(v)));
      case 25: return tame(y) * where(c(v) < x, log(x - c(v)), c(u));
      case 26:
        return where(x < y, where(c(v) < x, sqrt(x - c(v)), tame(x)), where(y < c(u), y, -x));
      case 27: return where(x == x, y, c(1.0) / (x - x));
      case 28: return pow(where(c(v) < x, x - c(v), c(0.0)), c(1.5)) * tame(y);
      case 29: return hypot(x, y) - atan2(x, c(2.5) + tame(y));
      case 30: return logaddexp(tame(x), y) + asinh(x);
      case 31: return where(logical_or(x < c(v), y < c(u)), x * tame(y), c(0.0)) / (c(1.0) + y * y);
      case 32: return cosh(tame(x)) + sinh(tame(y)) + tan(tame(x));
      // What lowering fuses: Horner chains, with a subtraction at each place, products in sums, sin
      // with cos, quotients.
      case 33: {
        const E t = tame(x), p = pool_[random_() % RandomGraph::kParameters];
        return p + t * (c(v) + t * (c(u) + t * p) - y);
      }
      case 34: {
        const E t = tame(x), p = pool_[random_() % RandomGraph::kParameters];
        return (c(u) + p * t + c(v) * t * t - t * t * t * p) - y;
      }
      case 35: {
        const E t = tame(x), p = pool_[random_() % RandomGraph::kParameters];
        return c(v) + p * t + y * c(u) + t * t * t * t;
      }
      case 36: return (x * y + c(v)) - tame(y) * tame(x);
      case 37: {
        const E d = c(1.5) + tame(x);
        return y / d - c(1.0) / d + tame(x) / d;
      }
      case 38: return sin(x) * cos(x) - y * sin(x);
      default: return cbrt(c(2.0) + tame(x)) + expm1(tame(y)) + floor(x);
    }
  }

  expr::Graph& g_;
  std::mt19937 random_;
  std::vector<E> pool_;
};

inline RandomGraph random_graph(unsigned seed, bool simplify = true) {
  RandomGraph made{.graph = expr::Graph(simplify)};
  made.root = GraphMaker(made.graph, seed).run().id;
  return made;
}

/// Inputs away from the quarters at which the conditions switch.
inline std::vector<double> random_values(std::mt19937& random, int count) {
  std::vector<double> values;
  std::uniform_real_distribution<double> uniform(-2.2, 2.2);
  for (int i = 0; i < count; ++i) values.push_back(uniform(random));
  return values;
}

}  // namespace nlsq::test
