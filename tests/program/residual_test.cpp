// SPDX-License-Identifier: MIT
#include "program/residual.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "engine/isa.hpp"
#include "residual_problems.hpp"
#include "residual_support.hpp"

namespace nlsq::program {
namespace {

using Order = ResidualSpec::Order;
using test::Problem;
using test::problems;

struct ResidualTest : ::testing::Test {
  // Columns, parameters and spec of a problem with everything the weighting and the loss add.
  void prepare(const Problem& problem, Weighting weighting, Loss loss, bool masked = false) {
    model = std::make_unique<Model>(Model::parse_outputs(problem.formulas, problem.columns));
    spec = {};
    spec.sizes = problem.sizes;
    parameters = problem.parameters;
    for (index_t i = 0; i < static_cast<index_t>(parameters.size()); ++i) spec.free.push_back(i);
    spec.weighting = weighting;
    spec.loss = loss;
    spec.masked = masked;
    columns = problem.data;
    std::mt19937 random(11);
    std::normal_distribution<double> normal(0.0, 1.0);
    const std::size_t rows = columns[0].size(), outputs = problem.formulas.size();
    for (std::size_t o = 0; o < outputs; ++o) {
      std::vector<double> y;
      for (std::size_t i = 0; i < rows; ++i) {
        y.push_back(
            static_cast<double>(test::model_value(*model, o, spec.sizes, parameters, columns, i)) +
            normal(random));
      }
      columns.push_back(y);
    }
    if (weighting == Weighting::column) {
      for (std::size_t o = 0; o < outputs; ++o) {
        std::vector<double> sigma;
        for (std::size_t i = 0; i < rows; ++i) {
          const bool dropped = masked && i % 5 == 2;
          sigma.push_back(dropped ? INFINITY : 0.5 + 0.1 * static_cast<double>(i % 7));
        }
        columns.push_back(sigma);
      }
    }
    if (weighting == Weighting::number) parameters.insert(parameters.end(), outputs, 0.8);
    if (loss != Loss::linear) parameters.push_back(scale);
  }

  double weight(std::size_t output, std::size_t row) const {
    if (spec.weighting == Weighting::number) return 1.0 / 0.8;
    if (spec.weighting == Weighting::none) return 1.0;
    const std::size_t outputs = static_cast<std::size_t>(model->outputs());
    return 1.0 / columns[columns.size() - outputs + output][row];
  }
  double response(std::size_t output, std::size_t row) const {
    const std::size_t outputs = static_cast<std::size_t>(model->outputs());
    const std::size_t first =
        columns.size() - outputs * (spec.weighting == Weighting::column ? 2 : 1);
    return columns[first + output][row];
  }

  void check(const std::string& what) {
    const ResidualProgram made = build_residual(*model->impl(), spec);
    const std::size_t n = spec.free.size();
    const auto full = test::run_residual(made.full, made.outputs, columns, parameters, n);
    const auto value = test::run_residual(made.value, made.value_outputs, columns, parameters, n);
    ASSERT_EQ(full.size(), static_cast<std::size_t>(model->outputs()));
    for (std::size_t o = 0; o < full.size(); ++o) {
      for (std::size_t i = 0; i < columns[0].size(); ++i) {
        const double w = weight(o, i);
        const long double exact = test::model_value(*model, o, spec.sizes, parameters, columns, i);
        const auto f = static_cast<double>(w > 0 ? (exact - response(o, i)) * w : 0.0L);
        ASSERT_NEAR(full[o].f[i], f, 2e-14) << what << " row " << i;
        ASSERT_NEAR(value[o].f[i], f, 2e-14) << what << " row " << i;
        for (std::size_t j = 0; j < n; ++j) {
          const long double slope =
              w > 0 ? test::model_slope(*model, o, spec.sizes, parameters, columns, i, spec.free[j])
                    : 0.0L;
          ASSERT_NEAR(full[o].jacobian[j][i], static_cast<double>(slope * w), 1e-10)
              << what << " row " << i << " column " << j;
        }
        if (spec.loss != Loss::linear) check_loss(full[o], value[o], i, what);
      }
    }
  }

  // ρ, ρ′ and ρ″ as SciPy defines them.
  void check_loss(const test::OutputRows& full, const test::OutputRows& value, std::size_t i,
                  const std::string& what) {
    const double f = full.f[i], z = f * f / (scale * scale);
    double rho = 0, first = 0, second = 0;
    switch (spec.loss) {
      case Loss::soft_l1:
        rho = 2 * (std::sqrt(1 + z) - 1), first = 1 / std::sqrt(1 + z),
        second = -0.5 * std::pow(1 + z, -1.5);
        break;
      case Loss::huber:
        rho = z <= 1 ? z : 2 * std::sqrt(z) - 1, first = z <= 1 ? 1 : 1 / std::sqrt(z),
        second = z <= 1 ? 0 : -0.5 * std::pow(z, -1.5);
        break;
      case Loss::cauchy:
        rho = std::log1p(z), first = 1 / (1 + z), second = -1 / ((1 + z) * (1 + z));
        break;
      case Loss::arctan:
        rho = std::atan(z), first = 1 / (1 + z * z), second = -2 * z / ((1 + z * z) * (1 + z * z));
        break;
      case Loss::linear: break;
    }
    const double square = first + 2 * second * z;
    ASSERT_NEAR(full.rho[i], rho, 1e-13) << what;
    ASSERT_NEAR(value.rho[i], rho, 1e-13) << what;
    ASSERT_NEAR(full.weighted_f[i], first * f, 1e-13) << what;
    ASSERT_NEAR(full.root_scale[i] * full.root_scale[i], square > 1e-12 ? square : 0.0, 1e-12)
        << what;
  }

  std::unique_ptr<Model> model;
  ResidualSpec spec;
  std::vector<double> parameters;
  std::vector<std::vector<double>> columns;
  double scale = 0.6;
};

TEST_F(ResidualTest, ValuesAndJacobiansAgreeWithBruteForceForEveryWeighting) {
  for (const Problem& problem : problems()) {
    for (const Weighting weighting : {Weighting::none, Weighting::number, Weighting::column}) {
      prepare(problem, weighting, Loss::linear);
      check(problem.name);
    }
    prepare(problem, Weighting::column, Loss::linear, true);
    check(problem.name + " masked");
  }
}

TEST_F(ResidualTest, EveryLossAgreesWithItsDefinition) {
  for (const Loss loss : {Loss::soft_l1, Loss::huber, Loss::cauchy, Loss::arctan}) {
    for (const double s : {0.2, 1.0, 5.0}) {
      scale = s;
      for (const Weighting weighting : {Weighting::none, Weighting::number, Weighting::column}) {
        prepare(problems()[1], weighting, loss);
        check("decay");
      }
      prepare(problems()[7], Weighting::column, loss, true);
      check("two outputs masked");
    }
  }
}

TEST_F(ResidualTest, MaskedRowsAreZeroWhateverTheModelGives) {
  prepare(problems()[1], Weighting::column, Loss::cauchy, true);
  columns[0][2] = NAN;  // row 2 is masked
  columns[0][7] = 1e308;
  for (const Order order : {Order::forward, Order::reverse}) {
    spec.order = order;
    const ResidualProgram made = build_residual(*model->impl(), spec);
    const auto got = test::run_residual(made.full, made.outputs, columns, parameters, 3);
    for (const std::size_t row : {2u, 7u}) {
      EXPECT_EQ(got[0].f[row], 0.0);
      EXPECT_EQ(got[0].rho[row], 0.0);
      EXPECT_EQ(got[0].weighted_f[row], 0.0);
      for (const auto& column : got[0].jacobian) EXPECT_EQ(column[row], 0.0);
    }
  }
}

TEST_F(ResidualTest, BothOrdersAndThePlainProgramGiveTheSame) {
  for (const Problem& problem : problems()) {
    prepare(problem, Weighting::column, Loss::soft_l1);
    const std::size_t n = spec.free.size();
    std::vector<std::vector<test::OutputRows>> all;
    for (const bool simplify : {true, false}) {
      for (const Order order : {Order::forward, Order::reverse, Order::automatic}) {
        spec.simplify = simplify;
        spec.order = order;
        const ResidualProgram made = build_residual(*model->impl(), spec);
        if (order != Order::automatic) {
          EXPECT_EQ(made.order == expr::Accumulation::forward, order == Order::forward);
        }
        all.push_back(test::run_residual(made.full, made.outputs, columns, parameters, n));
      }
    }
    for (const auto& other : all) {
      for (std::size_t o = 0; o < other.size(); ++o) {
        for (std::size_t i = 0; i < columns[0].size(); ++i) {
          ASSERT_NEAR(other[o].f[i], all[0][o].f[i], 1e-13) << problem.name;
          ASSERT_NEAR(other[o].root_scale[i], all[0][o].root_scale[i], 1e-13) << problem.name;
          for (std::size_t j = 0; j < n; ++j) {
            ASSERT_NEAR(other[o].jacobian[j][i], all[0][o].jacobian[j][i], 1e-13) << problem.name;
          }
        }
      }
    }
  }
}

TEST_F(ResidualTest, FixedParametersHaveNoColumn) {
  prepare(problems()[2], Weighting::none, Loss::linear);
  spec.free = {0, 3};
  check("peak with two free");
  const ResidualProgram made = build_residual(*model->impl(), spec);
  EXPECT_EQ(made.outputs[0].jacobian.size(), 2u);
  EXPECT_EQ(made.model_parameters, 5);
}

TEST_F(ResidualTest, AParameterThatCannotMatterHasNoColumn) {
  prepare(problems()[9], Weighting::none, Loss::linear);
  EXPECT_EQ(build_residual(*model->impl(), spec).outputs[0].jacobian.size(), 1u);
  EXPECT_EQ(model->unused_parameters(), std::vector<std::string>{"b"});
}

TEST_F(ResidualTest, ASingleElementOfAGatheredVectorMayBeFree) {
  prepare(problems()[6], Weighting::none, Loss::linear);
  spec.free = {1, 3, 6};
  check("groups with three free");
}

TEST_F(ResidualTest, WithoutAResponseTheModelIsTheResidual) {
  const Model plain = Model::parse("a*x - 1");
  ResidualSpec wanted;
  wanted.sizes = {1};
  wanted.free = {0};
  wanted.has_response = false;
  const ResidualProgram made = build_residual(*plain.impl(), wanted);
  const auto got = test::run_residual(made.full, made.outputs, {{1.0, 2.0}}, {3.0}, 1);
  EXPECT_EQ(got[0].f, (std::vector<double>{2.0, 5.0}));
  EXPECT_EQ(got[0].jacobian[0], (std::vector<double>{1.0, 2.0}));
}

TEST_F(ResidualTest, ValuesAloneAreTheModel) {
  const Model model_of_two = Model::parse_outputs({"a*x", "x + b"}, {"x"});
  const Program program = build_values(*model_of_two.impl(), base::Indices{1, 1}, {});
  const std::vector<std::vector<double>> x{{1.0, 2.0}};
  const double p[] = {3.0, 10.0};
  const auto got = test::run_program(program, x, p, 2);
  EXPECT_EQ(got[0], (std::vector<double>{3.0, 6.0}));
  EXPECT_EQ(got[1], (std::vector<double>{11.0, 12.0}));
}

// The same bits for any block; on another instruction set functions of the vector library and fused
// products may differ in their last digits.
TEST_F(ResidualTest, BlocksAndInstructionSetsAgree) {
  prepare(problems()[3], Weighting::column, Loss::arctan);
  const ResidualProgram made = build_residual(*model->impl(), spec);
  std::vector<test::OutputRows> first;
  for (const engine::Isa isa : engine::available_isas()) {
    const auto run = [&](index_t block) {
      return test::run_residual(made.full, made.outputs, columns, parameters, 7,
                                {.isa = isa, .block = block});
    };
    const auto base = run(64);
    for (const index_t block : {16, 32, 128, 512}) {
      const auto other = run(block);
      EXPECT_EQ(other[0].f, base[0].f) << engine::name(isa) << ' ' << block;
      EXPECT_EQ(other[0].jacobian, base[0].jacobian) << engine::name(isa) << ' ' << block;
      EXPECT_EQ(other[0].root_scale, base[0].root_scale) << engine::name(isa) << ' ' << block;
    }
    if (first.empty()) first = base;
    const auto near = [&](const std::vector<double>& a, const std::vector<double>& b) {
      ASSERT_EQ(a.size(), b.size());
      double size = 0.0;
      for (const double v : b) size = std::max(size, std::abs(v));
      for (std::size_t i = 0; i < a.size(); ++i)
        EXPECT_NEAR(a[i], b[i], 1e-13 * size) << engine::name(isa) << ' ' << i;
    };
    near(base[0].f, first[0].f);
    near(base[0].root_scale, first[0].root_scale);
    ASSERT_EQ(base[0].jacobian.size(), first[0].jacobian.size());
    for (std::size_t j = 0; j < first[0].jacobian.size(); ++j)
      near(base[0].jacobian[j], first[0].jacobian[j]);
  }
}

}  // namespace
}  // namespace nlsq::program
