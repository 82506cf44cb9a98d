// SPDX-License-Identifier: MIT
// Kernels in single precision against those in double precision on the same float32 arguments: each
// value to a few units in the last place of float32.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "engine/interpreter/interpreter.hpp"
#include "engine/interpreter/kernels.hpp"
#include "engine/isa.hpp"

namespace nlsq::engine {
namespace {

using program::Code;

constexpr index_t kRows = 4096;

// The same values in both precisions.
struct Column {
  Column(std::mt19937& random, double from, double to) : wide(kRows), narrow(kRows) {
    std::uniform_real_distribution<double> uniform(from, to);
    for (std::size_t r = 0; r < kRows; ++r) {
      narrow[r] = static_cast<float>(uniform(random));
      wide[r] = static_cast<double>(narrow[r]);
    }
  }
  const double* as_doubles() const { return reinterpret_cast<const double*>(narrow.data()); }
  std::vector<double> wide;
  std::vector<float> narrow;
};

// Where the functions are finite and not steep.
std::pair<double, double> range_of(Code code) {
  switch (code) {
    case Code::asin:
    case Code::acos:
    case Code::atanh: return {-0.95, 0.95};
    case Code::acosh: return {1.1, 50.0};
    case Code::pow:
    case Code::log:
    case Code::log2:
    case Code::log10:
    case Code::log1p:
    case Code::sqrt:
    case Code::lgamma:
    case Code::mod: return {3.0, 8.0};
    default: return {-8.0, 8.0};
  }
}

// f(x) moves by |x f′(x)| units for one of the argument; the arguments are exact, so this is not
// allowed for, but kernels may round x·(1/ln 2) and the like.
double allowed(Code code, double exact) {
  const double units = code == Code::lgamma || code == Code::logaddexp ? 64.0 : 8.0;
  const double floor = code == Code::sin || code == Code::cos || code == Code::sincos ||
                               code == Code::tan || code == Code::lgamma || code == Code::fma ||
                               code == Code::fms || code == Code::fnma || code == Code::fma_sub ||
                               code == Code::add || code == Code::sub || code == Code::logaddexp
                           ? 1.0
                           : 1e-30;
  return units * 0x1p-24 * std::max(std::abs(exact), floor);
}

std::vector<Isa> vector_isas() {
  std::vector<Isa> all = available_isas();
  std::erase(all, Isa::portable);
  return all;
}

TEST(Float32Kernels, GiveTheValuesOfDoublePrecisionRounded) {
  for (const Isa isa : vector_isas()) {
    const KernelTable& narrow = kernel_table(isa, Values::float32);
    const KernelTable& wide = kernel_table(isa);
    std::mt19937 random(3);
    int tried = 0;
    for (int i = 0; i < static_cast<int>(Code::count); ++i) {
      const auto code = static_cast<Code>(i);
      const auto at = static_cast<std::size_t>(i);
      if (narrow[at][0] == nullptr || code == Code::widen || code == Code::polynomial) continue;
      ASSERT_NE(wide[at][0], nullptr);
      const auto [from, to] = range_of(code);
      const Column a(random, from, to), b(random, from, to), c(random, from, to), e(random, -1, 1);
      std::vector<double> exact(kRows), exact2(kRows);
      std::vector<float> value(kRows), value2(kRows);
      for (std::size_t mask = 0; mask < 8; ++mask) {
        if (narrow[at][mask] == nullptr) continue;
        ASSERT_NE(wide[at][mask], nullptr) << i << " " << mask;
        ++tried;
        // A slot is the same value repeated.
        const auto slot = [mask](const Column& column, unsigned bit) {
          Column copy = column;
          if ((mask & bit) != 0) {
            std::fill(copy.wide.begin(), copy.wide.end(), column.wide[0]);
            std::fill(copy.narrow.begin(), copy.narrow.end(), column.narrow[0]);
          }
          return copy;
        };
        const Column x = slot(a, 1), y = slot(b, 2), z = slot(c, 4);
        wide[at][mask]({.a = x.wide.data(),
                        .b = y.wide.data(),
                        .c = z.wide.data(),
                        .e = e.wide.data(),
                        .d = exact.data(),
                        .d2 = exact2.data()},
                       kRows);
        narrow[at][mask]({.a = x.as_doubles(),
                          .b = y.as_doubles(),
                          .c = z.as_doubles(),
                          .e = e.as_doubles(),
                          .d = reinterpret_cast<double*>(value.data()),
                          .d2 = reinterpret_cast<double*>(value2.data())},
                         kRows);
        for (std::size_t r = 0; r < kRows; ++r) {
          // Products of the size of the terms, not of their difference, are what is rounded.
          const double size =
              code == Code::fma || code == Code::fms || code == Code::fnma || code == Code::fma_sub
                  ? 64.0
                  : exact[r];
          ASSERT_NEAR(static_cast<double>(value[r]), exact[r], allowed(code, size))
              << "code " << i << " mask " << mask << " on " << name(isa) << " of " << x.wide[r]
              << ", " << y.wide[r] << ", " << z.wide[r];
          if (code != Code::sincos) continue;
          ASSERT_NEAR(static_cast<double>(value2[r]), exact2[r], allowed(code, exact2[r]));
        }
      }
    }
    EXPECT_GE(tried, 60) << name(isa);
  }
}

TEST(Float32Kernels, ExpIsItselfAtTheEdges) {
  for (const Isa isa : vector_isas()) {
    const Kernel kernel =
        kernel_table(isa, Values::float32)[static_cast<std::size_t>(Code::exp)][0];
    const float inf = std::numeric_limits<float>::infinity();
    std::vector<float> x = {0.0F, -0.0F, 88.7F,  88.8F, -87.0F, -103.0F, -110.0F, inf,
                            -inf, NAN,   1e-30F, 1.0F,  -1.0F,  200.0F,  -1e30F,  0.5F};
    std::vector<float> y(x.size());
    kernel(
        {.a = reinterpret_cast<const double*>(x.data()), .d = reinterpret_cast<double*>(y.data())},
        static_cast<index_t>(x.size()));
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double exact = std::exp(static_cast<double>(x[i]));
      if (std::isnan(x[i])) {
        EXPECT_TRUE(std::isnan(y[i]));
      } else if (exact > 3.5e38) {
        EXPECT_EQ(y[i], inf) << x[i];
      } else {
        EXPECT_NEAR(static_cast<double>(y[i]), exact, 0x1p-23 * exact + 1.5e-45) << x[i];
      }
    }
  }
}

TEST(Float32Kernels, APolynomialAndAFloat32ColumnAreRead) {
  std::mt19937 random(5);
  for (const Isa isa : vector_isas()) {
    const KernelTable& table = kernel_table(isa, Values::float32);
    const Column x(random, -2, 2), e(random, -1, 1);
    std::vector<float> value(kRows), slots;
    const std::vector<double> coefficients = {1.0, -2.0, 0.5, 0.25, -0.125, 1.5, -1.0};
    for (const double c : coefficients)
      for (int k = 0; k < kSlotWidth; ++k) slots.push_back(static_cast<float>(c));
    for (const int degree : {2, 3, 4, 5, 6}) {
      table[static_cast<std::size_t>(Code::polynomial)][2](
          {.a = x.as_doubles(),
           .b = reinterpret_cast<const double*>(slots.data()),
           .e = e.as_doubles(),
           .d = reinterpret_cast<double*>(value.data()),
           .imm = degree},
          kRows);
      for (std::size_t r = 0; r < kRows; ++r) {
        double exact = 0.0;
        for (int k = degree; k >= 0; --k)
          exact = exact * x.wide[r] + coefficients[static_cast<std::size_t>(k)];
        ASSERT_NEAR(static_cast<double>(value[r]), exact - e.wide[r], 2e-5) << degree;
      }
    }
    table[static_cast<std::size_t>(Code::widen)][0](
        {.a = x.as_doubles(), .d = reinterpret_cast<double*>(value.data())}, kRows);
    EXPECT_EQ(value, x.narrow);
  }
}

}  // namespace
}  // namespace nlsq::engine
