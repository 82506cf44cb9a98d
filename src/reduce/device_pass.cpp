// SPDX-License-Identifier: MIT
// The sums are those of GramFold and CostFold, in their order, product by product.
#include "reduce/device_pass.hpp"

#include <algorithm>
#include <cmath>

#include "base/log.hpp"
#include "reduce/fold_kernels.hpp"

namespace nlsq::reduce {
namespace {

namespace device = engine::device;
using device::RowSums;
using device::RowValue;

index_t bytes_of(std::size_t doubles) { return static_cast<index_t>(doubles * sizeof(double)); }

index_t add(RowSums& sums, const RowValue& value) {
  sums.values.push_back(value);
  return static_cast<index_t>(sums.values.size()) - 1;
}

index_t add(RowSums& sums, const program::Operand& operand) {
  return add(sums, {.kind = RowValue::Kind::operand, .a = operand});
}

// Σf², Σρ.
RowSums cost_sums(const Term& term) {
  RowSums sums;
  const index_t one = add(sums, RowValue{});
  for (const program::ResidualOutput& output : term.program->value_outputs) {
    const index_t f = add(sums, output.f);
    if (term.robust) {
      sums.sums.push_back({add(sums, output.rho), one});
    } else {
      sums.sums.push_back({f, f});
    }
    sums.sums.push_back({f, f});
  }
  return sums;
}

// The Gram matrix of J or Z, with f as the last column for the linear loss; else Σρ′fJ, Σρ, Σf².
RowSums gram_sums(const Term& term, index_t n) {
  RowSums sums;
  const index_t one = add(sums, RowValue{});
  for (const program::ResidualOutput& output : term.program->outputs) {
    std::vector<index_t> plain, columns;
    for (const program::JacobianColumn& column : output.jacobian)
      plain.push_back(add(sums, column.values));
    columns = plain;
    if (term.robust) {
      for (std::size_t j = 0; j < columns.size(); ++j) {
        columns[j] = add(sums, {.kind = RowValue::Kind::product,
                                .a = output.jacobian[j].values,
                                .b = output.root_scale});
      }
    }
    if (n > 0) {
      const auto k = static_cast<index_t>(columns.size());
      const index_t first = k > 0 ? columns.front() : 0;
      columns.clear();
      for (index_t j = 0; j < n; ++j) {
        RowValue combined{.kind = RowValue::Kind::combination, .first = first, .count = k};
        combined.at = sums.coefficients;
        sums.coefficients += k;
        columns.push_back(add(sums, combined));
      }
    }
    const index_t f = add(sums, output.f);
    if (!term.robust) columns.push_back(f);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      for (std::size_t j = 0; j <= i; ++j) sums.sums.push_back({columns[i], columns[j]});
    }
    if (!term.robust) continue;
    const index_t weighted = add(sums, output.weighted_f);
    for (const index_t j : plain) sums.sums.push_back({j, weighted});
    sums.sums.push_back({add(sums, output.rho), one});
    sums.sums.push_back({f, f});
  }
  return sums;
}

}  // namespace

DeviceColumns::DeviceColumns(device::Opened opened, Resident resident)
    : opened_(std::move(opened)), resident_(std::move(resident)), queue_(opened_.device->queue()) {}

DeviceColumns::Buffer DeviceColumns::column(const void* data, index_t bytes) {
  for (const Known& known : known_) {
    if (known.data == data && known.bytes == bytes) return known.buffer;
  }
  Buffer buffer = resident_ ? resident_(data, bytes) : nullptr;
  if (!buffer) {
    buffer = opened_.device->allocate(std::max<index_t>(bytes, 8));
    if (bytes > 0) queue_->write(*buffer, data, bytes);
    traffic.uploaded += bytes;
  }
  known_.push_back({data, bytes, buffer});
  return buffer;
}

// A kernel of one kind, its launches' arguments, and where its sums are.
struct DevicePass::Prepared {
  Prepared(const Term& term, const program::Program& program, RowSums row_sums,
           DeviceColumns& shared, const std::vector<DeviceColumns::Buffer>& columns,
           engine::Isa isa, index_t width)
      : n(width), uniforms(program, isa), sums(static_cast<index_t>(row_sums.sums.size())) {
    device::Device& on = shared.device();
    if (const auto why = device::why_not(program, row_sums, on.about()))
      throw device::DeviceError(*why);
    device::RowKernel printed = device::print_rows(program, row_sums, on.dialect(), on.about());
    slots = std::move(printed.slots);
    items = printed.items;
    rows_kernel = kernel(shared, printed.source, "nlsq_rows");
    total_kernel = kernel(shared, source_of_total(on.dialect()), "nlsq_total");
    const index_t each = device::rows_of_group(term.rows, items, on.about().is_gpu);
    groups = std::max<index_t>(1, (term.rows + each - 1) / each);
    values.resize(slots.size());
    result.resize(static_cast<std::size_t>(sums));
    coefficients.resize(static_cast<std::size_t>(row_sums.coefficients));
    slots_on = on.allocate(std::max<index_t>(8, bytes_of(values.size())));
    partial_on = on.allocate(bytes_of(static_cast<std::size_t>(sums * groups)));
    result_on = on.allocate(bytes_of(result.size()));
    arguments.emplace_back(slots_on.get());
    if (!coefficients.empty()) {
      coefficients_on = on.allocate(bytes_of(coefficients.size()));
      arguments.emplace_back(coefficients_on.get());
    }
    for (const DeviceColumns::Buffer& column : columns) arguments.emplace_back(column.get());
    arguments.emplace_back(std::int64_t{term.rows});
    arguments.emplace_back(std::int64_t{each});
    arguments.emplace_back(partial_on.get());
    total_arguments = {partial_on.get(), std::int64_t{groups}, result_on.get()};
  }

  std::unique_ptr<device::Kernel> kernel(DeviceColumns& shared, const std::string& source,
                                         const char* name) {
    const device::Modules::Got got = shared.modules().get(shared.device(), source);
    shared.traffic.compile_ms += got.milliseconds;
    modules.push_back(got.module);
    return shared.queue().kernel(*got.module, name);
  }

  static const std::string& source_of_total(device::Dialect dialect) {
    static const std::string opencl = device::print_total(device::Dialect::opencl);
    static const std::string cuda = device::print_total(device::Dialect::cuda);
    return dialect == device::Dialect::opencl ? opencl : cuda;
  }

  index_t n;
  engine::Uniforms uniforms;
  index_t sums;
  index_t groups = 1;
  int items = 0;
  std::vector<std::uint32_t> slots;
  std::vector<double> values, coefficients, result;
  std::vector<std::shared_ptr<const device::Module>> modules;
  std::unique_ptr<device::Kernel> rows_kernel, total_kernel;
  std::unique_ptr<device::Buffer> slots_on, coefficients_on, partial_on, result_on;
  std::vector<device::Argument> arguments, total_arguments;
};

DevicePass::DevicePass(const Term& term, DeviceColumns& shared, engine::Isa isa)
    : term_(&term), shared_(&shared), isa_(isa) {
  for (const ColumnSource& column : term.columns) {
    const index_t width = column.float32 ? index_t{sizeof(float)} : index_t{sizeof(double)};
    columns_.push_back(shared.column(column.data, term.rows * width));
  }
  prepared({});
}

DevicePass::~DevicePass() = default;

DevicePass::Prepared& DevicePass::prepared(const PassRequest& request) {
  const bool is_cost = request.kind == PassRequest::Kind::cost;
  std::unique_ptr<Prepared>& made = prepared_[is_cost ? 0 : request.n == 0 ? 1 : 2];
  if (!made || made->n != request.n) {
    made =
        std::make_unique<Prepared>(*term_, is_cost ? term_->program->value : term_->program->full,
                                   is_cost ? cost_sums(*term_) : gram_sums(*term_, request.n),
                                   *shared_, columns_, isa_, request.n);
  }
  return *made;
}

std::span<const double> DevicePass::answer(const PassRequest& request) {
  Prepared& with = prepared(request);
  device::Queue& queue = shared_->queue();
  with.uniforms.evaluate(request.parameters);
  for (std::size_t i = 0; i < with.slots.size(); ++i)
    with.values[i] = with.uniforms.value(with.slots[i]);
  index_t moved = 0;
  const auto send = [&](const std::unique_ptr<device::Buffer>& to,
                        const std::vector<double>& from) {
    if (from.empty()) return;
    queue.write(*to, from.data(), bytes_of(from.size()));
    moved += bytes_of(from.size());
  };
  send(with.slots_on, with.values);
  auto at = with.coefficients.begin();
  for (const linalg::Matrix& m : request.coordinates) at = std::copy(m.begin(), m.end(), at);
  send(with.coefficients_on, with.coefficients);
  queue.launch(*with.rows_kernel, with.arguments, with.groups, with.items);
  queue.launch(*with.total_kernel, with.total_arguments, with.sums, device::kItemsOfTotal);
  queue.read(*with.result_on, with.result.data(), bytes_of(with.result.size()));
  moved += bytes_of(with.result.size());
  DeviceTraffic& traffic = shared_->traffic;
  traffic.moved += moved;
  traffic.most_a_pass = std::max(traffic.most_a_pass, moved);
  ++traffic.passes;
  return with.result;
}

std::span<const double> DevicePass::run(const PassRequest& request) {
  if (!shared_->failure.empty()) return {};
  try {
    return answer(request);
  } catch (const device::DeviceError& error) {
    shared_->failure = error.what();
    return {};
  }
}

}  // namespace nlsq::reduce
