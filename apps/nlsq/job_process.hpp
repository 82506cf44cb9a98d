// SPDX-License-Identifier: MIT
// A child of this process that runs one job; what it prints is kept in files without a name.
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <functional>
#include <memory>
#include <string>

namespace nlsq::command {

/// What has become of a job.
struct JobOutcome {
  std::string path;
  int exit_code = -1;  ///< −1: it has not run
  double seconds = 0.0;
  std::string output, errors;
};

class JobProcess {
 public:
  /// Forks; `action` runs in the child, whose exit code is what it returns. `threads` is the
  /// default of its fits, unless the user has set another. Throws IoError.
  JobProcess(const std::function<int()>& action, int threads);
  /// Whether the child has ended. Does not wait.
  bool has_ended();
  /// SIGTERM: the fit ends at its next step.
  void interrupt() const;
  /// Exit code, time and texts of a child that has ended.
  void take(JobOutcome& outcome);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  using File = std::unique_ptr<std::FILE, Close>;

  File output_, errors_;
  pid_t child_ = -1;
  int status_ = 0;
  double began_ = 0.0, ended_ = 0.0;
};

/// Seconds since the epoch.
double now_seconds();

/// Some hundred microseconds.
void wait_a_little();

}  // namespace nlsq::command
