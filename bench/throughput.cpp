// SPDX-License-Identifier: MIT
// One pass (residual, Jacobian, fold) of the interpreter against hand-fused loops: ns a row, one
// thread, data in the second-level cache, the fold that defaults choose. Then two threads against
// one on 10⁶ rows.
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <new>
#include <random>

#include "fit/binding.hpp"
#include "fit/settings.hpp"
#include "hand_fused.hpp"
#include "nlsq/fit.hpp"
#include "reduce/data_evaluator.hpp"
#include "support/pairs.hpp"

namespace nlsq::bench {
namespace {

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
    for (double& v : x) v = uniform(random);
    Dataset grid;
    grid.column("x", std::span<const double>(x));
    const std::vector<double> exact = evaluate(model, grid, parameters);
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = exact[i] + noise(random);
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

// RᵀR and the gradient must be the hand-fused Gram matrix.
bool agrees(const linalg::Summary& s, const std::vector<double>& gram) {
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

int run() {
  fmt::print("{:<16} {:>9} {:>11} {:>7}   fold\n", "model", "ns/row", "hand-fused", "ratio");
  const index_t m = 16384;
  bool good = true;
  const char* only = std::getenv("NLSQ_BENCH_ONLY");
  for (const HandFused& hand : hand_fused_models()) {
    if (only != nullptr && hand.name != only) continue;
    Problem problem(hand.formula, hand.parameters, m, 1, hand.from, hand.to);
    linalg::Summary summary;
    const std::size_t q = hand.parameters.size() + 1;
    std::vector<double> gram(q * (q + 1) / 2, 0.0);
    hand.run(problem.x.data(), problem.y.data(), m, hand.parameters.data(), gram.data());
    problem.evaluator->summary(hand.parameters, solve::Grade::step, summary);
    // The parameters of a formula are in order of appearance, which is the order of the hand-fused
    // columns.
    if (!agrees(summary, gram)) {
      fmt::print("{}: the two disagree\n", hand.name);
      good = false;
      continue;
    }
    const Pair pair = alternate(
        [&] { problem.evaluator->summary(hand.parameters, solve::Grade::step, summary); },
        [&] {
          hand.run(problem.x.data(), problem.y.data(), m, hand.parameters.data(), gram.data());
        },
        31);
    const char* fold = summary.fold == linalg::Fold::gram    ? "gram"
                       : summary.fold == linalg::Fold::pgram ? "pgram"
                                                             : "qr";
    fmt::print("{:<16} {:9.2f} {:11.2f} {:7.2f}   {} (kappa {:.1e})\n", hand.name, pair.a / m * 1e9,
               pair.b / m * 1e9, pair.ratio, fold, summary.kappa);
    if (std::getenv("NLSQ_BENCH_LISTING") != nullptr)
      fmt::print("{}", to_string(problem.terms[0].program->full));
  }
  const index_t large = 1000000;
  const std::vector<double> p{2.5, 1.3, 0.5};
  Problem one("a*exp(-b*x)+c", p, large, 1), two("a*exp(-b*x)+c", p, large, 2);
  linalg::Summary a, b;
  one.evaluator->summary(p, solve::Grade::step, a);
  two.evaluator->summary(p, solve::Grade::step, b);
  good &= a.R == b.R && a.cost == b.cost;
  const Pair threads = alternate([&] { one.evaluator->summary(p, solve::Grade::step, a); },
                                 [&] { two.evaluator->summary(p, solve::Grade::step, b); }, 30);
  fmt::print(
      "two threads, exponential, 10^6 rows: {:.2f} ms against {:.2f} ms, {:.2f} times as fast, "
      "same bits: {}\n",
      threads.b * 1e3, threads.a * 1e3, threads.ratio, good ? "yes" : "NO");
  return good ? 0 : 1;
}

}  // namespace
}  // namespace nlsq::bench

int main() { return nlsq::bench::run(); }
