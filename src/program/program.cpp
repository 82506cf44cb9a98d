// SPDX-License-Identifier: MIT
// Block size and listing of a program.
#include "program/program.hpp"

#include <algorithm>

namespace nlsq::program {
namespace {

constexpr index_t kCacheBytes = 48 * 1024;
constexpr index_t kMinBlock = 64;
constexpr index_t kMaxBlock = 1024;

std::string_view name_of(Code code) {
  switch (code) {
    case Code::reciprocal: return "reciprocal";
    case Code::square: return "square";
    case Code::fma: return "fma";
    case Code::fms: return "fms";
    case Code::fnma: return "fnma";
    case Code::fma_sub: return "fma_sub";
    case Code::polynomial: return "polynomial";
    case Code::copy: return "copy";
    case Code::sincos: return "sincos";
    case Code::widen: return "widen";
    default: return expr::kOps[static_cast<int>(code)].id;
  }
}

std::string shown(const Operand& operand) {
  switch (operand.kind) {
    case Operand::Kind::none: return "";
    case Operand::Kind::scalar: return " s" + std::to_string(operand.index);
    case Operand::Kind::reg: return " r" + std::to_string(operand.index);
    case Operand::Kind::column: return " col" + std::to_string(operand.index);
  }
  return "";
}

std::string line(const Instruction& in, const char* prefix) {
  std::string out = "  " + std::string(prefix) + std::to_string(in.dst);
  if (in.code == Code::sincos) out += "," + std::string(prefix) + std::to_string(in.dst2);
  out += " = " + std::string(name_of(in.code));
  if (in.imm != 0) out += "." + std::to_string(in.imm);
  return out + shown(in.a) + shown(in.b) + shown(in.c) + shown(in.e) + "\n";
}

}  // namespace

index_t Program::block_rows() const {
  const index_t live = std::max<index_t>(1, registers + columns);
  index_t rows = kMaxBlock;
  while (rows > kMinBlock && rows * live * 8 > kCacheBytes) rows /= 2;
  return rows;
}

std::string to_string(const Program& program) {
  std::string out = "uniform\n";
  for (index_t i = 0; i < program.parameters; ++i)
    out += "  s" + std::to_string(i) + " = parameter\n";
  for (const Constant& c : program.constants) {
    out += "  s" + std::to_string(c.slot) + " = " + std::to_string(c.value) + "\n";
  }
  for (const Instruction& in : program.uniform) out += line(in, "s");
  for (const Broadcast& b : program.broadcasts) {
    out += "  r" + std::to_string(b.reg) + " = broadcast s" + std::to_string(b.slot) + "\n";
  }
  out += "row\n";
  for (const Instruction& in : program.row) out += line(in, "r");
  out += "out";
  for (const Operand& output : program.outputs) out += shown(output);
  return out + "\n";
}

}  // namespace nlsq::program
