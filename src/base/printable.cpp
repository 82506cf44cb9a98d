// SPDX-License-Identifier: MIT
// Characters are decoded by the table of well-formed UTF-8 (Unicode 15, table 3-7).
#include "base/printable.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace nlsq::base {
namespace {

constexpr std::size_t kMostOfMessage = 4000;

struct Character {
  std::size_t length = 1;  ///< bytes
  std::uint32_t point = 0;
  bool valid = false;
};

Character decode(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t k) {
    return at + k < text.size()
               ? static_cast<std::uint32_t>(static_cast<unsigned char>(text[at + k]))
               : 0U;
  };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {1, lead, true};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  std::uint32_t point = lead & (0x7FU >> length);
  if (lead < 0xC2 || lead > 0xF4) return {};
  for (std::size_t k = 1; k < length; ++k) {
    if ((byte(k) & 0xC0U) != 0x80U) return {};
    point = point << 6U | (byte(k) & 0x3FU);
  }
  const bool too_long = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  if (too_long || surrogate || point > 0x10FFFF) return {};
  return {length, point, true};
}

// Controls, marks that turn the direction or break the line, and what is no character in XML.
bool is_hidden(std::uint32_t point) {
  if (point < 0x20 || (point >= 0x7F && point <= 0x9F)) return true;
  if (point < 0x61C) return false;
  return point == 0x61C || point == 0x200E || point == 0x200F ||
         (point >= 0x2028 && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069) ||
         point == 0xFEFF || point == 0xFFFE || point == 0xFFFF;
}

std::string escape(std::uint32_t point, bool is_byte) {
  switch (point) {
    case '\t': return "\\t";
    case '\n': return "\\n";
    case '\r': return "\\r";
    default: break;
  }
  return is_byte || point < 0x80 ? fmt::format("\\x{:02x}", point)
                                 : fmt::format("\\u{:04x}", point);
}

std::size_t characters_of(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); at += decode(text, at).length) ++count;
  return count;
}

// The byte at which character `count` begins.
std::size_t byte_of(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; at < text.size() && count > 0; --count) at += decode(text, at).length;
  return at;
}

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Character c = decode(text, at);
    if (!c.valid)
      out += escape(static_cast<unsigned char>(text[at]), true);
    else if (is_hidden(c.point))
      out += escape(c.point, false);
    else
      out += text.substr(at, c.length);
    at += c.length;
  }
  return out;
}

// The first two thirds and the last third of what is too long.
std::string bounded(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  const std::size_t count = characters_of(text);
  if (count <= most) return std::string(text);
  const std::size_t back = most / 3, front = most - 1 - back;
  return std::string(text.substr(0, byte_of(text, front))) + "…" +
         std::string(text.substr(byte_of(text, count - back)));
}

// Bounds what stands between two apostrophes; one inside a word is none.
std::string with_bounded_quotes(const std::string& text) {
  std::string out;
  std::size_t at = 0;
  while (true) {
    const std::size_t open = text.find('\'', at);
    const std::size_t close = open == std::string::npos ? open : text.find('\'', open + 1);
    if (close == std::string::npos) return out + text.substr(at);
    out += text.substr(at, open + 1 - at) +
           bounded(std::string_view(text).substr(open + 1, close - open - 1), kMostShown) + "'";
    at = close + 1;
  }
}

}  // namespace

std::string printable(std::string_view text, std::size_t most) {
  return escaped(bounded(text, most));
}

bool is_printable(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] >= 0x20 && text[at] < 0x7F) {
      ++at;
      continue;
    }
    const Character c = decode(text, at);
    if (!c.valid || is_hidden(c.point)) return false;
    at += c.length;
  }
  return true;
}

std::string printable_lines(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    out += escaped(text.substr(at, end == std::string_view::npos ? end : end - at));
    if (end == std::string_view::npos) break;
    out += '\n';
    at = end + 1;
  }
  return out;
}

std::string printable_message(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find("\n  ", at);
    const bool is_last = end == std::string_view::npos;
    out += escaped(text.substr(at, is_last ? end : end - at));
    if (is_last) break;
    out += '\n';
    at = end + 1;
  }
  return bounded(with_bounded_quotes(out), kMostOfMessage);
}

}  // namespace nlsq::base
