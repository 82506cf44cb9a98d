// SPDX-License-Identifier: MIT
// The operations of nlsq/ops.def in the C that devices compile. The operation `op` is the function
// nlsq_op; only those that a program uses, and what they need themselves, are printed.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "program/program.hpp"

namespace nlsq::engine::device {

/// The function's name without "nlsq_"; empty where the operation is written out as it is.
std::string_view function_of(program::Code code);

/// Error that an operation adds beside the budget of ops.def on a device that keeps to the
/// precision that OpenCL and CUDA ask for, in units in the last place.
double device_ulp(program::Code code);

/// Definitions of these functions and of those that they call, in order.
std::string definitions_of(const std::set<std::string_view>& functions);

/// There is a definition.
bool is_defined(std::string_view function);

}  // namespace nlsq::engine::device
