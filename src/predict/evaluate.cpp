// SPDX-License-Identifier: MIT
// Values of a model and their standard errors, row by row.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string_view>

#include "base/environment.hpp"
#include "columns/streams.hpp"
#include "engine/interpreter/interpreter.hpp"
#include "expr/model.hpp"
#include "nlsq/error.hpp"
#include "nlsq/fit.hpp"
#include "predict/elements.hpp"
#include "problem/binding.hpp"
#include "program/residual.hpp"
#include "runtime/cache.hpp"
#include "runtime/settings.hpp"

namespace nlsq {
namespace {

constexpr index_t kBlock = 256;
constexpr index_t kLanes = 16;  // blocks are multiples of it

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

index_t common_rows(const Model& model, const fit_impl::Columns& columns, const Dataset& data) {
  fit_impl::refuse_streamed(data, "evaluating a model row by row");
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
void run_over(const program::Program& program, const fit_impl::Columns& columns, index_t rows,
              const std::vector<double>& parameters, const Take& take) {
  const engine::Isa isa = engine::chosen_isa();
  engine::Uniforms uniforms(program, isa);
  uniforms.evaluate(parameters);
  const index_t block = std::clamp((rows + kLanes - 1) / kLanes * kLanes, kLanes, kBlock);
  engine::Interpreter interpreter(program, uniforms, isa, block);
  interpreter.begin_pass();
  // Blocks are copied so that nothing beyond the last row is read.
  std::vector<std::vector<double>> blocks(columns.size(), std::vector<double>(z(block)));
  std::vector<const void*> pointers;
  pointers.reserve(blocks.size());
  for (const auto& copy : blocks) pointers.push_back(copy.data());
  for (index_t first = 0; first < rows; first += block) {
    const index_t count = std::min(block, rows - first);
    for (std::size_t c = 0; c < columns.size(); ++c) {
      for (index_t i = 0; i < block; ++i)
        blocks[c][z(i)] = columns[c][first + std::min(i, count - 1)];
    }
    interpreter.run(pointers, block);
    take(interpreter, first, count);
  }
}

void check_output(const Model& model, index_t output) {
  if (output < 0 || output >= model.outputs()) {
    throw InputError("output", fmt::format("output: there is no output {}; the model has {}",
                                           output, model.outputs()));
  }
}

// The program of a model's values, which stays with the model: a fit is checked by them.
std::shared_ptr<const program::Program> values_program(const expr::ModelImpl& model,
                                                       const linalg::Indices& sizes) {
  const auto make = [&] {
    return std::make_shared<const program::Program>(program::build_values(model, sizes, {}));
  };
  const std::uint64_t epoch = fit_impl::cache_epoch();
  if (epoch == fit_impl::kCacheOff) return make();
  const std::string_view key(reinterpret_cast<const char*>(sizes.data()),
                             sizes.size() * sizeof(index_t));
  return model.attachments->get<program::Program>(key, epoch, make);
}

}  // namespace

std::vector<double> evaluate(const Model& model, const Dataset& data,
                             const std::vector<double>& parameters, index_t output) {
  const base::EnvironmentScope environment;
  if (output != kAllOutputs) check_output(model, output);
  linalg::Indices sizes;
  fit_impl::expanded_names(model, data, sizes);
  fit_impl::grow_to(model, static_cast<index_t>(parameters.size()), sizes);
  const fit_impl::Columns columns = fit_impl::find_columns(model, data);
  const index_t rows = common_rows(model, columns, data);
  const index_t from = output == kAllOutputs ? 0 : output;
  const index_t width = output == kAllOutputs ? model.outputs() : 1;
  std::vector<double> values(z(rows * width));
  const auto lowered = values_program(*model.impl(), sizes);
  const program::Program& program = *lowered;
  run_over(program, columns, rows, parameters,
           [&](const engine::Interpreter& ran, index_t first, index_t count) {
             for (index_t o = 0; o < width; ++o) {
               const double* const of = ran.output(program.outputs[z(from + o)]);
               for (index_t r = 0; r < count; ++r) values[z((first + r) * width + o)] = of[r];
             }
           });
  return values;
}

namespace {

std::size_t position_in(const FitResult& result, const std::string& name) {
  const auto at = std::find(result.names.begin(), result.names.end(), name);
  if (at == result.names.end()) {
    throw InputError("result", fmt::format("result: it has no parameter '{}' of the model", name));
  }
  return static_cast<std::size_t>(at - result.names.begin());
}

// A model lowered with all its derivatives, over the rows of some data.
class Derivatives {
 public:
  // of_elements(sizes): corrects the numbers of elements that the data tell.
  template <class OfElements>
  Derivatives(const Model& model, const Dataset& data, const OfElements& of_elements) {
    program::ResidualSpec spec;
    spec.has_response = false;
    fit_impl::expanded_names(model, data, spec.sizes);
    of_elements(spec.sizes);
    names = fit_impl::names_of(model, {spec.sizes.data(), spec.sizes.size()}, data);
    for (std::size_t i = 0; i < names.size(); ++i) spec.free.push_back(static_cast<index_t>(i));
    columns_ = fit_impl::find_columns(model, data);
    rows = common_rows(model, columns_, data);
    lowered_ = program::build_residual(*model.impl(), spec);
  }

  // Hands take(row, output, parameters that have a derivative, their derivatives) for every row and
  // the outputs from `first` on.
  template <class Take>
  void for_each_row(index_t first_output, index_t width, const std::vector<double>& parameters,
                    const Take& take) const {
    engine::Uniforms uniforms(lowered_.full, engine::chosen_isa());
    uniforms.evaluate(parameters);
    std::vector<Roots> roots;
    for (index_t o = first_output; o < first_output + width; ++o) {
      roots.emplace_back(lowered_.outputs[z(o)], uniforms);
    }
    std::vector<double> row(names.size());
    run_over(lowered_.full, columns_, rows, parameters,
             [&](const engine::Interpreter& ran, index_t first, index_t count) {
               for (const Roots& of : roots) {
                 const std::size_t k = of.parameters.size();
                 row.resize(k);
                 for (index_t r = 0; r < count; ++r) {
                   for (std::size_t j = 0; j < k; ++j)
                     row[j] = of.factors[j] * ran.output(of.output->jacobian[j].values)[r];
                   take(first + r, &of - roots.data(), of.parameters, row);
                 }
               }
             });
  }

  std::vector<std::string> names;  // of the parameters, expanded
  index_t rows = 0;

 private:
  // The derivatives of one output: by which parameters, and the uniform factors of their columns.
  struct Roots {
    Roots(const program::ResidualOutput& out, const engine::Uniforms& uniforms) : output(&out) {
      for (const program::JacobianColumn& column : out.jacobian) {
        parameters.push_back(column.parameter);
        const bool none = column.factor.kind == program::Operand::Kind::none;
        factors.push_back(none ? 1.0 : uniforms.value(column.factor.index));
      }
    }
    const program::ResidualOutput* output;
    std::vector<index_t> parameters;
    std::vector<double> factors;
  };

  fit_impl::Columns columns_;
  program::ResidualProgram lowered_;
};

}  // namespace

std::vector<double> jacobian(const Model& model, const Dataset& data,
                             const std::vector<double>& parameters, index_t output) {
  const base::EnvironmentScope environment;
  if (output != kAllOutputs) check_output(model, output);
  const auto n = static_cast<index_t>(parameters.size());
  const Derivatives derivatives(
      model, data, [&](linalg::Indices& sizes) { fit_impl::grow_to(model, n, sizes); });
  const index_t first = output == kAllOutputs ? 0 : output;
  const index_t width = output == kAllOutputs ? model.outputs() : 1;
  std::vector<double> J(z(derivatives.rows * width * n), 0.0);
  const auto take = [&](index_t r, index_t o, const std::vector<index_t>& at,
                        const std::vector<double>& row) {
    for (std::size_t j = 0; j < row.size(); ++j) J[z((r * width + o) * n + at[j])] = row[j];
  };
  derivatives.for_each_row(first, width, parameters, take);
  return J;
}

std::vector<double> evaluate_at(const Model& model, const Dataset& data, const FitResult& result,
                                index_t output) {
  linalg::Indices sizes;
  fit_impl::expanded_names(model, data, sizes);
  fit_impl::grow_to_result(model, result, sizes);
  std::vector<double> parameters;
  for (const std::string& name : fit_impl::names_of(model, {sizes.data(), sizes.size()}, data))
    parameters.push_back(result.popt[position_in(result, name)]);
  return evaluate(model, data, parameters, output);
}

std::vector<double> standard_errors_of(const Model& model, const Dataset& data,
                                       const FitResult& result, index_t output) {
  const base::EnvironmentScope environment;
  check_output(model, output);
  const Derivatives derivatives(
      model, data, [&](linalg::Indices& sizes) { fit_impl::grow_to_result(model, result, sizes); });
  std::vector<double> parameters;
  std::vector<index_t> positions;  // in the result
  for (const std::string& name : derivatives.names) {
    positions.push_back(static_cast<index_t>(position_in(result, name)));
    parameters.push_back(result.popt[z(positions.back())]);
  }
  std::vector<double> errors(z(derivatives.rows)), all(result.names.size());
  const auto take = [&](index_t r, index_t, const std::vector<index_t>& at,
                        const std::vector<double>& row) {
    std::fill(all.begin(), all.end(), 0.0);
    for (std::size_t i = 0; i < row.size(); ++i) all[z(positions[z(at[i])])] = row[i];
    errors[z(r)] = std::sqrt(std::max(result.variance_of(all), 0.0));
  };
  derivatives.for_each_row(output, 1, parameters, take);
  return errors;
}

}  // namespace nlsq
