// SPDX-License-Identifier: MIT
// The last steps of lowering: the order of the end, and a register for each value.
#pragma once

#include <cstdint>

#include "program/program.hpp"

namespace nlsq::program {

/// The instruction that makes the first output becomes the last one, where that costs no register.
void move_first_output_to_end(Program& program);

/// Turns `values` numbered values into registers, each free again after its value's last use, so
/// that the working set stays small.
void allocate_registers(Program& program, std::uint32_t values);

}  // namespace nlsq::program
