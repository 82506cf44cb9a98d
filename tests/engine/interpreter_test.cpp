// SPDX-License-Identifier: MIT
// The block interpreter as a whole: blocks of any size give the same bits, instruction sets the
// same values, and nothing outside the rows asked for is touched.
#include "engine/interpreter/interpreter.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "expr/expression.hpp"
#include "support/graph_runner.hpp"
#include "support/random_graph.hpp"
#include "support/tolerance.hpp"

namespace nlsq::engine {
namespace {

using expr::Expression;
using expr::Graph;
using program::Code;

struct Data {
  explicit Data(unsigned seed, int rows = 100) {
    std::mt19937 random(seed);
    parameters = test::random_values(random, test::RandomGraph::kParameters);
    for (int i = 0; i < test::RandomGraph::kColumns; ++i) {
      columns.push_back(test::random_values(random, rows));
    }
  }
  std::vector<double> parameters;
  std::vector<std::vector<double>> columns;
};

TEST(Interpreter, BlockSizesGiveTheSameBits) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    const Data data(seed);
    const auto made = test::random_graph(seed);
    for (const Isa isa : available_isas()) {
      const auto whole = test::run_graph(made.graph, {{made.root}}, data.columns, data.parameters,
                                         100, {.isa = isa, .block = 512});
      for (const index_t block : {16, 32, 48, 64, 128}) {
        const auto parts = test::run_graph(made.graph, {{made.root}}, data.columns, data.parameters,
                                           100, {.isa = isa, .block = block});
        ASSERT_EQ(std::memcmp(parts[0].data(), whole[0].data(), 100 * sizeof(double)), 0)
            << "seed " << seed << " block " << block;
      }
    }
  }
}

TEST(Interpreter, RowsDoNotDependOnTheirNeighbours) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    Data data(seed);
    const auto made = test::random_graph(seed);
    const auto before =
        test::run_graph(made.graph, {{made.root}}, data.columns, data.parameters, 100);
    data.columns[0][41] = NAN;
    data.columns[1][41] = INFINITY;
    const auto after =
        test::run_graph(made.graph, {{made.root}}, data.columns, data.parameters, 100);
    for (std::size_t i = 0; i < 100; ++i) {
      if (i == 41) continue;
      ASSERT_EQ(before[0][i], after[0][i]) << "seed " << seed << " row " << i;
    }
  }
}

TEST(Interpreter, InstructionSetsAgree) {
  for (unsigned seed = 0; seed < 120; ++seed) {
    const Data data(seed, 40);
    const auto made = test::random_graph(seed);
    const auto best = test::run_graph(made.graph, {{made.root}}, data.columns, data.parameters, 40);
    for (const Isa isa : available_isas()) {
      const auto other = test::run_graph(made.graph, {{made.root}}, data.columns, data.parameters,
                                         40, {.isa = isa});
      for (std::size_t i = 0; i < 40; ++i) {
        test::Inputs<double> in{{}, {data.columns[0][i], data.columns[1][i]}};
        for (const double p : data.parameters) in.parameters.push_back({p});
        const auto expected = test::reference_with_tolerance(made.graph, made.root, in);
        ASSERT_NEAR(other[0][i], best[0][i], expected.tolerance)
            << "seed " << seed << " on " << name(isa);
      }
    }
  }
}

struct Harness {
  Harness(const Graph& g, expr::NodeId root, index_t parameters, index_t columns) {
    program::LowerOptions options{
        .offsets = {}, .parameters = parameters, .columns = columns, .float32 = {}};
    for (index_t i = 0; i < parameters; ++i) options.offsets.push_back(i);
    const program::Root roots[] = {{root, true}};
    program = lower(g, roots, options);
  }
  program::Program program;
};

TEST(Interpreter, ParametersChangeBetweenPasses) {
  Graph g;
  const Expression x{&g, g.column(0)}, a{&g, g.parameter(0)}, b{&g, g.parameter(1)};
  const Harness h(g, (exp(a) * x + max(x, b)).id, 2, 1);
  const Isa isa = chosen_isa();
  Uniforms uniforms(h.program, isa);
  Interpreter interpreter(h.program, uniforms, isa, 16);
  const std::vector<double> x16(16, 2.0);
  for (const double p : {0.0, 1.0, -3.0}) {
    uniforms.evaluate(std::vector<double>{p, 5.0 + p});
    interpreter.begin_pass();
    interpreter.run(std::vector<const void*>{x16.data()}, 16);
    EXPECT_DOUBLE_EQ(interpreter.output(h.program.outputs[0])[7],
                     std::exp(p) * 2.0 + std::max(2.0, 5.0 + p));
  }
}

TEST(Interpreter, TwoInterpretersShareUniforms) {
  Graph g;
  const Expression x{&g, g.column(0)}, a{&g, g.parameter(0)};
  const Harness h(g, (sqrt(a) * x).id, 1, 1);
  const Isa isa = chosen_isa();
  Uniforms uniforms(h.program, isa);
  Interpreter one(h.program, uniforms, isa, 16), two(h.program, uniforms, isa, 64);
  uniforms.evaluate(std::vector<double>{9.0});
  const std::vector<double> ones(64, 1.0), twos(64, 2.0);
  one.begin_pass(), two.begin_pass();
  one.run(std::vector<const void*>{ones.data()}, 16);
  two.run(std::vector<const void*>{twos.data()}, 64);
  EXPECT_EQ(one.output(h.program.outputs[0])[0], 3.0);
  EXPECT_EQ(two.output(h.program.outputs[0])[63], 6.0);
}

TEST(Interpreter, LeavesTheLastInstructionToItsReader) {
  Graph g;
  const Expression x{&g, g.column(0)}, y{&g, g.column(1)};
  const Expression a{&g, g.parameter(0)}, one{&g, g.constant(1.0)};
  const Harness h(g, (exp(x) * a + one - y).id, 1, 2);
  const Isa isa = chosen_isa();
  Uniforms uniforms(h.program, isa);
  Interpreter interpreter(h.program, uniforms, isa, 16);
  uniforms.evaluate(std::vector<double>{3.0});
  interpreter.begin_pass();
  const std::vector<double> zeros(16, 0.0), twos(16, 2.0), fours(16, 4.0);
  interpreter.run(std::vector<const void*>{zeros.data(), fours.data()}, 16);
  EXPECT_EQ(interpreter.last(), nullptr);
  EXPECT_EQ(interpreter.output(h.program.outputs[0])[5], 0.0);
  interpreter.run(std::vector<const void*>{zeros.data(), twos.data()}, 16, true);
  const Call* last = interpreter.last();
  ASSERT_NE(last, nullptr);
  EXPECT_EQ(last->a[5] * *last->b + *last->c - last->e[5], 2.0);
  EXPECT_EQ(last->e, twos.data());
  interpreter.run(std::vector<const void*>{zeros.data(), twos.data()}, 16);
  EXPECT_EQ(interpreter.output(h.program.outputs[0])[5], 2.0);
}

TEST(Interpreter, ReadsOnlyTheRowsAskedFor) {
  Graph g;
  const Expression x{&g, g.column(0)};
  const Harness h(g, sin(x * x).id, 0, 1);
  for (const Isa isa : available_isas()) {
    Uniforms uniforms(h.program, isa);
    Interpreter interpreter(h.program, uniforms, isa, 128);
    uniforms.evaluate({});
    interpreter.begin_pass();
    // Exactly 16 doubles on the heap: the address sanitizer sees a read beyond them.
    const auto column = std::make_unique<double[]>(16);
    interpreter.run(std::vector<const void*>{column.get()}, 16);
    EXPECT_EQ(interpreter.output(h.program.outputs[0])[15], 0.0);
  }
}

TEST(Interpreter, UnalignedColumnsAreFine) {
  Graph g;
  const Expression x{&g, g.column(0)};
  const Harness h(g, (x + exp(x)).id, 0, 1);
  std::vector<double> values(33);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 0.1 * static_cast<double>(i);
  for (const Isa isa : available_isas()) {
    Uniforms uniforms(h.program, isa);
    Interpreter interpreter(h.program, uniforms, isa, 32);
    uniforms.evaluate({});
    interpreter.begin_pass();
    interpreter.run(std::vector<const void*>{values.data() + 1}, 32);
    for (std::size_t i = 0; i < 32; ++i) {
      EXPECT_NEAR(interpreter.output(h.program.outputs[0])[i],
                  values[i + 1] + std::exp(values[i + 1]), 1e-13);
    }
  }
}

// Every kernel may write over an operand: lowering relies on it.
TEST(Kernels, MayWriteOverAnOperand) {
  std::mt19937 random(3);
  const auto a = test::random_values(random, 48), b = test::random_values(random, 48),
             c = test::random_values(random, 48);
  for (const Isa isa : available_isas()) {
    const KernelTable& table = kernel_table(isa);
    for (int i = 0; i < static_cast<int>(Code::count); ++i) {
      const auto code = static_cast<Code>(i);
      const Kernel kernel = table[static_cast<std::size_t>(i)][0];
      if (kernel == nullptr || code == Code::sincos || code == Code::widen) continue;
      std::vector<double> apart(48);
      const Call call{
          .a = a.data(), .b = b.data(), .c = c.data(), .e = a.data(), .d = apart.data()};
      kernel(call, 48);
      for (int operand = 0; operand < 3; ++operand) {
        std::vector<double> over = operand == 0 ? a : operand == 1 ? b : c;
        Call in_place = call;
        (operand == 0 ? in_place.a : operand == 1 ? in_place.b : in_place.c) = over.data();
        in_place.d = over.data();
        kernel(in_place, 48);
        EXPECT_EQ(std::memcmp(over.data(), apart.data(), 48 * sizeof(double)), 0)
            << "code " << i << " operand " << operand << " on " << name(isa);
      }
    }
  }
}

// A scalar operand gives the bits of a vector full of it.
TEST(Kernels, ScalarVariantsAreTheVectorOnes) {
  std::mt19937 random(5);
  const auto values = test::random_values(random, 3 * 32);
  for (const Isa isa : available_isas()) {
    const KernelTable& table = kernel_table(isa);
    for (const Code code : {Code::add, Code::sub, Code::mul, Code::div, Code::fma, Code::fms,
                            Code::fnma, Code::fma_sub}) {
      const auto& row = table[static_cast<std::size_t>(code)];
      for (unsigned mask = 1; mask < 8; ++mask) {
        if (row[mask] == nullptr) continue;
        std::vector<double> v[3];
        const double* scalar[3];
        for (unsigned i = 0; i < 3; ++i) {
          v[i].assign(values.begin() + 32 * i, values.begin() + 32 * (i + 1));
          if ((mask >> i & 1u) != 0) std::fill(v[i].begin(), v[i].end(), v[i][0]);
          scalar[i] = v[i].data();
        }
        std::vector<double> with_vector(32), with_scalar(32);
        row[0]({.a = scalar[0],
                .b = scalar[1],
                .c = scalar[2],
                .e = values.data(),
                .d = with_vector.data()},
               32);
        row[mask]({.a = scalar[0],
                   .b = scalar[1],
                   .c = scalar[2],
                   .e = values.data(),
                   .d = with_scalar.data()},
                  32);
        EXPECT_EQ(with_scalar, with_vector)
            << static_cast<int>(code) << " mask " << mask << " on " << name(isa);
      }
    }
  }
}

}  // namespace
}  // namespace nlsq::engine
