// SPDX-License-Identifier: MIT
#include "engine/device/row_printer.hpp"

#include <fmt/format.h>

#include "engine/device/functions.hpp"

namespace nlsq::engine::device {
namespace {

using program::Code;
using program::Instruction;
using program::Operand;

std::string truth(const std::string& condition) { return condition + " ? 1.0 : 0.0"; }

}  // namespace

RowPrinter::RowPrinter(const program::Program& program, const RowSums& sums)
    : p_(program), sums_(sums) {
  float32_.assign(static_cast<std::size_t>(p_.columns), false);
  for (const Instruction& in : p_.row) {
    if (in.code == Code::widen) float32_[in.a.index] = true;
  }
  find_slots();
  print_program();
  print_values();
}

// Slots that the row part reads, with whole ranges where an instruction reads one.
void RowPrinter::find_slots() {
  std::set<std::uint32_t> used;
  const auto range = [&](std::uint32_t first, std::int32_t count) {
    for (std::int32_t i = 0; i < count; ++i) used.insert(first + static_cast<std::uint32_t>(i));
  };
  for (const Instruction& in : p_.row) {
    for (const Operand& operand : {in.a, in.b, in.c, in.e}) {
      if (operand.kind == Operand::Kind::scalar) used.insert(operand.index);
    }
    if (in.code == Code::gathered) range(in.b.index, in.imm);
    if (in.code == Code::polynomial) range(in.b.index, in.imm + 1);
  }
  for (const program::Broadcast& b : p_.broadcasts) used.insert(b.slot);
  for (const RowValue& value : sums_.values) {
    for (const Operand& operand : {value.a, value.b}) {
      if (operand.kind == Operand::Kind::scalar) used.insert(operand.index);
    }
  }
  slots_.assign(used.begin(), used.end());
  for (std::size_t i = 0; i < slots_.size(); ++i) place_[slots_[i]] = i;
}

std::string RowPrinter::slot(std::uint32_t index) const {
  return fmt::format("u[{}]", place_.at(index));
}

std::string RowPrinter::operand(const Operand& o) const {
  switch (o.kind) {
    case Operand::Kind::scalar: return slot(o.index);
    case Operand::Kind::column: return fmt::format("c{}[r]", o.index);
    case Operand::Kind::reg: return registers_.at(o.index);
    case Operand::Kind::none: break;
  }
  return "0.0";
}

std::string RowPrinter::call(const Instruction& in) {
  const Code code = in.code;
  const std::string_view function = function_of(code);
  functions_.insert(function);
  std::string text = fmt::format("nlsq_{}(", function);
  if (code == Code::polygamma || code == Code::bessel_ratio || code == Code::wofz_re ||
      code == Code::wofz_im) {
    text += fmt::format("{}, ", in.imm);
  }
  text += operand(in.a);
  if (in.b.kind != Operand::Kind::none) text += ", " + operand(in.b);
  return text + ")";
}

std::string RowPrinter::polynomial(const Instruction& in) const {
  std::string text = slot(in.b.index + static_cast<std::uint32_t>(in.imm));
  for (std::int32_t k = in.imm; k-- > 0;) {
    text = fmt::format("fma({}, {}, {})", text, operand(in.a),
                       slot(in.b.index + static_cast<std::uint32_t>(k)));
  }
  return in.e.kind == Operand::Kind::none ? text : text + " - " + operand(in.e);
}

std::string RowPrinter::value(const Instruction& in) {
  const std::string a = operand(in.a), b = operand(in.b), c = operand(in.c), e = operand(in.e);
  switch (in.code) {
    case Code::add: return a + " + " + b;
    case Code::sub: return a + " - " + b;
    case Code::mul: return a + " * " + b;
    case Code::div: return a + " / " + b;
    case Code::neg: return "-(" + a + ")";
    case Code::reciprocal: return "1.0 / " + a;
    case Code::square: return a + " * " + a;
    case Code::fma: return fmt::format("fma({}, {}, {})", a, b, c);
    case Code::fms: return fmt::format("fma({}, {}, -{})", a, b, c);
    case Code::fnma: return fmt::format("fma(-{}, {}, {})", a, b, c);
    case Code::fma_sub: return fmt::format("fma({}, {}, {}) - {}", a, b, c, e);
    case Code::polynomial: return polynomial(in);
    case Code::lt: return truth(a + " < " + b);
    case Code::le: return truth(a + " <= " + b);
    case Code::eq: return truth(a + " == " + b);
    case Code::ne: return truth(a + " != " + b);
    case Code::logical_and: return truth(fmt::format("{} != 0.0 && {} != 0.0", a, b));
    case Code::logical_or: return truth(fmt::format("{} != 0.0 || {} != 0.0", a, b));
    case Code::logical_not: return truth(a + " == 0.0");
    case Code::where: return fmt::format("{} != 0.0 ? {} : {}", a, b, c);
    case Code::widen: return "(double)" + a;
    case Code::copy: return a;
    case Code::gathered:  // what is beyond the elements is no number, as on the CPU
      return fmt::format("{0} >= 0.0 && {0} < {1}.0 ? u[{2} + (int)({0})] : NLSQ_NAN", a, in.imm,
                         place_.at(in.b.index));
    default: return call(in);
  }
}

// From columns to values, one name a value: a register of the program has many in turn.
void RowPrinter::print_program() {
  int names = 0;
  for (const program::Broadcast& b : p_.broadcasts) registers_[b.reg] = slot(b.slot);
  for (const Instruction& in : p_.row) {
    if (in.code == Code::sincos) {
      functions_.insert({"sin", "cos"});
      const std::string a = operand(in.a);
      text_ += fmt::format("    const double v{} = nlsq_sin({}), v{} = nlsq_cos({});\n", names, a,
                           names + 1, a);
      registers_[in.dst] = fmt::format("v{}", names++);
      registers_[in.dst2] = fmt::format("v{}", names++);
      continue;
    }
    text_ += fmt::format("    const double v{} = {};\n", names, value(in));
    registers_[in.dst] = fmt::format("v{}", names++);
  }
}

void RowPrinter::print_values() {
  for (std::size_t i = 0; i < sums_.values.size(); ++i) {
    const RowValue& v = sums_.values[i];
    std::string made = "1.0";
    if (v.kind == RowValue::Kind::operand) made = operand(v.a);
    if (v.kind == RowValue::Kind::product) made = operand(v.a) + " * " + operand(v.b);
    if (v.kind == RowValue::Kind::combination) {
      made = fmt::format("k[{}] * w{}", v.at, v.first);
      for (index_t j = 1; j < v.count; ++j)
        made = fmt::format("fma(k[{}], w{}, {})", v.at + j, v.first + j, made);
    }
    text_ += fmt::format("    const double w{} = {};\n", i, made);
  }
}

}  // namespace nlsq::engine::device
