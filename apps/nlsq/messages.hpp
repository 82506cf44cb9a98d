// SPDX-License-Identifier: MIT
// What the command says on stderr, and when it may use colour.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

namespace nlsq::command {

/// Exit codes of every subcommand.
enum Exit : int { converged = 0, not_converged = 1, bad_input = 2, stopped = 3, failed = 4 };

/// True when `stream` is a terminal and the user has not set NO_COLOR.
bool wants_color(std::FILE* stream);

void print_error(const std::string& text);
void print_warning(const std::string& text);
void print_note(const std::string& text);

/// " (did you mean 'x'?)" or nothing.
std::string did_you_mean(const std::string& name, const std::vector<std::string>& candidates);

/// 'a', 'b' and 'c'; of more than `most` names only the first.
std::string quoted_list(const std::vector<std::string>& names, std::size_t most = 20);

/// Characters of UTF-8 text.
std::size_t display_width(const std::string& text);

/// Writes all of `text` to stdout or stderr. Throws IoError when that fails (closed, disk full).
void print_result(const std::string& text, std::FILE* to = stdout);

}  // namespace nlsq::command
