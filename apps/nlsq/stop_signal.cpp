// SPDX-License-Identifier: MIT
// A handler may only set a flag.
#include "stop_signal.hpp"

#include <csignal>
#include <initializer_list>

namespace nlsq::command {
namespace {

volatile std::sig_atomic_t stop_requested = 0;

void request_stop(int) { stop_requested = 1; }

void handle_with(void (*handler)(int)) {
  for (const int number : {SIGINT, SIGTERM}) {
    struct sigaction action = {};
    action.sa_handler = handler;
    // The default action is back for the second signal.
    action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
    sigaction(number, &action, nullptr);
  }
}

}  // namespace

StopSignal::StopSignal() {
  stop_requested = 0;
  handle_with(request_stop);
}

StopSignal::~StopSignal() { handle_with(SIG_DFL); }

bool StopSignal::received() { return stop_requested != 0; }

}  // namespace nlsq::command
