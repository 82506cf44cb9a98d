// SPDX-License-Identifier: MIT
#include "program/lower.hpp"

#include <gtest/gtest.h>

#include "expr/expression.hpp"
#include "support/graph_runner.hpp"
#include "support/random_graph.hpp"
#include "support/tolerance.hpp"

namespace nlsq::program {
namespace {

using expr::Expression;
using expr::Graph;
using expr::NodeId;

struct LowerTest : ::testing::Test {
  Expression p(index_t i) { return {&g, g.parameter(i)}; }
  Expression c(index_t i) { return {&g, g.column(i)}; }
  Expression n(double v) { return {&g, g.constant(v)}; }

  Program lowered(std::initializer_list<Expression> roots, bool fuse = true) {
    LowerOptions options{
        .offsets = {0, 1, 2, 3}, .parameters = 4, .columns = 4, .float32 = {}, .fuse = fuse};
    std::vector<Root> all;
    for (const Expression& root : roots) all.push_back({root.id, true});
    return lower(g, all, options);
  }

  static int count(const Program& program, Code code) {
    return static_cast<int>(
        std::count_if(program.row.begin(), program.row.end(),
                      [code](const Instruction& in) { return in.code == code; }));
  }

  // The value at columns 0.3, 1.7, −0.8, 2.2 and parameters 1.1, −0.4, 0.9, 2.5 agrees with the
  // reference.
  void expect_value(Expression root) {
    const test::Inputs<double> in{{{1.1}, {-0.4}, {0.9}, {2.5}}, {0.3, 1.7, -0.8, 2.2}};
    const double expected = test::reference_value(g, root.id, in);
    const std::vector<std::vector<double>> columns{{0.3}, {1.7}, {-0.8}, {2.2}};
    const std::vector<double> parameters{1.1, -0.4, 0.9, 2.5};
    for (const bool fuse : {true, false}) {
      const auto got = test::run_program(lowered({root}, fuse), columns, parameters, 1);
      EXPECT_NEAR(got[0][0], expected, 1e-14 * (1 + std::fabs(expected)))
          << to_string(lowered({root}, fuse));
    }
  }

  Graph g;
};

TEST_F(LowerTest, AProductThatASumAloneNeedsIsFused) {
  const Expression sum = c(0) * c(1) + c(2), left = c(0) * c(1) - c(3), right = c(3) - c(1) * c(2);
  const Program program = lowered({sum, right});
  EXPECT_EQ(count(program, Code::fma), 1);
  EXPECT_EQ(count(program, Code::fnma), 1);
  EXPECT_EQ(count(program, Code::mul), 0);
  EXPECT_EQ(count(lowered({left}), Code::fms), 1);
  for (const Expression& e : {sum, left, right}) expect_value(e);
}

TEST_F(LowerTest, AProductThatIsNeededTwiceStays) {
  const Expression product = c(0) * c(1);
  const Program program = lowered({product + c(2), product});
  EXPECT_EQ(count(program, Code::fma), 0);
  EXPECT_EQ(count(program, Code::mul), 1);
}

TEST_F(LowerTest, TheFirstRootComesLastWhereThatCostsNoRegister) {
  const Expression e = exp(c(0)), f = e * p(0) - c(1), g1 = c(0) * e;
  const Program residual = lowered({f, e, g1});
  ASSERT_EQ(residual.row.size(), 3u) << to_string(residual);
  EXPECT_EQ(residual.row.back().code, Code::fms);
  EXPECT_EQ(residual.outputs[0].index, residual.row.back().dst);
  EXPECT_EQ(residual.registers, 3u);
  // Its operand would have to be kept, or somebody reads it.
  EXPECT_EQ(lowered({f, g1 + c(2)}).row.back().code, Code::fma);
  EXPECT_EQ(lowered({e, g1}).row.back().code, Code::mul);
}

TEST_F(LowerTest, TheEndOfAResidualIsOneInstruction) {
  const Expression f = p(0) * c(0) + p(1) - c(1);
  const Program program = lowered({f});
  ASSERT_EQ(program.row.size(), 1u) << to_string(program);
  EXPECT_EQ(program.row[0].code, Code::fma_sub);
  expect_value(f);
}

TEST_F(LowerTest, SineAndCosineOfTheSameComeTogether) {
  const Expression f = sin(c(0)), h = cos(c(0));
  const Program program = lowered({f, h});
  EXPECT_EQ(program.row.size(), 1u);
  EXPECT_EQ(count(program, Code::sincos), 1);
  EXPECT_EQ(count(lowered({sin(c(0)), cos(c(1))}), Code::sincos), 0);
  expect_value(cos(c(0)) * p(0) - sin(c(0)) * c(0));
  expect_value(sin(c(0)) / cos(c(0)));
}

TEST_F(LowerTest, DivisionsByOneDenominatorShareItsReciprocal) {
  const Expression d = n(1.0) + c(1) * c(1);
  const Program program = lowered({c(0) / d, n(1.0) / d, c(2) / d});
  EXPECT_EQ(count(program, Code::reciprocal), 1);
  EXPECT_EQ(count(program, Code::div), 0);
  // Without a reciprocal in the model a single division stays one.
  EXPECT_EQ(count(lowered({c(0) / c(3)}), Code::div), 1);
  expect_value(c(0) / d + n(1.0) / d - c(2) / d);
}

TEST_F(LowerTest, PolynomialsAreOneInstruction) {
  const Expression x = c(0);
  const Expression cubic = p(0) + x * (p(1) + x * (p(2) + x * p(3)));
  const Program program = lowered({cubic - c(1)});
  ASSERT_EQ(program.row.size(), 1u) << to_string(program);
  EXPECT_EQ(program.row[0].code, Code::polynomial);
  EXPECT_EQ(program.row[0].imm, 3);
  expect_value(cubic);
  expect_value(cubic - c(1));
}

TEST_F(LowerTest, APolynomialWithARowTermInsideKeepsIt) {
  const Expression x = c(0), y = c(1);
  expect_value(p(0) + x * ((p(1) + x * (p(2) + x * p(3))) - y));
  expect_value(p(0) + x * (p(1) + x * ((p(2) + x * p(3)) - y)));
  expect_value((p(0) + x * ((p(1) + x * (p(2) + x * p(3))) - y)) - c(2));
  expect_value(p(0) + x * (y - (p(1) + x * (p(2) + x * p(3)))));
}

TEST_F(LowerTest, OnlyOneSubtractionEndsAnInstruction) {
  const Expression x = c(0);
  const Expression cubic = p(0) + x * (p(1) + x * (p(2) + x * p(3)));
  expect_value(cubic - c(1) - c(2));
  expect_value(cubic - c(1) - c(2) - c(3));
  expect_value(p(0) * x + c(1) - c(2) - c(3));
  expect_value(p(0) * x + p(1) - c(1) - c(2) - c(3));
}

TEST_F(LowerTest, PolynomialsOfAnyDegree) {
  for (int degree = 2; degree <= 9; ++degree) {
    Expression sum = p(degree % 4);
    for (int k = degree - 1; k >= 0; --k) sum = p(k % 4) + c(0) * sum;
    expect_value(sum);
    expect_value(sum - c(2));
    const Program program = lowered({sum});
    EXPECT_EQ(program.row.size(), 1u) << degree << "\n" << to_string(program);
  }
}

TEST_F(LowerTest, WhatIsTheSameForAllRowsIsDoneOnce) {
  const Program program = lowered({exp(p(0) * p(1)) * c(0)});
  EXPECT_EQ(program.row.size(), 1u) << to_string(program);
  EXPECT_EQ(program.uniform.size(), 2u);
}

TEST_F(LowerTest, NothingIsFusedWhenAskedNotTo) {
  const Program program =
      lowered({c(0) * c(1) + c(2), sin(c(0)), cos(c(0)), n(1.0) / c(3), c(2) / c(3)}, false);
  EXPECT_EQ(count(program, Code::fma) + count(program, Code::sincos), 0);
  EXPECT_EQ(count(program, Code::div), 1);
}

TEST_F(LowerTest, OnlyWhatARootNeedsIsComputed) {
  exp(c(0)), log(c(1));
  EXPECT_EQ(lowered({c(0) + c(1)}).row.size(), 1u);
}

TEST_F(LowerTest, RegistersAreReused) {
  Expression sum = c(0);
  for (int i = 0; i < 40; ++i) sum = exp(sum) + c(1);
  EXPECT_LE(lowered({sum}).registers, 2u);
}

TEST_F(LowerTest, OutputsMayBeColumnsAndNumbers) {
  LowerOptions options{.offsets = {0}, .parameters = 1, .columns = 1, .float32 = {}};
  const Root roots[] = {{c(0).id, true}, {p(0).id, false}, {p(0).id, true}, {n(1.0).id, true}};
  const Program program = lower(g, roots, options);
  EXPECT_EQ(program.outputs[0].kind, Operand::Kind::column);
  EXPECT_EQ(program.outputs[1].kind, Operand::Kind::scalar);
  EXPECT_EQ(program.outputs[2].kind, Operand::Kind::reg);
  EXPECT_EQ(program.outputs[3].kind, Operand::Kind::reg);
  const std::vector<std::vector<double>> columns{{5.0, 6.0}};
  const double parameter[] = {3.0};
  const auto got = test::run_program(program, columns, parameter, 2);
  EXPECT_EQ(got[0], (std::vector<double>{5.0, 6.0}));
  EXPECT_EQ(got[2], (std::vector<double>{3.0, 3.0}));
  EXPECT_EQ(got[3], (std::vector<double>{1.0, 1.0}));
}

TEST_F(LowerTest, SingleColumnsAreWidened) {
  LowerOptions options{.offsets = {0}, .parameters = 1, .columns = 2, .float32 = {true, false}};
  const Root roots[] = {{(c(0) * c(1)).id, true}, {c(0).id, true}};
  const Program program = lower(g, roots, options);
  EXPECT_EQ(count(program, Code::widen), 1);
  std::vector<float> narrow(16, 0.1f);
  std::vector<double> wide(16, 2.0);
  for (const engine::Isa isa : engine::available_isas()) {
    engine::Uniforms uniforms(program, isa);
    engine::Interpreter interpreter(program, uniforms, isa, 16);
    uniforms.evaluate(std::vector<double>{1.0});
    interpreter.begin_pass();
    interpreter.run(std::vector<const void*>{narrow.data(), wide.data()}, 16);
    EXPECT_EQ(interpreter.output(program.outputs[0])[15], 2.0 * static_cast<double>(0.1f));
    EXPECT_EQ(interpreter.output(program.outputs[1])[0], static_cast<double>(0.1f));
  }
}

TEST_F(LowerTest, GatheredParametersPickTheirElement) {
  const Expression picked{&g, g.gathered(1, g.column(0))};
  LowerOptions options{.offsets = {0, 1}, .parameters = 4, .columns = 2, .float32 = {}};
  const Root roots[] = {{(picked * c(1)).id, true}};
  const Program program = lower(g, roots, options);
  const std::vector<std::vector<double>> columns{{0, 1, 2, 1}, {1, 1, 1, 10}};
  const double parameters[] = {99.0, 5.0, 6.0, 7.0};
  EXPECT_EQ(test::run_program(program, columns, parameters, 4)[0],
            (std::vector<double>{5, 6, 7, 60}));
}

TEST_F(LowerTest, CostCountsRowOperationsOnly) {
  const NodeId cheap[] = {(c(0) + c(1)).id}, dear[] = {(exp(c(0))).id}, none[] = {exp(p(0)).id};
  EXPECT_EQ(row_cost(g, none), 0.0);
  EXPECT_LT(row_cost(g, cheap), row_cost(g, dear));
}

// Fusing, simplifying and every instruction set against an evaluator that knows of none of them.
TEST(LoweredRandomGraphs, AgreeWithTheReference) {
  std::mt19937 random(7);
  const index_t rows = 21;
  for (unsigned seed = 0; seed < 300; ++seed) {
    const auto plain = test::random_graph(seed, false), simple = test::random_graph(seed, true);
    const std::vector<double> parameters =
        test::random_values(random, test::RandomGraph::kParameters);
    std::vector<std::vector<double>> columns;
    for (int i = 0; i < test::RandomGraph::kColumns; ++i)
      columns.push_back(test::random_values(random, rows));
    for (const bool simplify : {false, true}) {
      const auto& made = simplify ? simple : plain;
      for (const bool fuse : {false, true}) {
        for (const engine::Isa isa : engine::available_isas()) {
          const auto got = test::run_graph(made.graph, {{made.root}}, columns, parameters, rows,
                                           {.isa = isa, .fuse = fuse, .block = 16});
          for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i) {
            const test::Inputs<double> in{
                {{parameters[0]}, {parameters[1]}, {parameters[2]}, {parameters[3]}},
                {columns[0][i], columns[1][i]}};
            const auto expected = test::reference_with_tolerance(plain.graph, plain.root, in);
            ASSERT_NEAR(got[0][i], static_cast<double>(expected.value), expected.tolerance)
                << "seed " << seed << " row " << i << " simplify " << simplify << " fuse " << fuse
                << " on " << engine::name(isa);
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace nlsq::program
