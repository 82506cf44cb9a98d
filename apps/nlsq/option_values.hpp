// SPDX-License-Identifier: MIT
// One rule for the values of all options and arguments: an empty one is a mistake, since it is what
// a variable of the shell that is not set leaves behind, and a fit without what was meant is a
// wrong answer.
#pragma once

namespace CLI {
class App;
}

namespace nlsq::command {

/// Throws InputError for an argument `--option=`, which the parser would take for an option whose
/// value comes next. To be called before parsing.
void refuse_empty_assignments(int argc, const char* const* argv);

/// Throws InputError if a value of `app` or of a subcommand that was given is empty or blank. To be
/// called after parsing.
void refuse_empty_values(const CLI::App& app);

}  // namespace nlsq::command
