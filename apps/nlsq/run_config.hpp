// SPDX-License-Identifier: MIT
// `nlsq config JOB`: what a job means as options. `nlsq config`: what is set for all fits.
#pragma once

#include <string>

namespace nlsq::command {

/// An empty path: the settings file and the environment. Throws what reading the job throws.
int run_config(const std::string& path);

}  // namespace nlsq::command
