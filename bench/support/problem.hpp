// SPDX-License-Identifier: MIT
// A problem for passes of the evaluator, and what checks them against a hand-fused loop.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <new>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "nlsq/fit.hpp"
#include "problem/binding.hpp"
#include "reduce/data_evaluator.hpp"
#include "runtime/settings.hpp"

namespace nlsq::bench {

/// Columns aligned to a cache line, as the table reader's and NumPy's large arrays are.
template <class T>
struct AlignedAllocator {
  using value_type = T;
  T* allocate(std::size_t n) {
    return static_cast<T*>(::operator new (n * sizeof(T), std::align_val_t{64}));
  }
  void deallocate(T* p, std::size_t) { ::operator delete (p, std::align_val_t{64}); }
  bool operator==(const AlignedAllocator&) const = default;
};
using Column = std::vector<double, AlignedAllocator<double>>;

/// A model with an evaluator over its data, y = model + noise. Beyond 2²⁰ rows they repeat.
struct Problem {
  Problem(const std::string& formula, std::vector<double> p, index_t m, int threads,
          double from = 0.0, double to = 2.0)
      : model(Model::parse(formula)),
        parameters(std::move(p)),
        x(static_cast<std::size_t>(m)),
        y(x.size()) {
    std::mt19937_64 random(7);
    std::uniform_real_distribution<double> uniform(from, to);
    std::normal_distribution<double> noise(0.0, 0.05);
    const std::size_t own = std::min<std::size_t>(x.size(), 1 << 20);
    for (std::size_t i = 0; i < own; ++i) x[i] = uniform(random);
    Dataset grid;
    grid.column("x", std::span<const double>(x).first(own));
    const std::vector<double> exact = evaluate(model, grid, parameters);
    for (std::size_t i = 0; i < own; ++i) y[i] = exact[i] + noise(random);
    for (std::size_t i = own; i < x.size(); ++i) {
      x[i] = x[i - own];
      y[i] = y[i - own];
    }
    data.column("x", std::span<const double>(x)).response(std::span<const double>(y));
    const auto n = static_cast<index_t>(parameters.size());
    base::Indices all, sizes(static_cast<std::size_t>(n), 1);
    for (index_t i = 0; i < n; ++i) all.push_back(i);
    terms.push_back(fit_impl::bind_term({&model, &data, Loss::linear, 1.0}, {}, sizes, all));
    terms.back().parameters = terms.back().free = all;
    reduce::EvaluatorOptions options = fit_impl::evaluator_options(threads);
    evaluator = std::make_unique<reduce::DataEvaluator>(terms, parameters, all, options, pool);
  }

  Model model;
  std::vector<double> parameters;
  Column x, y;
  Dataset data;
  std::vector<reduce::Term> terms;
  base::ThreadPool pool;
  std::unique_ptr<reduce::DataEvaluator> evaluator;
};

/// RᵀR and the cost are those of the packed Gram matrix of a hand-fused loop.
inline bool agrees(const linalg::Summary& s, const std::vector<double>& gram) {
  double worst = 0.0;
  for (index_t i = 0; i < s.n; ++i) {
    for (index_t j = 0; j <= i; ++j) {
      double sum = 0.0;
      for (index_t k = 0; k <= j; ++k)
        sum +=
            s.R[static_cast<std::size_t>(k + i * s.n)] * s.R[static_cast<std::size_t>(k + j * s.n)];
      const auto at = [](index_t a, index_t b) {
        return static_cast<std::size_t>(a * (a + 1) / 2 + b);
      };
      worst = std::max(
          worst, std::fabs(sum - gram[at(i, j)]) / std::sqrt(gram[at(i, i)] * gram[at(j, j)]));
    }
  }
  const double f2 = gram.back();
  return worst < 1e-11 && std::fabs(2 * s.cost - f2) < 1e-11 * f2;
}

}  // namespace nlsq::bench
