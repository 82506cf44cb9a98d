// SPDX-License-Identifier: MIT
#include "program/registers.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace nlsq::program {

// Folds can make the last instruction themselves (reduce/fold.hpp), so the first root's, which is
// the residual, becomes it where that costs no register: only readers of outputs need its result,
// and its operands stay in their registers anyway.
void move_first_output_to_end(Program& program) {
  if (program.outputs.empty()) return;
  const Operand first = program.outputs.front();
  const auto is_first = [&](const Instruction& in) {
    return first == Operand{Operand::Kind::reg, in.dst} && in.code != Code::sincos;
  };
  const auto at = std::find_if(program.row.begin(), program.row.end(), is_first);
  if (at == program.row.end()) return;
  const auto stays = [&](const Operand& operand) {
    const auto is_same = [&](const Broadcast& b) { return b.reg == operand.index; };
    return operand.kind != Operand::Kind::reg ||
           std::find(program.outputs.begin(), program.outputs.end(), operand) !=
               program.outputs.end() ||
           std::any_of(program.broadcasts.begin(), program.broadcasts.end(), is_same);
  };
  const auto reads_first = [&](const Instruction& in) {
    return in.a == first || in.b == first || in.c == first || in.e == first;
  };
  if (stays(at->a) && stays(at->b) && stays(at->c) && stays(at->e) &&
      std::none_of(at, program.row.end(), reads_first)) {
    std::rotate(at, at + 1, program.row.end());
  }
}

// Turns values into registers: a value's register is free after its last use.
void allocate_registers(Program& program, std::uint32_t values) {
  constexpr std::size_t kForever = SIZE_MAX;
  std::vector<std::size_t> last(values, 0);
  const auto touch = [&](const Operand& operand, std::size_t when) {
    if (operand.kind == Operand::Kind::reg) last[operand.index] = when;
  };
  for (std::size_t i = 0; i < program.row.size(); ++i) {
    const Instruction& in = program.row[i];
    for (const Operand& operand : {in.a, in.b, in.c, in.e}) touch(operand, i);
  }
  for (const Operand& output : program.outputs) touch(output, kForever);
  for (const Broadcast& b : program.broadcasts) last[b.reg] = kForever;

  std::vector<std::uint32_t> reg(values, 0), free;
  const auto take = [&] {
    if (free.empty()) return program.registers++;
    const std::uint32_t r = free.back();
    free.pop_back();
    return r;
  };
  const auto rename = [&](Operand& operand) {
    if (operand.kind == Operand::Kind::reg) operand.index = reg[operand.index];
  };
  for (Broadcast& b : program.broadcasts) b.reg = reg[b.reg] = take();
  for (std::size_t i = 0; i < program.row.size(); ++i) {
    Instruction& in = program.row[i];
    const Operand sources[] = {in.a, in.b, in.c, in.e};
    for (std::size_t s = 0; s < 4; ++s) {
      const Operand& operand = sources[s];
      const bool repeated = std::find(sources, sources + s, operand) != sources + s;
      const bool dies = operand.kind == Operand::Kind::reg && last[operand.index] == i && !repeated;
      // sincos writes two results, the second before the first operand is dead in the kernel's
      // eyes.
      if (dies && in.code != Code::sincos) free.push_back(reg[operand.index]);
    }
    rename(in.a), rename(in.b), rename(in.c), rename(in.e);
    const std::uint32_t value = in.dst, value2 = in.dst2;
    in.dst = reg[value] = take();
    if (in.code == Code::sincos) in.dst2 = reg[value2] = take();
  }
  for (Operand& output : program.outputs) rename(output);
}

}  // namespace nlsq::program
