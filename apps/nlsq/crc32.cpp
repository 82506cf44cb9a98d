// SPDX-License-Identifier: MIT
#include "crc32.hpp"

#include <array>
#include <cstddef>

namespace nlsq::command {

// CRC-32 of the polynomial 0xEDB88320, eight bytes a step (Kounavis & Berry 2005).
std::uint32_t crc32(std::string_view bytes) {
  static const auto tables = [] {
    std::array<std::array<std::uint32_t, 256>, 8> t{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t c = i;
      for (int k = 0; k < 8; ++k) c = (c & 1U) != 0 ? 0xEDB88320U ^ c >> 1U : c >> 1U;
      t[0][i] = c;
    }
    for (std::size_t s = 1; s < 8; ++s) {
      for (std::size_t i = 0; i < 256; ++i) t[s][i] = t[s - 1][i] >> 8U ^ t[0][t[s - 1][i] & 0xFFU];
    }
    return t;
  }();
  const auto byte = [](char c) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(c));
  };
  std::uint32_t crc = 0xFFFFFFFFU;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < 8; ++i) {
      const std::uint32_t mixed = byte(bytes[i]) ^ (i < 4 ? crc >> (8 * i) & 0xFFU : 0U);
      next ^= tables[7 - i][mixed];
    }
    crc = next;
  }
  for (const char c : bytes) crc = crc >> 8U ^ tables[0][(crc ^ byte(c)) & 0xFFU];
  return ~crc;
}

}  // namespace nlsq::command
