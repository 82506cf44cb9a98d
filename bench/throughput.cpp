// SPDX-License-Identifier: MIT
// One pass (residual, Jacobian, fold) of the interpreter against hand-fused loops: ns a row, one
// thread, data in the second-level cache, the fold that defaults choose. Then two threads against
// one on 10⁶ rows.
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

#include "hand_fused.hpp"
#include "support/pairs.hpp"
#include "support/problem.hpp"

namespace nlsq::bench {
namespace {

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
