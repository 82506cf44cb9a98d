// SPDX-License-Identifier: MIT
// A fold that makes the program's last instruction itself leaves the bits of one that finds
// everything in registers: for all instruction sets, blocks, numbers of rows and threads.
#include <gtest/gtest.h>

#include <bit>
#include <cstdint>

#include "nlsq/fit.hpp"
#include "problem/binding.hpp"
#include "reduce/folds.hpp"
#include "reduce/walker.hpp"
#include "support/decay.hpp"

namespace nlsq::test {
namespace {

using reduce::GramFold;
using reduce::Reads;

// The fold within, which gets all registers.
class FromRegisters final : public reduce::Fold {
 public:
  explicit FromRegisters(const GramFold& fold) : fold_(fold) {}
  std::unique_ptr<Fold> clone() const override { return std::make_unique<FromRegisters>(fold_); }
  index_t size() const override { return fold_.size(); }
  void begin_leaf() override { fold_.begin_leaf(); }
  void block(const engine::Interpreter& rows_of, index_t first, index_t rows) override {
    EXPECT_EQ(rows_of.last(), nullptr);
    fold_.block(rows_of, first, rows);
  }
  void end_leaf(double* result) override { fold_.end_leaf(result); }

 private:
  GramFold fold_;
};

std::vector<std::uint64_t> bits_of(std::span<const double> values) {
  std::vector<std::uint64_t> bits;
  for (const double v : values) bits.push_back(std::bit_cast<std::uint64_t>(v));
  return bits;
}

struct Bound {
  Bound(const std::string& formula, std::vector<double> p, index_t rows, Loss loss = Loss::linear)
      : model(Model::parse(formula, {"x", "z"})), data(make_decay(rows)), parameters(std::move(p)) {
    set.column("x", data.x).column("z", data.sigma).response(data.y);
    base::Indices all;
    for (std::size_t i = 0; i < parameters.size(); ++i) all.push_back(static_cast<index_t>(i));
    FitOptions options;
    options.loss = loss;
    term = fit_impl::bind_term({&model, &set, loss, 1.0}, options,
                               base::Indices(parameters.size(), 1), all);
    if (loss != Loss::linear) parameters.push_back(1.0);
  }

  GramFold fold(engine::Isa isa, index_t block) const {
    return {term, term.program->outputs, isa, block};
  }

  Model model;
  Decay data;
  Dataset set;
  std::vector<double> parameters;
  reduce::Term term;
};

struct Case {
  const char* formula;
  std::vector<double> parameters;
  Reads reads;
};

class ReduceLastInstruction : public testing::TestWithParam<Case> {};

TEST_P(ReduceLastInstruction, MadeByTheFoldChangesNoBit) {
  const Case& c = GetParam();
  base::ThreadPool pool;
  for (const index_t rows : {1, 17, 1001, 4099, 20011}) {
    const Bound bound(c.formula, c.parameters, rows);
    for (const engine::Isa isa : engine::available_isas()) {
      for (const index_t block : {0, 16, 64, 1024, 4096}) {
        const int threads = block == 64 ? 1 : 2;
        reduce::Walker walker(bound.term.program->full, bound.term, {isa, threads, block}, pool);
        walker.set_parameters(bound.parameters);
        GramFold fold = bound.fold(isa, block > 0 ? block : 1024);
        FromRegisters plain(fold);
        const auto made = bits_of(walker.reduce(fold));
        EXPECT_EQ(made, bits_of(walker.reduce(plain)))
            << rows << " rows, " << name(isa) << ", blocks of " << block;
      }
    }
  }
}

TEST_P(ReduceLastInstruction, IsLeftToTheFoldWhereItCanBe) {
  const Case& c = GetParam();
  const Bound bound(c.formula, c.parameters, 5000);
  EXPECT_EQ(bound.fold(engine::available_isas().front(), 64).reads(), c.reads);
}

INSTANTIATE_TEST_SUITE_P(
    Models, ReduceLastInstruction,
    testing::Values(Case{"a+b*x", {0.5, 1.5}, Reads::columns},
                    Case{"b*x+a", {1.5, 0.5}, Reads::columns}, Case{"b*x", {1.5}, Reads::columns},
                    Case{"a*x+b*z+c", {1.5, 0.7, 0.5}, Reads::all_but_last},
                    Case{"a+b*x+c", {0.3, 1.5, 0.2}, Reads::all_but_last},
                    Case{"a*exp(-b*x)", {2.5, 1.3}, Reads::all_but_last},
                    Case{"a*exp(-b*x)+c", {2.5, 1.3, 0.5}, Reads::all_but_last},
                    Case{"c+a*exp(-b*x)", {0.5, 2.5, 1.3}, Reads::all_but_last},
                    Case{"a*x/(b+x)", {2.5, 1.3}, Reads::all},
                    Case{"a+b*x+c*z+d*x*z", {0.5, 1.5, 0.7, 0.1}, Reads::all}));

TEST(ReduceLastInstruction, OtherFoldsGetAllRegisters) {
  const engine::Isa isa = engine::available_isas().front();
  const Bound line("a+b*x", {0.5, 1.5}, 5000);
  const std::vector<linalg::Matrix> coordinates{linalg::Matrix(4, 1.0)};
  EXPECT_EQ(GramFold(line.term, line.term.program->outputs, isa, 64, coordinates, 2).reads(),
            Reads::all);
  const Bound robust("a+b*x", {0.5, 1.5}, 5000, Loss::huber);
  EXPECT_EQ(robust.fold(isa, 64).reads(), Reads::all);
}

}  // namespace
}  // namespace nlsq::test
