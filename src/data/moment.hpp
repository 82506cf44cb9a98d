// SPDX-License-Identifier: MIT
// One date, time of day or duration in text.
#pragma once

#include <cstdint>
#include <string_view>

#include "data/times.hpp"

namespace nlsq::data {

/// Seconds since 1970, midnight or nothing, and the part of a second.
struct Moment {
  std::int64_t seconds = 0;
  double fraction = 0;
};

/// Whether the whole text is a time of the kind.
bool read_moment(std::string_view text, TimeKind kind, Moment& moment);

/// "0h 1m59s"; units fall from part to part, of which there are `count`.
bool read_parts(std::string_view text, Moment& moment, int& count);

/// Whether the whole text is a date of the kind, with or without a time.
bool read_date(std::string_view text, TimeKind kind, Moment& moment);

}  // namespace nlsq::data
