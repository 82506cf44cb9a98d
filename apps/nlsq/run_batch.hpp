// SPDX-License-Identifier: MIT
// `nlsq batch`: several jobs, some at a time, each in a process of its own, so that what ends one
// does not end the others; a table of their results.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace nlsq::command {

struct BatchArguments {
  std::vector<std::string> jobs;
  std::string workers, summary;
  bool continue_on_error = true;
  bool force = false, quiet = false;
};

void add_batch_options(CLI::App& batch, BatchArguments& arguments);

/// 0 if all converged, 1 if any did not, 3 after a signal. Throws InputError before anything runs
/// where two jobs write the same file, or (without continue_on_error) a job is wrong.
int run_batch(const BatchArguments& arguments);

}  // namespace nlsq::command
