// SPDX-License-Identifier: MIT
// The command `nlsq`: its process, before and behind what the arguments ask for.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

#include "guarded.hpp"
#include "program.hpp"

namespace {

// A file opened while one of these is closed would become it, and what is printed would end there.
// In the wrong direction, so that using it stays an error.
void fill_closed_streams() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(descriptor, F_GETFD) >= 0) continue;
    if (open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY) != descriptor) return;
  }
}

}  // namespace

int main(int argc, char** argv) {
  // A closed pipe and a file too large are then errors of writing, told apart from a crash.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  fill_closed_streams();
  return nlsq::command::guarded([&] {
    nlsq::command::Program program;
    return program.run(argc, argv);
  });
}
