// SPDX-License-Identifier: MIT
// Functions that OpenCL C or CUDA C does not have, or not with all digits, written out.
#pragma once

#include <span>
#include <string_view>

namespace nlsq::engine::device {

struct Function {
  std::string_view name;    ///< of ops.def, or of a helper
  double ulp;               ///< error on the device
  std::string_view needs;   ///< others, separated by blanks
  std::string_view source;  ///< a macro or a function nlsq_<name>
};

std::span<const Function> special_functions();

}  // namespace nlsq::engine::device
