// SPDX-License-Identifier: MIT
// Numbers in the fewest digits that read back the same, written as people do: 100000, 0.001, 1e-05.
#pragma once

#include <fmt/compile.h>

#include <array>
#include <cstddef>
#include <string_view>

namespace nlsq::command {

using Digits = std::array<char, 32>;

/// Also "inf" and "nan". No double needs more room.
inline std::string_view shortest(double value, Digits& digits) {
  const char* end = fmt::format_to(digits.data(), FMT_COMPILE("{}"), value);
  return {digits.data(), static_cast<std::size_t>(end - digits.data())};
}

}  // namespace nlsq::command
