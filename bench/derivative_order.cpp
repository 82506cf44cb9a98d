// SPDX-License-Identifier: MIT
// What an order of derivation costs on a model that nests 1,000 parameters, y ← tanh(pₖ y + x): the
// residual alone, and with the derivatives of each order and of the one that is chosen. Values are
// compared first; then instructions and nanoseconds a row, medians.
#include <fmt/format.h>

#include <cmath>

#include "engine/interpreter/interpreter.hpp"
#include "expr/model.hpp"
#include "nlsq/fit.hpp"
#include "program/residual.hpp"
#include "support/pairs.hpp"

namespace nlsq::bench {
namespace {

constexpr int kParameters = 1000;
constexpr index_t kRows = 64;

using Order = program::ResidualSpec::Order;

Model nested() {
  std::vector<std::string> names;
  for (int k = 0; k < kParameters; ++k) names.push_back(fmt::format("p{}", k));
  return Model::trace(names, [](const Columns& c, const Params& p) {
    Var y = 0.1;
    for (int k = 0; k < p.size(); ++k) y = tanh(p[k] * y + c["x"]);
    return y;
  });
}

program::ResidualProgram lowered(const Model& model, Order order) {
  program::ResidualSpec spec;
  spec.has_response = false;
  spec.sizes.assign(kParameters, 1);
  for (index_t i = 0; i < kParameters; ++i) spec.free.push_back(i);
  spec.order = order;
  return program::build_residual(*model.impl(), spec);
}

/// A program over one block of rows.
class Run {
 public:
  explicit Run(const program::Program& program)
      : program_(program),
        uniforms_(program, engine::chosen_isa()),
        interpreter_(program, uniforms_, engine::chosen_isa(), kRows),
        x_(engine::allocate_aligned(kRows)) {
    for (index_t r = 0; r < kRows; ++r)
      x_[static_cast<std::size_t>(r)] = -1.0 + static_cast<double>(r) / 32.0;
    std::vector<double> p;
    for (int k = 0; k < kParameters; ++k) p.push_back(1.3 + 0.5 * std::cos(k));
    uniforms_.evaluate(p);
    interpreter_.begin_pass();
  }

  void operator()() {
    const void* const columns[] = {x_.get()};
    interpreter_.run(columns, kRows);
  }
  std::size_t instructions() const { return program_.row.size(); }
  double value(const program::JacobianColumn& column, index_t row) const {
    const bool none = column.factor.kind == program::Operand::Kind::none;
    return interpreter_.output(column.values)[row] *
           (none ? 1.0 : uniforms_.value(column.factor.index));
  }

 private:
  const program::Program& program_;
  engine::Uniforms uniforms_;
  engine::Interpreter interpreter_;
  engine::AlignedBuffer x_;
};

int run() {
  const Model model = nested();
  const program::ResidualProgram reverse = lowered(model, Order::reverse);
  const program::ResidualProgram forward = lowered(model, Order::forward);
  const program::ResidualProgram chosen = lowered(model, Order::automatic);
  Run value(reverse.value), of_reverse(reverse.full), of_forward(forward.full),
      of_chosen(chosen.full);
  for (Run* each : {&value, &of_reverse, &of_forward, &of_chosen}) (*each)();
  double largest = 0.0, worst = 0.0;
  for (std::size_t j = 0; j < kParameters; ++j) {
    for (index_t r = 0; r < kRows; ++r) {
      const double expected = of_forward.value(forward.outputs[0].jacobian[j], r);
      largest = std::max(largest, std::fabs(expected));
      worst = std::max({worst,
                        std::fabs(of_reverse.value(reverse.outputs[0].jacobian[j], r) - expected),
                        std::fabs(of_chosen.value(chosen.outputs[0].jacobian[j], r) - expected)});
    }
  }
  fmt::print("{} parameters; derivatives agree to {:.1e} of the largest\n", kParameters,
             worst / largest);
  fmt::print("{:<34} {:>12} {:>10} {:>12}\n", "", "instructions", "ns/row", "of reverse");
  const auto line = [&](const char* name, Run& what) {
    const Pair pair = alternate([&] { what(); }, [&] { of_reverse(); }, 15, 0.002);
    fmt::print("{:<34} {:>12} {:>10.0f} {:>12.2f}\n", name, what.instructions(),
               1e9 * pair.a / kRows, pair.ratio);
  };
  line("residual", value);
  line("residual and reverse", of_reverse);
  line("residual and forward", of_forward);
  line("residual and the chosen order", of_chosen);
  return worst <= 1e-12 * largest ? 0 : 1;
}

}  // namespace
}  // namespace nlsq::bench

int main() { return nlsq::bench::run(); }
