// SPDX-License-Identifier: MIT
// A hash of a number.
#pragma once

#include <cstdint>

#include "nlsq/types.hpp"

namespace nlsq::base {

/// The finalizer of MurmurHash3 (Appleby): every bit of the number moves every bit of the hash.
inline std::uint64_t hash(index_t number) {
  auto x = static_cast<std::uint64_t>(number);
  x = (x ^ (x >> 33)) * 0xFF51AFD7ED558CCDu;
  x = (x ^ (x >> 33)) * 0xC4CEB9FE1A85EC53u;
  return x ^ (x >> 33);
}

}  // namespace nlsq::base
