// SPDX-License-Identifier: MIT
// The NIST StRD sets from both starts with every method at default options. LRE: −log10 of the
// relative error against the certified values, at most 11 (they have 11 digits).
#include "nist.hpp"

#include <gtest/gtest.h>

#include <cstdio>

#include "stats/covariance.hpp"

namespace nlsq::test {
namespace {

struct Score {
  double parameters = 11, errors = 11;
  bool passes(double digits, const std::string& set) const {
    // Lanczos1's residuals are rounding of its 14-digit data, and so are its standard errors
    return parameters >= digits && (errors >= digits || set == "Lanczos1");
  }
};

Score score(const NistSet& set, const solve::Outcome& out) {
  const auto covariance = stats::unscaled_covariance(out.summary);
  const auto errors =
      stats::standard_errors(covariance, out.summary.sum_f2 / static_cast<double>(set.dof));
  Score worst;
  for (std::size_t j = 0; j < set.certified.size(); ++j) {
    worst.parameters = std::min(worst.parameters, lre(out.x[j], set.certified[j]));
    worst.errors = std::min(worst.errors, lre(errors[j], set.error[j]));
  }
  return worst;
}

// How many of the 54 runs reach `digits` in every parameter and standard error; prints the table.
int runs_that_reach(double digits, Method method, const char* label) {
  int passed = 0;
  for (const std::string& name : nist_names()) {
    const NistSet set = load_nist(name);
    for (int start = 0; start < 2; ++start) {
      DenseEvaluator evaluator(set.n(), set.m(), set.rows);
      SolverOptions options;
      options.method = method;
      const solve::Outcome out = run(evaluator, set.start[start], options);
      const Score worst = score(set, out);
      passed += worst.passes(digits, name) ? 1 : 0;
      std::printf("%-9s %d %-6s nfev %4lld  LRE %5.2f %5.2f%s\n", name.c_str(), start + 1, label,
                  static_cast<long long>(out.nfev), worst.parameters, worst.errors,
                  worst.passes(digits, name) ? "" : "  <--");
      EXPECT_EQ(out.nfev, evaluator.calls) << name;
    }
  }
  std::printf("%s: %d of 54\n", label, passed);
  return passed;
}

TEST(Nist, AreParsedCompletely) {
  for (const std::string& name : nist_names()) {
    const NistSet set = load_nist(name);
    ASSERT_GE(set.n(), 2) << name;
    EXPECT_EQ(set.start[0].size(), set.certified.size()) << name;
    EXPECT_EQ(set.error.size(), set.certified.size()) << name;
    DenseEvaluator evaluator(set.n(), set.m(), set.rows);
    EXPECT_NEAR(2 * evaluator.cost(set.certified), set.rss, 1e-9 * set.rss + 1e-18) << name;
  }
}

TEST(Nist, TrfReachesTenDigitsInAll54) { EXPECT_EQ(runs_that_reach(10, Method::trf, "trf"), 54); }

TEST(Nist, LmReachesTenDigitsInAll54) { EXPECT_EQ(runs_that_reach(10, Method::lm, "lm"), 54); }

TEST(Nist, DogboxReachesTenDigitsInAtLeast52) {
  EXPECT_GE(runs_that_reach(10, Method::dogbox, "dogbox"), 52);
}

TEST(Nist, WideBoundsDoNotDisturbTrf) {
  int passed = 0;
  for (const std::string& name : nist_names()) {
    const NistSet set = load_nist(name);
    for (int start = 0; start < 2; ++start) {
      std::vector<double> lower, upper;
      for (std::size_t j = 0; j < set.certified.size(); ++j) {
        const double reach =
            1e3 * std::max(std::abs(set.certified[j]), std::abs(set.start[start][j]));
        lower.push_back(-reach);
        upper.push_back(reach);
      }
      DenseEvaluator evaluator(set.n(), set.m(), set.rows);
      const solve::Outcome out = run(evaluator, set.start[start], {}, lower, upper);
      EXPECT_EQ(evaluator.violations, 0) << name;
      passed += score(set, out).passes(10, name) ? 1 : 0;
    }
  }
  EXPECT_GE(passed, 53);  // MGH17 from its first start meets a bound on a plateau
}

}  // namespace
}  // namespace nlsq::test
