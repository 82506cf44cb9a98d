// SPDX-License-Identifier: MIT
// The inline exponential against the long double one, everywhere and on every instruction set.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>

#include "engine/interpreter/kernels.hpp"
#include "op_support.hpp"

namespace nlsq::engine {
namespace {

std::vector<double> exp_of(Isa isa, std::vector<double> x) {
  std::vector<double> out(x.size());
  Call call{};
  call.a = x.data();
  call.d = out.data();
  kernel_table(isa)[static_cast<std::size_t>(program::Code::exp)][0](
      call, static_cast<index_t>(x.size()));
  return out;
}

TEST(Exp, IsRightToAUnitInTheLastPlace) {
  std::mt19937_64 generator(7);
  std::vector<double> x;
  for (const auto& [low, high] : {std::pair{-745.2, 709.8}, {-1.0, 1.0}, {-0.35, 0.35}}) {
    std::uniform_real_distribution<double> uniform(low, high);
    for (int i = 0; i < 1 << 16; ++i) x.push_back(uniform(generator));
  }
  for (const Isa isa : available_isas()) {
    const std::vector<double> got = exp_of(isa, x);
    double worst = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const long double exact = std::exp(static_cast<long double>(x[i]));
      const long double unit = std::ldexp(1.0L, std::max(std::ilogb(exact) - 52, -1074));
      worst = std::max(worst, static_cast<double>(std::fabs(got[i] - exact) / unit));
    }
    EXPECT_LT(worst, 1.0) << name(isa);
    RecordProperty(std::string(name(isa)), std::to_string(worst));
  }
}

TEST(Exp, HasTheEdgesOfIeee) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  const std::vector<double> x{0.0,
                              -0.0,
                              1e-320,
                              -1e-17,
                              kInf,
                              -kInf,
                              std::nan(""),
                              709.782712893384,
                              709.7827128933841,
                              -745.1332191019411,
                              -745.13321910194122,
                              1e308,
                              -1e308,
                              1.0,
                              -708.5,
                              -1.0};
  for (const Isa isa : available_isas()) {
    const std::vector<double> got = exp_of(isa, x);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double exact = std::exp(x[i]);
      if (std::isnan(exact)) {
        EXPECT_TRUE(std::isnan(got[i]));
      } else if (std::isinf(exact) || exact == 0.0) {
        EXPECT_EQ(got[i], exact) << name(isa) << " " << x[i];
      } else {
        EXPECT_NEAR(got[i] / exact, 1.0, 3e-16) << name(isa) << " " << x[i];
      }
    }
    EXPECT_EQ(got[0], 1.0);
    EXPECT_EQ(got[1], 1.0);
  }
}

}  // namespace
}  // namespace nlsq::engine
