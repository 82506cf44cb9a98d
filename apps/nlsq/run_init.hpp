// SPDX-License-Identifier: MIT
// `nlsq init`: a job with a remark on each key.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace nlsq::command {

struct InitArguments {
  std::string path = "job.yaml";
  std::string data, model;
  bool force = false;
};

void add_init_options(CLI::App& init, InitArguments& arguments);

/// Writes the job, for the columns of a file if one is given. Throws InputError where it must not
/// be written.
int run_init(const InitArguments& arguments);

}  // namespace nlsq::command
