// SPDX-License-Identifier: MIT
#include "data/encoding.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace nlsq::data {
namespace {

using namespace std::string_view_literals;

constexpr auto kMark = "\xEF\xBB\xBF"sv;

enum class Wide { none, little, big };

Wide wide_of(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xFE\0\0"sv)) return Wide::none;
  if (bytes.starts_with("\xFF\xFE"sv)) return Wide::little;
  if (bytes.starts_with("\xFE\xFF"sv)) return Wide::big;
  constexpr std::size_t kLook = 8;
  if (bytes.size() < kLook) return Wide::none;
  const auto zeros = [&](std::size_t from, bool zero) {
    for (std::size_t i = from; i < kLook; i += 2) {
      if ((bytes[i] == '\0') != zero) return false;
    }
    return true;
  };
  if (zeros(0, false) && zeros(1, true)) return Wide::little;
  return zeros(0, true) && zeros(1, false) ? Wide::big : Wide::none;
}

// Half a pair of surrogates becomes the sign of replacement.
std::string from_utf16(std::string_view bytes, Wide wide) {
  constexpr std::uint32_t kReplacement = 0xFFFD;
  const auto unit = [&](std::size_t i) {
    const auto first = static_cast<unsigned char>(bytes[2 * i]);
    const auto second = static_cast<unsigned char>(bytes[2 * i + 1]);
    return wide == Wide::little ? std::uint32_t{first} | std::uint32_t{second} << 8U
                                : std::uint32_t{second} | std::uint32_t{first} << 8U;
  };
  const std::size_t units = bytes.size() / 2;
  std::string out;
  out.reserve(units);
  for (std::size_t i = 0; i < units; ++i) {
    const std::uint32_t code = unit(i);
    if (i == 0 && code == 0xFEFF) continue;
    const bool is_high = code >= 0xD800 && code < 0xDC00;
    const std::uint32_t low = is_high && i + 1 < units ? unit(i + 1) : 0;
    if (low >= 0xDC00 && low < 0xE000) {
      append_utf8(0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00), out);
      ++i;
    } else {
      append_utf8(code >= 0xD800 && code < 0xE000 ? kReplacement : code, out);
    }
  }
  return out;
}

bool has_marked_lines(std::string_view bytes) {
  constexpr std::size_t kLook = std::size_t{1} << 12U;
  const std::string_view head = bytes.substr(0, kLook);
  for (std::size_t at = head.find(kMark); at != std::string_view::npos;
       at = head.find(kMark, at + 1)) {
    if (at > 0 && (head[at - 1] == '\n' || head[at - 1] == '\r')) return true;
  }
  return false;
}

std::string without_marks(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::size_t at = std::min(bytes.find(kMark), bytes.size());
    out += bytes.substr(0, at);
    bytes.remove_prefix(std::min(at + kMark.size(), bytes.size()));
  }
  return out;
}

}  // namespace

void append_utf8(std::uint32_t code, std::string& out) {
  const auto byte = [&](std::uint32_t value) { out += static_cast<char>(value); };
  const auto next = [&](unsigned shift) { byte(0x80U | ((code >> shift) & 0x3FU)); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0U | (code >> 6U));
    next(0);
  } else if (code < 0x10000) {
    byte(0xE0U | (code >> 12U));
    next(6);
    next(0);
  } else {
    byte(0xF0U | (code >> 18U));
    next(12);
    next(6);
    next(0);
  }
}

std::optional<Decoded> decoded(std::string_view bytes) {
  if (const Wide wide = wide_of(bytes); wide != Wide::none)
    return Decoded{from_utf16(bytes, wide), "the file is read as UTF-16"};
  if (has_marked_lines(bytes)) return Decoded{without_marks(bytes), ""};
  return std::nullopt;
}

}  // namespace nlsq::data
