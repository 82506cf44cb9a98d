// SPDX-License-Identifier: MIT
// All 27 NIST sets from both starts with every method at default options, and again with every set
// repeated 10⁴ times under each fold.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <map>

#include "nist/nist_sets.hpp"
#include "nlsq/fit.hpp"

namespace nlsq::test {
namespace {

struct Outcome {
  double parameters = 0.0, errors = 0.0;  // smallest LRE
  FitResult result;
};

FitOptions options_for(const NistSet& set, std::size_t start, Method method) {
  FitOptions options;
  options.method = method;
  for (std::size_t i = 0; i < set.parameters.size(); ++i)
    options.start[set.parameters[i]] = set.start[start][i];
  return options;
}

// Values in the order b1, b2, … whatever the order of appearance in the formula.
std::vector<double> in_order(const NistSet& set, const FitResult& result,
                             const std::vector<double>& values) {
  std::map<std::string, double> by_name;
  for (std::size_t i = 0; i < result.names.size(); ++i) by_name[result.names[i]] = values[i];
  std::vector<double> ordered;
  for (const std::string& name : set.parameters) ordered.push_back(by_name[name]);
  return ordered;
}

Outcome fit_set(const NistSet& set, std::size_t start, Method method, index_t repeat = 1,
                bool to_the_end = true, bool progressive = true,
                Precision precision = Precision::automatic) {
  const Model model = Model::parse(set.formula, set.columns);
  std::vector<std::vector<double>> x(set.x.size());
  std::vector<double> y;
  for (index_t k = 0; k < repeat; ++k) {
    for (std::size_t c = 0; c < x.size(); ++c)
      x[c].insert(x[c].end(), set.x[c].begin(), set.x[c].end());
    y.insert(y.end(), set.y.begin(), set.y.end());
  }
  Dataset data;
  for (std::size_t c = 0; c < x.size(); ++c) data.column(set.columns[c], x[c]);
  data.response(y);
  Outcome out;
  FitOptions options = options_for(set, start, method);
  // What is tested is what the folds keep; by default one step would be the end above 10⁶ rows.
  if (repeat > 1 && to_the_end) options.max_polish = 100;
  options.progressive = progressive;
  options.precision = precision;
  out.result = curve_fit(model, data, options);
  const double m = static_cast<double>(set.y.size()),
               n = static_cast<double>(set.parameters.size());
  const double shrink = std::sqrt((m - n) / (static_cast<double>(repeat) * m - n));
  out.parameters = smallest_lre(in_order(set, out.result, out.result.popt), set.certified);
  out.errors = smallest_lre(in_order(set, out.result, out.result.perr), set.error, shrink);
  return out;
}

class NistMethod : public testing::TestWithParam<Method> {};

TEST_P(NistMethod, ReachesTheCertifiedValuesFromBothStarts) {
  int ten = 0, six = 0;
  for (const NistSet& set : load_all_nist()) {
    for (std::size_t start = 0; start < 2; ++start) {
      const Outcome out = fit_set(set, start, GetParam());
      std::printf("%-9s start %zu  parameters %5.2f  errors %5.2f  nfev %4ld  %s\n",
                  set.name.c_str(), start + 1, out.parameters, out.errors,
                  static_cast<long>(out.result.nfev), out.result.fold.c_str());
      const bool good_errors = out.errors >= 10 || set.name == "Lanczos1";
      ten += out.parameters >= 10 && good_errors;
      six += out.parameters >= 6;
      if (out.parameters >= 6) {
        EXPECT_TRUE(out.result.success) << set.name;
        EXPECT_NEAR(out.result.rss, set.rss, std::max(1e-9 * set.rss, 1e-17)) << set.name;
      }
      if (GetParam() != Method::dogbox) {
        EXPECT_GE(out.parameters, 10) << set.name << " start " << start + 1;
        EXPECT_TRUE(good_errors) << set.name << " start " << start + 1 << ": " << out.errors;
      }
    }
  }
  std::printf("%s: %d of 54 with LRE >= 10, %d with LRE >= 6\n", to_string(GetParam()).c_str(), ten,
              six);
  if (GetParam() == Method::dogbox) {
    EXPECT_GE(six, 50);
  }
}

INSTANTIATE_TEST_SUITE_P(Nist, NistMethod, testing::Values(Method::trf, Method::lm, Method::dogbox),
                         [](const auto& method) { return to_string(method.param); });

class NistRepeated : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { setenv("NLSQ_FOLD", GetParam(), 1); }
  void TearDown() override { unsetenv("NLSQ_FOLD"); }
};

TEST_P(NistRepeated, KeepsNineDigitsOnSetsRepeatedTenThousandTimes) {
  const std::string fold = GetParam();
  for (const NistSet& set : load_all_nist()) {
    const Outcome out = fit_set(set, 1, Method::trf, 10000);
    std::printf("%-9s x 10^4 %-5s  parameters %5.2f  errors %5.2f  nfev %ld\n", set.name.c_str(),
                fold.c_str(), out.parameters, out.errors, static_cast<long>(out.result.nfev));
    if (fold == "gram") continue;  // printed beside the others: what a plain fold would lose
    EXPECT_GE(out.parameters, 9) << set.name;
    if (set.name != "Lanczos1") {
      EXPECT_GE(out.errors, 9) << set.name;
    }
  }
}

TEST(NistSlow, ParametersOfMillionsOfRowsAreRightToAHundredthOfAStandardErrorAtDefaults) {
  for (const NistSet& set : load_all_nist()) {
    const Outcome out = fit_set(set, 1, Method::trf, 10000, false);
    const std::vector<double> value = in_order(set, out.result, out.result.popt);
    const std::vector<double> error = in_order(set, out.result, out.result.perr);
    for (std::size_t i = 0; i < value.size(); ++i) {
      // Lanczos1's errors are rounding noise; certified values have eleven digits.
      const double rounding = 1e-9 * std::fabs(set.certified[i]);
      EXPECT_LE(std::fabs(value[i] - set.certified[i]), 0.01 * error[i] + rounding)
          << set.name << " " << set.parameters[i] << " nfev " << out.result.nfev;
    }
  }
}

TEST(NistSlow, ProgressiveFitsOfTwoMillionRowsEndWhereTheOthersDo) {
  int used = 0;
  for (const NistSet& set : load_all_nist()) {
    const auto repeat = static_cast<index_t>(2'000'000 / set.y.size());
    const Outcome on = fit_set(set, 1, Method::trf, repeat, false);
    const Outcome off = fit_set(set, 1, Method::trf, repeat, false, false);
    std::printf("%-9s x %-7ld nfev %ld + %ld, without %ld\n", set.name.c_str(),
                static_cast<long>(repeat), static_cast<long>(on.result.nfev),
                static_cast<long>(on.result.nfev_subsample), static_cast<long>(off.result.nfev));
    used += on.result.progressive ? 1 : 0;
    for (std::size_t i = 0; i < on.result.popt.size(); ++i) {
      const double rounding = 1e-9 * std::fabs(off.result.popt[i]);
      EXPECT_NEAR(on.result.popt[i], off.result.popt[i], 0.01 * off.result.perr[i] + rounding)
          << set.name << " " << on.result.names[i];
    }
  }
  EXPECT_GE(used, 15);
}

TEST(NistSlow, MixedPrecisionOfTwoMillionRowsEndsWhereDoublePrecisionDoes) {
  int used = 0;
  for (const NistSet& set : load_all_nist()) {
    for (std::size_t start = 0; start < 2; ++start) {
      const auto repeat = static_cast<index_t>(2'000'000 / set.y.size());
      const auto fit = [&](Precision precision, bool to_the_end) {
        return fit_set(set, start, Method::trf, repeat, to_the_end, false, precision).result;
      };
      const FitResult on = fit(Precision::mixed, false), off = fit(Precision::float64, false);
      std::printf("%-9s start %zu x %-7ld nfev %ld, %ld of them float32, without %ld\n",
                  set.name.c_str(), start + 1, static_cast<long>(repeat),
                  static_cast<long>(on.nfev), static_cast<long>(on.nfev_float32),
                  static_cast<long>(off.nfev));
      used += on.nfev_float32 > 0 ? 1 : 0;
      // Fits of so many rows end within a thousandth of a standard error.
      for (std::size_t i = 0; i < on.popt.size(); ++i) {
        const double rounding = 1e-9 * std::fabs(off.popt[i]);
        EXPECT_NEAR(on.popt[i], off.popt[i], 2e-3 * off.perr[i] + rounding)
            << set.name << " " << on.names[i];
      }
    }
  }
  EXPECT_GE(used, 20);
}

TEST(NistSlow, MixedPrecisionDrivenToTheEndKeepsNineDigits) {
  for (const NistSet& set : load_all_nist()) {
    for (std::size_t start = 0; start < 2; ++start) {
      for (const index_t repeat : {index_t{100}, index_t{3000}}) {
        const auto fit = [&](Precision precision) {
          return fit_set(set, start, Method::trf, repeat, true, false, precision).result;
        };
        const FitResult on = fit(Precision::mixed), off = fit(Precision::float64);
        for (std::size_t i = 0; i < on.popt.size(); ++i) {
          EXPECT_NEAR(on.popt[i], off.popt[i], 1e-9 * std::fabs(off.popt[i]))
              << set.name << " " << on.names[i] << " x " << repeat;
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(NistSlow, NistRepeated, testing::Values("pgram", "qr", "gram"),
                         [](const auto& fold) { return std::string(fold.param); });

}  // namespace
}  // namespace nlsq::test
