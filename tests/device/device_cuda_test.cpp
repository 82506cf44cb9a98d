// SPDX-License-Identifier: MIT
// CUDA sources of every operation and of many models compile for three generations of cards, where
// NVRTC is installed; no card is needed.
#include <gtest/gtest.h>

#include <filesystem>

#include "engine/device/functions.hpp"
#include "engine/device/library.hpp"
#include "engine/device/printer.hpp"
#include "engine/op_support.hpp"
#include "fake_device.hpp"
#include "nist/nist_sets.hpp"
#include "nlsq/fit.hpp"
#include "nlsq/models.hpp"
#include "program/lower.hpp"

namespace nlsq {
namespace {

constexpr const char* kArchitectures[] = {"sm_80", "sm_90", "sm_100"};

#define NLSQ_NEEDS_NVRTC()                                                      \
  do {                                                                          \
    if (!engine::device::nvrtc_api().missing.empty())                           \
      GTEST_SKIP() << "no NVRTC here: " << engine::device::nvrtc_api().missing; \
  } while (false)

TEST(DeviceCudaSlow, EveryOperationCompilesForThreeGenerations) {
  NLSQ_NEEDS_NVRTC();
  expr::Graph graph(false);
  std::vector<program::Root> roots;
  for (int i = 0; i < expr::kOpCount; ++i) {
    const expr::OpInfo& op = expr::kOps[i];
    if (op.arity == 0) continue;
    for (const int k : {0, 1, 2}) {
      expr::Graph own;
      const expr::NodeId root = test::build_op(own, std::string(op.id), op.arity, k);
      roots.push_back({test::with_columns(own, graph)[root], true});
    }
  }
  program::LowerOptions lowering;
  lowering.columns = 3;
  const program::Program program = program::lower(graph, roots, lowering);
  engine::device::RowSums values;
  for (const program::Operand& output : program.outputs)
    values.values.push_back({.kind = engine::device::RowValue::Kind::operand, .a = output});
  engine::device::Description gpu;
  gpu.is_gpu = true;
  const auto printed =
      engine::device::print_values(program, values, engine::device::Dialect::cuda, gpu);
  for (const char* architecture : kArchitectures)
    EXPECT_NO_THROW(engine::device::compile_for(printed.source, architecture)) << architecture;
}

// Folds in registers and, for the model of many parameters, in tiles; with each kind of weight.
TEST(DeviceCudaSlow, ModelsCompileForThreeGenerations) {
  NLSQ_NEEDS_NVRTC();
  struct Case {
    std::string formula;
    std::vector<std::string> columns;
  };
  std::vector<Case> cases;
  for (const test::NistSet& set : test::load_all_nist())
    cases.push_back({set.formula, set.columns});
  for (const BuiltInModel& model : built_in_models()) cases.push_back({model.formula, {"x"}});
  std::string many = "c";
  for (int i = 0; i < 8; ++i) {
    const std::string k = std::to_string(i);
    many += " + a" + k + "*exp(-((x - m" + k + ")/w" + k + ")^2)";
  }
  cases.push_back({many, {"x"}});
  for (const char* formula : {"voigt(x - a, b, c)", "a*j1(b*x)/x + c", "a*lgamma(b + x) + c",
                              "a*erfc((x - b)/c)", "a*where(x > b, exp(-(x - b)/c), 1)"}) {
    cases.push_back({formula, {"x"}});
  }
  EXPECT_GE(cases.size(), 54u);
  const std::vector<double> x = {0.5, 1,  1.5, 2,  2.5, 3,  3.5, 4,  4.5, 5,
                                 5.5, 6,  6.5, 7,  7.5, 8,  8.5, 9,  9.5, 10,
                                 11,  12, 13,  14, 15,  16, 17,  18, 19,  20};
  std::size_t number = 0;
  for (const char* architecture : kArchitectures) {
    const std::string id = std::string("test-") + architecture;
    const auto compiler = std::make_shared<test::CompilingDevice>(id, architecture);
    engine::device::add_device(compiler);
    for (const Case& c : cases) {
      Dataset data;
      for (const std::string& column : c.columns) data.column(column, x);
      data.response(x);
      if (++number % 3 == 0) data.sigma(x);
      FitOptions options;
      options.device = id;
      options.starts = Starts::ones;
      options.max_nfev = 1;
      options.second_start = SecondStart::none;
      options.judge = false;
      if (number % 2 == 0) options.loss = Loss::soft_l1;
      std::string warnings;
      try {
        const FitResult result = curve_fit(Model::parse(c.formula, c.columns), data, options);
        for (const std::string& warning : result.warnings) warnings += warning + "\n";
      } catch (const std::exception&) {  // a start that is not finite, after the kernel was made
        continue;
      }
      EXPECT_EQ(warnings.find("compiler refuses"), std::string::npos) << c.formula << warnings;
      EXPECT_NE(warnings.find("there is no card"), std::string::npos) << c.formula << warnings;
    }
    EXPECT_GE(compiler->compiled, 50) << architecture;
  }
}

}  // namespace
}  // namespace nlsq
