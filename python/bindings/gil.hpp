// SPDX-License-Identifier: MIT
// The GIL around the core, also while the interpreter ends. CPython (before 3.14) ends a thread
// that wants the GIL then by pthread_exit(), which unwinds its stack: through a destructor or a
// catch (...) that is the end of the process. Here such a thread stops where it is, for ever, as in
// later versions of CPython; and it does not ask for the GIL once it knows.
#pragma once

#include <nanobind/nanobind.h>

#include <exception>
#include <utility>

#include "nlsq/runtime.hpp"

namespace nlsq::python {

namespace nb = nanobind;

/// Thrown through the core where Python code was to run and the interpreter ends.
struct InterpreterEnds {};

/// Whether the interpreter ends and this is not the thread that ends it. Needs no GIL.
bool interpreter_ends();

/// Whether this is Python's main thread, which handles signals and ends the interpreter. Needs no
/// GIL.
bool is_main_thread();

/// Asks Python which thread that is, once; the caller has the GIL.
void know_main_thread();

/// While it lives, Python code may run on this thread. Throws InterpreterEnds.
class WithGil {
 public:
  WithGil();
  ~WithGil() { PyGILState_Release(state_); }
  WithGil(const WithGil&) = delete;
  WithGil& operator=(const WithGil&) = delete;

 private:
  PyGILState_STATE state_;
};

/// While it lives, the core works: by the environment of its begin, with the GIL released.
class WithoutGil {
 public:
  WithoutGil();
  ~WithoutGil();
  WithoutGil(const WithoutGil&) = delete;
  WithoutGil& operator=(const WithoutGil&) = delete;

 private:
  EnvironmentScope environment_;
  PyThreadState* state_;
};

/// Stops the thread if the stack is unwound by pthread_exit() while this lives: neither after
/// is_over() nor by an exception.
class StopsHere {
 public:
  StopsHere() = default;
  ~StopsHere() {
    if (!over_ && std::uncaught_exceptions() == exceptions_) stop();
  }
  StopsHere(const StopsHere&) = delete;
  StopsHere& operator=(const StopsHere&) = delete;
  void is_over() { over_ = true; }

 private:
  [[noreturn]] static void stop();

  int exceptions_ = std::uncaught_exceptions();
  bool over_ = false;
};

/// function(arguments...), for a function that may run Python code. The caller has the GIL.
template <class Function, class... Arguments>
[[gnu::noinline]] nb::object call_python(const Function& function, Arguments&&... arguments) {
  StopsHere guard;
  nb::object value = function(std::forward<Arguments>(arguments)...);
  guard.is_over();
  return value;
}

/// Has signal handlers run that are due and throws what they raise; on Python's main thread alone,
/// others would find nothing. The caller has the GIL.
void check_signals();

}  // namespace nlsq::python
