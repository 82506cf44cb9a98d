// SPDX-License-Identifier: MIT
// Text of users and of files as messages and tables may show it. A name can hold anything: a
// sequence that recolours or retitles a terminal, marks that turn the reading direction, a
// megabyte. Each such character is shown as an escape (`\x1b`, `\u202e`) instead of being acted on.
#pragma once

#include <string>
#include <string_view>

namespace nlsq::base {

/// Characters of a name that a message shows.
constexpr std::size_t kMostShown = 120;

/// `text` with control characters (C0, DEL, C1), marks of direction and line, non-characters and
/// bytes that are no UTF-8 as escapes; of more than `most` characters the middle is cut.
std::string printable(std::string_view text, std::size_t most = kMostShown);

/// True if printable() would escape nothing.
bool is_printable(std::string_view text);

/// A whole message or table: line ends stay.
std::string printable_lines(std::string_view text);

/// A message of several parts as a terminal may show it. Lines are kept where they are indented, as
/// those of a formula with its caret are, so that no name begins a line that looks like one of
/// ours; of what stands in quotes the middle is cut beyond kMostShown, and the whole is bounded.
std::string printable_message(std::string_view text);

}  // namespace nlsq::base
