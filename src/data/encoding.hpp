// SPDX-License-Identifier: MIT
// Text that is not UTF-8 without marks: UTF-16, and byte-order marks on every line, as files that
// were put together from others have them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nlsq::data {

struct Decoded {
  std::string text;  ///< UTF-8
  std::string note;  ///< what was done; empty if nobody needs to know
};

/// The text in UTF-8, if `bytes` are in UTF-16 (by the mark, or by the zeros beside the first
/// characters) or have a mark on their second line; nothing otherwise.
std::optional<Decoded> decoded(std::string_view bytes);

/// Appends a code point of Unicode as UTF-8.
void append_utf8(std::uint32_t code, std::string& out);

}  // namespace nlsq::data
