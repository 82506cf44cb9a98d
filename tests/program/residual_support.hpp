// SPDX-License-Identifier: MIT
// Runs residual programs over small data and computes the same by brute force from the model's
// graph.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "nlsq/model.hpp"
#include "program/residual.hpp"
#include "support/graph_runner.hpp"
#include "support/reference_evaluator.hpp"

namespace nlsq::test {

struct OutputRows {
  std::vector<double> f;
  std::vector<std::vector<double>>
      jacobian;  ///< by position in ResidualSpec::free; zeros where no column exists
  std::vector<double> rho, weighted_f, root_scale;
};

/// Evaluates one of the two programs: all outputs over all rows.
inline std::vector<OutputRows> run_residual(const program::Program& program,
                                            const std::vector<program::ResidualOutput>& outputs,
                                            const std::vector<std::vector<double>>& columns,
                                            const std::vector<double>& parameters, std::size_t free,
                                            const RunOptions& options = {}) {
  const auto rows = static_cast<index_t>(columns.front().size());
  program::Program wanted = program;
  wanted.outputs.clear();
  std::vector<program::Operand> operands;
  const auto ask = [&](const program::Operand& operand) {
    wanted.outputs.push_back(operand);
    return wanted.outputs.size() - 1;
  };
  for (const auto& output : outputs) {
    for (const auto& operand : {output.f, output.rho, output.weighted_f, output.root_scale}) {
      if (operand.kind != program::Operand::Kind::none) ask(operand);
    }
    for (const auto& column : output.jacobian) ask(column.values);
  }
  const auto values = run_program(wanted, columns, parameters, rows, options);
  engine::Uniforms uniforms(program, options.isa);
  uniforms.evaluate(parameters);
  std::vector<OutputRows> all;
  std::size_t at = 0;
  for (const auto& output : outputs) {
    OutputRows out;
    const auto take = [&](const program::Operand& operand, std::vector<double>& into) {
      if (operand.kind != program::Operand::Kind::none) into = values[at++];
    };
    take(output.f, out.f);
    take(output.rho, out.rho);
    take(output.weighted_f, out.weighted_f);
    take(output.root_scale, out.root_scale);
    out.jacobian.assign(free, std::vector<double>(static_cast<std::size_t>(rows), 0.0));
    for (const auto& column : output.jacobian) {
      const bool one = column.factor.kind == program::Operand::Kind::none;
      const double factor = one ? 1.0 : uniforms.value(column.factor.index);
      std::vector<double>& into = out.jacobian[static_cast<std::size_t>(column.parameter)];
      into = values[at++];
      for (double& v : into) v *= factor;
    }
    all.push_back(std::move(out));
  }
  return all;
}

/// Parameters as the reference evaluator wants them: one vector a symbol.
template <class T>
std::vector<std::vector<T>> by_symbol(std::span<const index_t> sizes,
                                      const std::vector<double>& flat) {
  std::vector<std::vector<T>> all;
  std::size_t at = 0;
  for (const index_t size : sizes) {
    all.emplace_back();
    for (index_t i = 0; i < size; ++i) all.back().push_back(static_cast<T>(flat[at++]));
  }
  return all;
}

/// The value of an output of the model on a row in long double, with the flat parameter `moved`
/// shifted by `step`.
inline long double model_value(const Model& model, std::size_t output,
                               std::span<const index_t> sizes,
                               const std::vector<double>& parameters,
                               const std::vector<std::vector<double>>& columns, std::size_t row,
                               index_t moved = -1, long double step = 0.0L) {
  Inputs<long double> in{by_symbol<long double>(sizes, parameters), {}};
  for (auto& symbol : in.parameters) {
    for (long double& value : symbol) {
      if (moved-- == 0) value += step;
    }
  }
  for (std::size_t i = 0; i < model.columns().size(); ++i) in.columns.push_back(columns[i][row]);
  return reference_value(model.impl()->graph, model.impl()->outputs[output], in);
}

/// ∂(model)/∂(flat parameter) by differences of fourth order.
inline long double model_slope(const Model& model, std::size_t output,
                               std::span<const index_t> sizes,
                               const std::vector<double>& parameters,
                               const std::vector<std::vector<double>>& columns, std::size_t row,
                               index_t parameter) {
  const long double h = 1e-5L;
  const auto at = [&](long double step) {
    return model_value(model, output, sizes, parameters, columns, row, parameter, step);
  };
  return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
}

}  // namespace nlsq::test
