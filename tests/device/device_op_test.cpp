// SPDX-License-Identifier: MIT
// Every operation on the device against the CPU, at the points of tests/data/ops, within the sum of
// both error budgets. Operations share modules, as many as have columns for their operands.
#include <cmath>
#include <filesystem>
#include <map>

#include "device_runner.hpp"
#include "device_support.hpp"
#include "engine/device/functions.hpp"
#include "engine/op_support.hpp"
#include "program/lower.hpp"
#include "support/tolerance.hpp"

namespace nlsq {
namespace {

using test::OpCase;
using test::OpTable;

constexpr std::size_t kColumns = 40;  // of a module

double cpu_ulp(const std::string& name) {
  for (const expr::OpInfo& op : expr::kOps) {
    if (op.id == name) return op.ulp;
  }
  return 100.0;  // composites
}

double device_ulp(const std::string& name) {
  for (int i = 0; i < expr::kOpCount; ++i) {
    if (expr::kOps[i].id == name)
      return engine::device::device_ulp(program::code_of(static_cast<expr::Op>(i)));
  }
  return 100.0;
}

// One operation of one order on columns of its own.
struct Entry {
  const OpTable* table;
  const OpCase* rows;
};

class Batch {
 public:
  bool has_room(const Entry& entry) const {
    return columns_.size() + entry.rows->columns.size() <= kColumns;
  }
  bool empty() const { return entries_.empty(); }

  void add(const Entry& entry) {
    expr::Graph parameters;
    const expr::NodeId root =
        test::build_op(parameters, entry.table->name, entry.table->arity, entry.rows->k);
    const auto base = static_cast<index_t>(columns_.size());
    std::vector<expr::NodeId> map(parameters.size(), expr::kNone);
    for (expr::NodeId id = 0; id < parameters.size(); ++id) {
      const expr::Node& n = parameters[id];
      const auto at = [&](expr::NodeId old) { return old == expr::kNone ? old : map[old]; };
      map[id] = n.op == expr::Op::constant    ? graph_.constant(n.value)
                : n.op == expr::Op::parameter ? graph_.column(base + n.imm)
                                              : graph_.make(n.op, at(n.a), at(n.b), at(n.c), n.imm);
    }
    roots_.push_back({map[root], true});
    for (const auto& column : entry.rows->columns) columns_.push_back(column);
    entries_.push_back(entry);
  }

  void run(const engine::device::Opened& opened) {
    std::size_t rows = 0;
    for (const auto& column : columns_) rows = std::max(rows, column.size());
    for (auto& column : columns_) column.resize(rows, column.front());
    program::LowerOptions lowering;
    lowering.columns = static_cast<index_t>(columns_.size());
    lowering.fuse = false;
    const program::Program program = program::lower(graph_, roots_, lowering);
    const auto cpu = test::run_program(program, columns_, {}, static_cast<index_t>(rows));
    const auto device = test::run_on_device(opened, program, columns_, {});
    for (std::size_t e = 0; e < entries_.size(); ++e) compare(entries_[e], cpu[e], device[e]);
  }

 private:
  static void compare(const Entry& entry, const std::vector<double>& cpu,
                      const std::vector<double>& device) {
    const std::string& name = entry.table->name;
    const test::ErrorScale scale(*entry.table);
    const double budget = cpu_ulp(name) + device_ulp(name) + 1e-6;
    double worst = 0.0;
    for (std::size_t i = 0; i < entry.rows->rows.size(); ++i) {
      const test::OpRow& row = *entry.rows->rows[i];
      const std::string where =
          name + "." + std::to_string(row.k) + " at " + ::testing::PrintToString(row.x) + ": CPU " +
          ::testing::PrintToString(cpu[i]) + ", device " + ::testing::PrintToString(device[i]);
      // The last doubles may be infinite already.
      const bool near_the_end = std::fabs(cpu[i]) > 1.797693134862e308 && std::isinf(device[i]);
      if (near_the_end && std::signbit(cpu[i]) == std::signbit(device[i])) continue;
      if (!std::isfinite(cpu[i]) || !std::isfinite(device[i])) {
        EXPECT_TRUE((std::isnan(cpu[i]) && std::isnan(device[i])) || cpu[i] == device[i]) << where;
        continue;
      }
      // The digamma function is as accurate near its zero as at 1.
      const bool near_zero = name == "digamma" || (name == "polygamma" && row.k == 0);
      const long double size = std::max(
          {static_cast<long double>(std::fabs(cpu[i])), scale.of(row, 0), near_zero ? 1.0L : 0.0L});
      const auto error = static_cast<double>(
          std::fabs(static_cast<long double>(device[i]) - cpu[i]) / test::ulp_of(size));
      worst = std::max(worst, error);
      EXPECT_LE(error, budget) << where;
    }
    ::testing::Test::RecordProperty(name + std::to_string(entry.rows->k), std::to_string(worst));
  }

  expr::Graph graph_{false};
  std::vector<program::Root> roots_;
  std::vector<std::vector<double>> columns_;
  std::vector<Entry> entries_;
};

TEST(DeviceOps, AreWithinBothErrorBudgetsOfTheCpu) {
  NLSQ_NEEDS_DEVICE();
  const auto opened = engine::device::open(test::device_for_tests());
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(NLSQ_TEST_DATA "/ops"))
    names.push_back(entry.path().stem());
  std::sort(names.begin(), names.end());
  std::vector<OpTable> tables;
  std::vector<std::vector<OpCase>> cases;
  for (const std::string& name : names) tables.push_back(test::read_op_table(name));
  for (const OpTable& table : tables) cases.push_back(test::cases_of(table));
  Batch batch;
  for (std::size_t t = 0; t < tables.size(); ++t) {
    for (const OpCase& rows : cases[t]) {
      const Entry entry{&tables[t], &rows};
      if (!batch.has_room(entry)) {
        batch.run(opened);
        batch = Batch();
      }
      batch.add(entry);
    }
  }
  if (!batch.empty()) batch.run(opened);
}

TEST(DeviceOps, AllOfThemHaveASpelling) {
  for (int i = 0; i < expr::kOpCount; ++i) {
    const auto function = engine::device::function_of(program::code_of(static_cast<expr::Op>(i)));
    EXPECT_TRUE(function.empty() || engine::device::is_defined(function)) << function;
  }
}

}  // namespace
}  // namespace nlsq
