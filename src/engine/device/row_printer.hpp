// SPDX-License-Identifier: MIT
// The row part of a program as C: from the columns of row r to values w0, w1, …
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/device/row_sums.hpp"
#include "program/program.hpp"

namespace nlsq::engine::device {

class RowPrinter {
 public:
  RowPrinter(const program::Program& program, const RowSums& sums);

  /// Statements. Columns are c0[r], …, uniform values u[i], coefficients k[i].
  const std::string& text() const { return text_; }
  /// Slots of the program in the order of u.
  const std::vector<std::uint32_t>& slots() const { return slots_; }
  /// What text() calls.
  const std::set<std::string_view>& functions() const { return functions_; }
  /// Of the columns.
  const std::vector<bool>& float32() const { return float32_; }

 private:
  void find_slots();
  void print_program();
  void print_values();
  std::string slot(std::uint32_t index) const;
  std::string operand(const program::Operand& o) const;
  std::string call(const program::Instruction& in);
  std::string polynomial(const program::Instruction& in) const;
  std::string value(const program::Instruction& in);

  const program::Program& p_;
  const RowSums& sums_;
  std::string text_;
  std::vector<bool> float32_;
  std::vector<std::uint32_t> slots_;
  std::map<std::uint32_t, std::size_t> place_;
  std::map<std::uint32_t, std::string> registers_;
  std::set<std::string_view> functions_;
};

}  // namespace nlsq::engine::device
