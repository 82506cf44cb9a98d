// SPDX-License-Identifier: MIT
// Runs a program on a device and brings back the values of its outputs, row by row.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "engine/device/devices.hpp"
#include "engine/device/printer.hpp"
#include "engine/interpreter/interpreter.hpp"
#include "program/program.hpp"

namespace nlsq::test {

inline std::vector<std::vector<double>> run_on_device(
    const engine::device::Opened& opened, const program::Program& program,
    const std::vector<std::vector<double>>& columns, const std::vector<double>& parameters) {
  namespace device = engine::device;
  device::Device& on = *opened.device;
  device::RowSums values;
  for (const program::Operand& output : program.outputs)
    values.values.push_back({.kind = device::RowValue::Kind::operand, .a = output});
  const device::RowKernel printed = device::print_values(program, values, on.dialect(), on.about());
  engine::Uniforms uniforms(program, engine::chosen_isa());
  uniforms.evaluate(parameters);
  std::vector<double> slots;
  for (const std::uint32_t slot : printed.slots) slots.push_back(uniforms.value(slot));
  slots.resize(std::max<std::size_t>(1, slots.size()));
  const auto queue = on.queue();
  const auto module = opened.modules->get(on, printed.source).module;
  const auto kernel = queue->kernel(*module, "nlsq_values");
  std::vector<std::unique_ptr<device::Buffer>> buffers;
  std::vector<device::Argument> arguments;
  const auto upload = [&](const std::vector<double>& from) {
    const auto bytes = static_cast<index_t>(from.size() * sizeof(double));
    buffers.push_back(on.allocate(bytes));
    queue->write(*buffers.back(), from.data(), bytes);
    arguments.emplace_back(buffers.back().get());
  };
  upload(slots);
  for (const std::vector<double>& column : columns) upload(column);
  const auto rows = static_cast<index_t>(columns.front().size());
  std::vector<double> flat(static_cast<std::size_t>(rows) * program.outputs.size());
  arguments.emplace_back(std::int64_t{rows});
  arguments.emplace_back(std::int64_t{rows});
  upload(flat);
  queue->launch(*kernel, arguments, 1, printed.items);
  queue->read(*buffers.back(), flat.data(), static_cast<index_t>(flat.size() * sizeof(double)));
  std::vector<std::vector<double>> out;
  for (std::size_t o = 0; o < program.outputs.size(); ++o) {
    const double* const from = flat.data() + static_cast<index_t>(o) * rows;
    out.emplace_back(from, from + rows);
  }
  return out;
}

}  // namespace nlsq::test
