// SPDX-License-Identifier: MIT
// What is kept of the fields of a column that are no plain numbers.
#pragma once

#include <string>
#include <string_view>

#include "nlsq/types.hpp"

namespace nlsq::data {

/// The fields of a column that are neither numbers nor missing: the first of them, and how many.
/// Marks count as such only as long as there is no other text.
struct TextSample {
  bool found = false;
  index_t line = 0;
  std::string text{};
  index_t count = 0;      ///< of a column kept as text: different ones, at least
  unsigned forms = 0;     ///< Form bits of the first of them
  index_t last_line = 0;  ///< where the last of them stands
  index_t marks = 0;      ///< words for what could not be measured,
  std::string mark{};     ///< the first of them
  index_t mark_line = 0;
  index_t percents = 0;  ///< numbers with a sign of percent, and the first of them
  std::string percent{};
  index_t percent_line = 0;
};

/// Notes a field of line `line`: one that is text, a mark, or a number with a sign of percent.
void note_text(TextSample& sample, std::string_view text, index_t line);
void note_mark(TextSample& sample, std::string_view text, index_t line);
void note_percent(TextSample& sample, std::string_view text, index_t line);

}  // namespace nlsq::data
