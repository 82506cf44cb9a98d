// SPDX-License-Identifier: MIT
// Hashes of numbers.
#pragma once

#include <cstdint>

#include "nlsq/types.hpp"

namespace nlsq::base {

/// The finalizer of MurmurHash3 (Appleby): every bit of the number moves every bit of the hash.
constexpr std::uint64_t hash(std::uint64_t x) {
  x = (x ^ (x >> 33)) * 0xFF51AFD7ED558CCDu;
  x = (x ^ (x >> 33)) * 0xC4CEB9FE1A85EC53u;
  return x ^ (x >> 33);
}
constexpr std::uint64_t hash(index_t number) { return hash(static_cast<std::uint64_t>(number)); }

}  // namespace nlsq::base
