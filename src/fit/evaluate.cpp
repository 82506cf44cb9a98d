// SPDX-License-Identifier: MIT
// Values of a model and their standard errors, row by row.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/interpreter/interpreter.hpp"
#include "expr/model.hpp"
#include "fit/binding.hpp"
#include "fit/settings.hpp"
#include "nlsq/error.hpp"
#include "nlsq/fit.hpp"
#include "program/residual.hpp"

namespace nlsq {
namespace {

constexpr index_t kBlock = 256;

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

index_t common_rows(const Model& model, const std::vector<Values>& columns, const Dataset& data) {
  index_t rows = -1;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (rows >= 0 && columns[c].size != rows) {
      throw InputError("data", fmt::format("data: column '{}' has {} values, others have {}",
                                           model.columns()[c], columns[c].size, rows));
    }
    rows = columns[c].size;
  }
  // A model without columns has a value for every row of whatever is there.
  if (rows < 0 && !data.columns().empty()) rows = data.columns().front().values.size;
  return std::max<index_t>(rows, 0);
}

// Runs a program over all rows and hands each block's outputs to `take(interpreter, first, count)`.
template <class Take>
void run_over(const program::Program& program, const std::vector<Values>& columns, index_t rows,
              const std::vector<double>& parameters, const Take& take) {
  const engine::Isa isa = engine::chosen_isa();
  engine::Uniforms uniforms(program, isa);
  uniforms.evaluate(parameters);
  engine::Interpreter interpreter(program, uniforms, isa, kBlock);
  interpreter.begin_pass();
  // Blocks are copied so that nothing beyond the last row is read.
  std::vector<std::vector<double>> blocks(columns.size(), std::vector<double>(kBlock));
  std::vector<const void*> pointers;
  pointers.reserve(blocks.size());
  for (const auto& block : blocks) pointers.push_back(block.data());
  for (index_t first = 0; first < rows; first += kBlock) {
    const index_t count = std::min(kBlock, rows - first);
    for (std::size_t c = 0; c < columns.size(); ++c) {
      for (index_t i = 0; i < kBlock; ++i)
        blocks[c][z(i)] = columns[c][first + std::min(i, count - 1)];
    }
    interpreter.run(pointers, kBlock);
    take(interpreter, first, count);
  }
}

void check_output(const Model& model, index_t output) {
  if (output < 0 || output >= model.outputs()) {
    throw InputError("output", fmt::format("output: there is no output {}; the model has {}",
                                           output, model.outputs()));
  }
}

}  // namespace

std::vector<double> evaluate(const Model& model, const Dataset& data,
                             const std::vector<double>& parameters, index_t output) {
  check_output(model, output);
  linalg::Indices sizes;
  const std::vector<std::string> names = fit_impl::expanded_names(model, data, sizes);
  if (names.size() != parameters.size()) {
    throw InputError("parameters", fmt::format("parameters: {} values were given for {} parameters",
                                               parameters.size(), names.size()));
  }
  const std::vector<Values> columns = fit_impl::find_columns(model, data);
  const index_t rows = common_rows(model, columns, data);
  std::vector<double> values(z(rows));
  const program::Program program = program::build_values(*model.impl(), sizes, {});
  run_over(program, columns, rows, parameters,
           [&](const engine::Interpreter& ran, index_t first, index_t count) {
             std::copy_n(ran.output(program.outputs[z(output)]), count, values.begin() + first);
           });
  return values;
}

namespace {

// A model lowered with all its derivatives, over the rows of some data.
class Derivatives {
 public:
  Derivatives(const Model& model, const Dataset& data) {
    program::ResidualSpec spec;
    spec.has_response = false;
    names = fit_impl::expanded_names(model, data, spec.sizes);
    for (std::size_t i = 0; i < names.size(); ++i) spec.free.push_back(static_cast<index_t>(i));
    columns_ = fit_impl::find_columns(model, data);
    rows = common_rows(model, columns_, data);
    lowered_ = program::build_residual(*model.impl(), spec);
  }

  // Hands take(row, parameters that have a derivative, their derivatives) for every row.
  template <class Take>
  void for_each_row(index_t output, const std::vector<double>& parameters, const Take& take) const {
    const program::ResidualOutput& roots = lowered_.outputs[z(output)];
    std::vector<index_t> at;
    for (const program::JacobianColumn& column : roots.jacobian) at.push_back(column.parameter);
    const std::size_t k = at.size();
    engine::Uniforms uniforms(lowered_.full, engine::chosen_isa());
    uniforms.evaluate(parameters);
    std::vector<double> factor(k, 1.0), row(k);
    for (std::size_t j = 0; j < k; ++j) {
      const program::Operand& operand = roots.jacobian[j].factor;
      if (operand.kind != program::Operand::Kind::none) factor[j] = uniforms.value(operand.index);
    }
    run_over(lowered_.full, columns_, rows, parameters,
             [&](const engine::Interpreter& ran, index_t first, index_t count) {
               for (index_t r = 0; r < count; ++r) {
                 for (std::size_t j = 0; j < k; ++j)
                   row[j] = factor[j] * ran.output(roots.jacobian[j].values)[r];
                 take(first + r, at, row);
               }
             });
  }

  std::vector<std::string> names;  // of the parameters, expanded
  index_t rows = 0;

 private:
  std::vector<Values> columns_;
  program::ResidualProgram lowered_;
};

}  // namespace

std::vector<double> jacobian(const Model& model, const Dataset& data,
                             const std::vector<double>& parameters, index_t output) {
  if (output != kAllOutputs) check_output(model, output);
  const Derivatives derivatives(model, data);
  const auto n = static_cast<index_t>(derivatives.names.size());
  if (static_cast<index_t>(parameters.size()) != n) {
    throw InputError("parameters", fmt::format("parameters: {} values were given for {} parameters",
                                               parameters.size(), n));
  }
  const index_t first = output == kAllOutputs ? 0 : output;
  const index_t width = output == kAllOutputs ? model.outputs() : 1;
  std::vector<double> J(z(derivatives.rows * width * n), 0.0);
  for (index_t o = 0; o < width; ++o) {
    const auto take = [&](index_t r, const std::vector<index_t>& at,
                          const std::vector<double>& row) {
      for (std::size_t j = 0; j < row.size(); ++j) J[z((r * width + o) * n + at[j])] = row[j];
    };
    derivatives.for_each_row(first + o, parameters, take);
  }
  return J;
}

std::vector<double> standard_errors_of(const Model& model, const Dataset& data,
                                       const FitResult& result, index_t output) {
  check_output(model, output);
  const Derivatives derivatives(model, data);
  std::vector<double> parameters;
  std::vector<index_t> positions;  // in the result
  for (const std::string& name : derivatives.names) {
    const auto at = std::find(result.names.begin(), result.names.end(), name);
    if (at == result.names.end()) {
      throw InputError("result",
                       fmt::format("result: it has no parameter '{}' of the model", name));
    }
    positions.push_back(at - result.names.begin());
    parameters.push_back(result.popt[z(positions.back())]);
  }
  const auto N = static_cast<index_t>(result.names.size());
  std::vector<double> errors(z(derivatives.rows));
  const auto take = [&](index_t r, const std::vector<index_t>& at, const std::vector<double>& row) {
    double variance = 0.0;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const index_t a = positions[z(at[i])];
      for (std::size_t j = 0; j < row.size(); ++j) {
        const index_t b = positions[z(at[j])];
        // A derivative of zero needs nothing from an infinite variance.
        if (row[i] != 0.0 && row[j] != 0.0) variance += row[i] * row[j] * result.pcov[z(a * N + b)];
      }
    }
    errors[z(r)] = std::sqrt(std::max(variance, 0.0));
  };
  derivatives.for_each_row(output, parameters, take);
  return errors;
}

}  // namespace nlsq
