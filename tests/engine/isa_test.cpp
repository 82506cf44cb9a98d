// SPDX-License-Identifier: MIT
// NLSQ_ISA picks the instruction set, every table of kernels is whole, and the tables are different
// code.
#include "engine/isa.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <set>
#include <string>

#include "engine/interpreter/kernels.hpp"
#include "nlsq/error.hpp"
#include "support/graph_runner.hpp"

namespace nlsq::engine {
namespace {

// Sets NLSQ_ISA for a scope.
class Environment {
 public:
  explicit Environment(const char* value) {
    if (const char* old = std::getenv("NLSQ_ISA")) old_ = old;
    value == nullptr ? unsetenv("NLSQ_ISA") : setenv("NLSQ_ISA", value, 1);
  }
  ~Environment() { old_ ? setenv("NLSQ_ISA", old_->c_str(), 1) : unsetenv("NLSQ_ISA"); }

 private:
  std::optional<std::string> old_;
};

TEST(Isa, TheBestIsTheDefault) {
  for (const char* value : {static_cast<const char*>(nullptr), ""}) {
    const Environment environment(value);
    EXPECT_EQ(chosen_isa(), available_isas().front());
  }
}

TEST(Isa, TheVariablePicksAnyAvailableOne) {
  for (const Isa isa : available_isas()) {
    const Environment environment(std::string(name(isa)).c_str());
    EXPECT_EQ(chosen_isa(), isa);
  }
}

TEST(Isa, AnUnknownNameIsAnInputError) {
  const Environment environment("mmx");
  try {
    chosen_isa();
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.argument(), "NLSQ_ISA");
    const std::string text = error.what();
    EXPECT_NE(text.find("NLSQ_ISA='mmx' is not available here"), std::string::npos) << text;
    for (const Isa isa : available_isas()) {
      EXPECT_NE(text.find(name(isa)), std::string::npos) << text;
    }
  }
}

TEST(Isa, AreListedOnceBestFirstAndEndPortableOnX86) {
  const auto& isas = available_isas();
  ASSERT_FALSE(isas.empty());
  EXPECT_EQ(std::set<Isa>(isas.begin(), isas.end()).size(), isas.size());
#if defined(__x86_64__)
  EXPECT_EQ(isas.back(), Isa::portable);
#endif
}

TEST(Isa, EveryTableHasAKernelForEveryOperation) {
  using program::Code;
  for (const Isa isa : available_isas()) {
    const KernelTable& table = kernel_table(isa);
    for (int i = 0; i < static_cast<int>(Code::count); ++i) {
      const auto code = static_cast<Code>(i);
      const bool is_leaf = i < expr::kOpCount && expr::kOps[i].arity == 0 && code != Code::gathered;
      bool any = false;
      for (const Kernel kernel : table[static_cast<std::size_t>(i)]) any |= kernel != nullptr;
      EXPECT_EQ(any, !is_leaf) << "code " << i << " on " << name(isa);
    }
  }
}

// Proof that a choice changes what runs: the vector kernels of two instruction sets are different
// functions.
TEST(Isa, TablesAreDifferentCode) {
  using program::Code;
  for (const Isa a : available_isas()) {
    for (const Isa b : available_isas()) {
      if (a == b) continue;
      for (const Code code : {Code::mul, Code::fma, Code::exp}) {
        const auto at = static_cast<std::size_t>(code);
        EXPECT_NE(kernel_table(a)[at][0], kernel_table(b)[at][0]) << name(a) << " " << name(b);
      }
    }
  }
}

// The machines with a fused multiply-add round once; the others twice.
TEST(Isa, FusedMultiplyAddShowsWhichOneRan) {
  const double e = 0x1p-30;
  std::vector<double> a(16, 1.0 + e), b(16, 1.0 - e), c(16, -1.0), out(16, 0.0);
  for (const Isa isa : available_isas()) {
    const Call call{.a = a.data(), .b = b.data(), .c = c.data(), .d = out.data()};
    kernel_table(isa)[static_cast<std::size_t>(program::Code::fma)][0](call, 16);
    const bool fused = isa == Isa::avx2 || isa == Isa::avx512 || isa == Isa::neon;
    for (const double v : out) EXPECT_EQ(v, fused ? -e * e : 0.0) << name(isa);
  }
}

// The same through the variable, a lowered expression and the interpreter.
TEST(Isa, TheVariableDecidesWhatTheInterpreterRuns) {
  const double e = 0x1p-30;
  expr::Graph g;
  const auto product = g.make(expr::Op::mul, g.column(0), g.column(1));
  const auto f = g.make(expr::Op::add, product, g.column(2));
  const std::vector<std::vector<double>> columns{{1.0 + e}, {1.0 - e}, {-1.0}};
  for (const Isa isa : available_isas()) {
    const Environment environment(std::string(name(isa)).c_str());
    const bool fused = isa == Isa::avx2 || isa == Isa::avx512 || isa == Isa::neon;
    EXPECT_EQ(test::run_graph(g, {{f}}, columns, {}, 1)[0][0], fused ? -e * e : 0.0) << name(isa);
  }
}

}  // namespace
}  // namespace nlsq::engine
