// SPDX-License-Identifier: MIT
#include "job_process.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "messages.hpp"
#include "nlsq/error.hpp"

namespace nlsq::command {
namespace {

std::string content_of(std::FILE* file) {
  std::string text;
  std::rewind(file);
  char piece[1 << 14];
  for (std::size_t n = 0; (n = std::fread(piece, 1, sizeof piece, file)) > 0;)
    text.append(piece, n);
  return text;
}

}  // namespace

JobProcess::JobProcess(const std::function<int()>& action, int threads)
    : output_(std::tmpfile()), errors_(std::tmpfile()), began_(now_seconds()) {
  if (!output_ || !errors_)
    throw IoError(fmt::format("no file for what a job prints: {}", std::strerror(errno)));
  std::fflush(nullptr);
  child_ = fork();
  if (child_ < 0) throw IoError(fmt::format("no process for a job: {}", std::strerror(errno)));
  if (child_ > 0) return;
  dup2(fileno(output_.get()), STDOUT_FILENO);
  dup2(fileno(errors_.get()), STDERR_FILENO);
  if (std::freopen("/dev/null", "r", stdin) == nullptr) std::fclose(stdin);
  setenv("NLSQ_NUM_THREADS", std::to_string(threads).c_str(), 0);
  const int code = action();
  std::fflush(nullptr);
  _exit(code);
}

bool JobProcess::has_ended() {
  if (ended_ > 0.0) return true;
  if (waitpid(child_, &status_, WNOHANG) == 0) return false;
  ended_ = now_seconds();
  return true;
}

void JobProcess::interrupt() const { kill(child_, SIGTERM); }

void JobProcess::take(JobOutcome& outcome) {
  outcome.seconds = ended_ - began_;
  outcome.exit_code = WIFEXITED(status_) ? WEXITSTATUS(status_) : Exit::failed;
  outcome.output = content_of(output_.get());
  outcome.errors = content_of(errors_.get());
  if (WIFSIGNALED(status_))
    outcome.errors += fmt::format("nlsq: error: ended by signal {}\n", WTERMSIG(status_));
}

double now_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

void wait_a_little() { std::this_thread::sleep_for(std::chrono::microseconds(500)); }

}  // namespace nlsq::command
