// SPDX-License-Identifier: MIT
#include "program/program.hpp"

#include <gtest/gtest.h>

#include "program/lower.hpp"

namespace nlsq::program {
namespace {

TEST(Program, BlocksArePowersOfTwoThatShrinkWithTheRegisters) {
  index_t last = 1024;
  for (const std::uint32_t registers : {0u, 1u, 4u, 8u, 20u, 60u, 500u, 100000u}) {
    Program program;
    program.registers = registers;
    const index_t rows = program.block_rows();
    EXPECT_GE(rows, 64);
    EXPECT_LE(rows, last);
    EXPECT_EQ(rows & (rows - 1), 0);
    EXPECT_EQ(4096 % rows, 0) << "a divisor of the reduction's leaf";
    last = rows;
  }
  EXPECT_EQ(last, 64);
}

TEST(Program, TheListingShowsUniformAndRowParts) {
  expr::Graph g;
  const expr::NodeId x = g.column(0), a = g.parameter(0);
  const expr::NodeId f = g.make(expr::Op::mul, g.make(expr::Op::exp, a), g.make(expr::Op::exp, x));
  const LowerOptions options{.offsets = {0}, .parameters = 1, .columns = 1, .float32 = {}};
  const Root roots[] = {{f, true}};
  const std::string text = to_string(lower(g, roots, options));
  EXPECT_EQ(text,
            "uniform\n"
            "  s0 = parameter\n"
            "  s1 = exp s0\n"
            "row\n"
            "  r0 = exp col0\n"
            "  r0 = mul r0 s1\n"
            "out r0\n");
}

TEST(Program, EveryCodeHasAName) {
  for (int i = 0; i < static_cast<int>(Code::count); ++i) {
    Program program;
    program.row.push_back({.code = static_cast<Code>(i)});
    const std::string text = to_string(program);
    EXPECT_EQ(text.find("=  "), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace nlsq::program
