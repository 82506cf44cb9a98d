// SPDX-License-Identifier: MIT
// A value depends on its own operands, not on what stands beside it in a vector: fits that run side
// by side rely on it. Vector libraries choose their path by the whole vector, so this is not a
// matter of course.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "engine/interpreter/kernels.hpp"

namespace nlsq::engine {
namespace {

using program::Code;

// Small, middling, huge, tiny and special values in every order.
std::vector<double> mixed_values(std::mt19937& random, std::size_t n) {
  std::uniform_real_distribution<double> mantissa(-1.0, 1.0);
  std::uniform_int_distribution<int> kind(0, 9);
  std::vector<double> values(n);
  for (double& v : values) {
    const double m = mantissa(random);
    switch (kind(random)) {
      case 0: v = 1e3 * m; break;
      case 1: v = 1e9 * m; break;
      case 2: v = 1e16 * m; break;
      case 3: v = 1e-310 * m; break;
      case 4: v = 1e200 * m; break;
      case 5: v = std::numeric_limits<double>::quiet_NaN(); break;
      case 6: v = std::copysign(std::numeric_limits<double>::infinity(), m); break;
      default: v = 20.0 * m;
    }
  }
  return values;
}

bool same(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) ||
         std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

TEST(Kernels, ValuesDoNotDependOnTheirNeighbours) {
  constexpr index_t kRows = 16384, kVector = 16;
  for (const Isa isa : available_isas()) {
    const KernelTable& table = kernel_table(isa);
    std::mt19937 random(11);
    for (int i = 0; i < static_cast<int>(Code::count); ++i) {
      const auto code = static_cast<Code>(i);
      const Kernel kernel = table[static_cast<std::size_t>(i)][0];
      if (kernel == nullptr || code == Code::widen || code == Code::copy) continue;
      const auto a = mixed_values(random, kRows), b = mixed_values(random, kRows),
                 c = mixed_values(random, kRows), e = mixed_values(random, kRows);
      std::vector<double> mixed(kRows), second(kRows), alone(kVector), second_alone(kVector);
      kernel({.a = a.data(),
              .b = b.data(),
              .c = c.data(),
              .e = e.data(),
              .d = mixed.data(),
              .d2 = second.data()},
             kRows);
      for (std::size_t r = 0; r < kRows; ++r) {
        const std::vector<double> a1(kVector, a[r]), b1(kVector, b[r]), c1(kVector, c[r]),
            e1(kVector, e[r]);
        kernel({.a = a1.data(),
                .b = b1.data(),
                .c = c1.data(),
                .e = e1.data(),
                .d = alone.data(),
                .d2 = second_alone.data()},
               kVector);
        EXPECT_TRUE(same(mixed[r], alone[0]))
            << "code " << i << " on " << name(isa) << " of " << a[r] << ", " << b[r] << ", " << c[r]
            << ": " << mixed[r] << " beside others, " << alone[0] << " alone";
        if (code == Code::sincos) {
          ASSERT_TRUE(same(second[r], second_alone[0])) << "cos of " << a[r] << " on " << name(isa);
        }
      }
    }
  }
}

}  // namespace
}  // namespace nlsq::engine
