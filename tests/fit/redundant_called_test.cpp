// SPDX-License-Identifier: MIT
// Redundant parameters of functions that are called as they are: rank, what is determined and its
// errors are those without them, to the digits that differences have, and to all of them with a
// Jacobian of the caller's.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "nlsq/least_squares.hpp"

namespace nlsq::test {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

using Values = std::span<const double>;
using Curve = std::function<double(double x, Values p)>;
using Gradient = std::function<void(double x, Values p, std::span<double> row)>;

struct Family {
  std::string name;
  Curve full;
  Gradient gradient;
  std::vector<double> start;
  Curve reduced;
  std::vector<double> reduced_start;
  std::vector<std::size_t> shared, of_reduced;  // what is determined, in both
  index_t rank;
};

const std::vector<Family>& families() {
  static const Curve decay = [](double x, Values p) { return p[0] * std::exp(-p[1] * x); };
  static const Curve line = [](double x, Values p) { return p[0] * x + p[1]; };
  static const std::vector<Family> all = {
      {"a*b*exp(-c*x)",
       [](double x, Values p) { return p[0] * p[1] * std::exp(-p[2] * x); },
       [](double x, Values p, std::span<double> row) {
         const double e = std::exp(-p[2] * x);
         row[0] = p[1] * e, row[1] = p[0] * e, row[2] = -x * p[0] * p[1] * e;
       },
       {1, 1, 1},
       decay,
       {1, 1},
       {2},
       {1},
       2},
      {"(a+b)*exp(-c*x)",
       [](double x, Values p) { return (p[0] + p[1]) * std::exp(-p[2] * x); },
       [](double x, Values p, std::span<double> row) {
         const double e = std::exp(-p[2] * x);
         row[0] = row[1] = e, row[2] = -x * (p[0] + p[1]) * e;
       },
       {1, 1, 1},
       decay,
       {1, 1},
       {2},
       {1},
       2},
      {"a*exp(b-c*x)",
       [](double x, Values p) { return p[0] * std::exp(p[1] - p[2] * x); },
       [](double x, Values p, std::span<double> row) {
         const double e = std::exp(p[1] - p[2] * x);
         row[0] = e, row[1] = p[0] * e, row[2] = -x * p[0] * e;
       },
       {1, 0.5, 1},
       decay,
       {1, 1},
       {2},
       {1},
       2},
      {"a*b*x+c",
       [](double x, Values p) { return p[0] * p[1] * x + p[2]; },
       [](double x, Values p, std::span<double> row) {
         row[0] = p[1] * x, row[1] = p[0] * x, row[2] = 1;
       },
       {1, 1, 1},
       line,
       {1, 1},
       {2},
       {1},
       2},
      {"a*x+b+c+0*d",
       [](double x, Values p) { return p[0] * x + p[1] + p[2] + 0 * p[3]; },
       [](double x, Values, std::span<double> row) { row[0] = x, row[1] = row[2] = 1, row[3] = 0; },
       {1, 1, 1, 1},
       line,
       {1, 1},
       {0},
       {0},
       2},
      {"a*b*c*exp(-d*x)",
       [](double x, Values p) { return p[0] * p[1] * p[2] * std::exp(-p[3] * x); },
       [](double x, Values p, std::span<double> row) {
         const double e = std::exp(-p[3] * x);
         row[0] = p[1] * p[2] * e, row[1] = p[0] * p[2] * e, row[2] = p[0] * p[1] * e;
         row[3] = -x * p[0] * p[1] * p[2] * e;
       },
       {1, 1, 1, 1},
       decay,
       {1, 1},
       {3},
       {1},
       2},
  };
  return all;
}

struct Data {
  std::vector<double> x, y;
};

Data make(bool straight, int rows = 60) {
  std::mt19937 random(7);
  std::normal_distribution<double> noise;
  Data out;
  for (int i = 0; i < rows; ++i) {
    out.x.push_back(0.1 + 2.9 * i / (rows - 1));
    const double x = out.x.back();
    out.y.push_back((straight ? 2 * x + 1 : 3 * std::exp(-0.7 * x)) + 0.02 * noise(random));
  }
  return out;
}

FitResult fit(const Data& data, const Curve& curve, const Gradient* gradient,
              std::vector<double> start, LeastSquaresOptions options) {
  const auto residuals = [&](Values p, std::span<double> f) {
    for (std::size_t i = 0; i < f.size(); ++i) f[i] = curve(data.x[i], p) - data.y[i];
  };
  double square = 0;
  for (const double y : data.y) square += y * y;
  options.data_norm = std::sqrt(square);
  const auto m = static_cast<index_t>(data.x.size());
  if (gradient == nullptr) return least_squares(residuals, m, start, options);
  const auto jacobian = [&](Values p, std::span<double> J) {
    for (std::size_t i = 0; i < data.x.size(); ++i)
      (*gradient)(data.x[i], p, J.subspan(i * p.size(), p.size()));
  };
  return least_squares(residuals, jacobian, m, start, options);
}

std::vector<double> vary(std::vector<double> start, int seed) {
  std::mt19937 random(static_cast<unsigned>(seed));
  std::normal_distribution<double> normal;
  for (double& p : start) p *= std::exp(0.3 * normal(random));
  return start;
}

struct Tolerance {
  double cost, value, error;
};

void expect_same(const Family& family, const FitResult& full, const FitResult& reduced,
                 const Tolerance& to, int seed) {
  SCOPED_TRACE(family.name + " start " + std::to_string(seed));
  EXPECT_TRUE(full.success) << full.message;
  EXPECT_EQ(full.rank, family.rank);
  EXPECT_EQ(full.dof, reduced.dof);
  EXPECT_NEAR(full.cost / reduced.cost, 1, to.cost);
  for (std::size_t k = 0; k < family.shared.size(); ++k) {
    const std::size_t i = family.shared[k], j = family.of_reduced[k];
    EXPECT_NEAR(full.popt[i] / reduced.popt[j], 1, to.value);
    EXPECT_NEAR(full.perr[i] / reduced.perr[j], 1, to.error);
  }
  index_t lost = 0;
  for (const double e : full.perr) lost += e == kInf;
  EXPECT_EQ(lost, static_cast<index_t>(full.popt.size() - family.shared.size()));
}

struct Way {
  Method method;
  bool given;  // the Jacobian
  Differences differences;
  Loss loss;
};

std::string name_of(const testing::TestParamInfo<Way>& info) {
  const Way& way = info.param;
  return to_string(way.method) + "_" +
         (way.given                                     ? "given"
          : way.differences == Differences::three_point ? "central"
                                                        : "forward") +
         "_" + to_string(way.loss);
}

class RedundantCalled : public testing::TestWithParam<Way> {};

TEST_P(RedundantCalled, ParametersChangeNothingThatIsDetermined) {
  const Way& way = GetParam();
  // What forward differences leave of a covariance without redundant parameters is some 1e-7.
  const Tolerance to = way.given ? Tolerance{1e-8, 1e-8, 1e-8} : Tolerance{1e-8, 2e-6, 2e-5};
  for (const Family& family : families()) {
    const Data data =
        make(family.reduced_start.size() == 2 && family.name.find("exp") == std::string::npos);
    LeastSquaresOptions options;
    options.method = way.method;
    options.differences = way.differences;
    options.loss = way.loss;
    options.f_scale = 0.05;
    const FitResult reduced = fit(data, family.reduced, nullptr, family.reduced_start, [&] {
      LeastSquaresOptions best = options;
      best.differences = Differences::three_point;
      best.ftol = best.xtol = best.gtol = 1e-14;
      return best;
    }());
    for (int seed = 0; seed < 20; ++seed) {
      const FitResult full = fit(data, family.full, way.given ? &family.gradient : nullptr,
                                 vary(family.start, seed), options);
      expect_same(family, full, reduced, to, seed);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, RedundantCalled,
    testing::Values(Way{Method::trf, false, Differences::two_point, Loss::linear},
                    Way{Method::lm, false, Differences::two_point, Loss::linear},
                    Way{Method::dogbox, false, Differences::two_point, Loss::linear},
                    Way{Method::trf, false, Differences::three_point, Loss::linear},
                    Way{Method::trf, false, Differences::two_point, Loss::soft_l1},
                    Way{Method::trf, true, Differences::two_point, Loss::linear},
                    Way{Method::lm, true, Differences::two_point, Loss::linear},
                    Way{Method::dogbox, true, Differences::two_point, Loss::linear}),
    name_of);

TEST(RedundantCalledRank, IsToldNextToBounds) {
  const Family& family = families().front();
  const Data data = make(false);
  LeastSquaresOptions options;
  const FitResult reduced = fit(data, family.reduced, nullptr, family.reduced_start, options);
  for (const Method method : {Method::trf, Method::dogbox}) {
    for (const double most : {1.3, 1.5, 1.7, 2.0}) {
      options.method = method;
      options.lower = {0, 0, 0};
      options.upper = {most, 10, 5};
      // Starts at a bound, and on the way to it.
      for (const std::vector<double>& start :
           {std::vector<double>{most, 1, 1}, std::vector<double>{0.9 * most, 0.5, 0.3}}) {
        const FitResult full = fit(data, family.full, nullptr, start, options);
        SCOPED_TRACE(to_string(method) + " " + std::to_string(most));
        EXPECT_EQ(full.rank, 2);
        EXPECT_NEAR(full.cost / reduced.cost, 1, 2e-8);
        EXPECT_NEAR(full.perr[2] / reduced.perr[1], 1, 1e-4);
        EXPECT_EQ(full.perr[0], kInf);
      }
    }
  }
}

TEST(RedundantCalledRank, IsFullWhereColumnsHardlyDiffer) {
  // κ of the scaled columns: 3e9 at degree 10. Roundings of the data decide which steps come last.
  std::mt19937 random(3);
  std::normal_distribution<double> noise;
  for (const int degree : {6, 8, 10}) {
    for (int changed = 0; changed < 20; ++changed) {
      Data data;
      for (int i = 0; i < 82; ++i) {
        data.x.push_back(-9 + 6.0 * i / 81);
        data.y.push_back(std::sin(data.x.back()) + 0.001 * std::sin(7.0 * i) +
                         1e-13 * (changed == 0 ? 0.0 : noise(random)));
      }
      const Curve polynomial = [](double x, Values p) {
        double sum = 0;
        for (std::size_t k = p.size(); k-- > 0;) sum = sum * x + p[k];
        return sum;
      };
      const FitResult r = fit(data, polynomial, nullptr,
                              std::vector<double>(static_cast<std::size_t>(degree) + 1, 1.0), {});
      EXPECT_EQ(r.rank, degree + 1) << degree << " " << changed;
    }
  }
}

}  // namespace
}  // namespace nlsq::test
