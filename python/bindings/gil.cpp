// SPDX-License-Identifier: MIT
#include "gil.hpp"

#include <pthread.h>
#include <unistd.h>

#include <atomic>

namespace nlsq::python {
namespace {

std::atomic<unsigned long> main_thread{0};

// The thread that forked is the child's only one, so its main one.
void after_fork_in_child() { main_thread = PyThread_get_thread_ident(); }

// NOTE: neither inlined nor noexcept, so that the guard's destructor runs before the unwinding
// comes to a function that must not throw.
[[gnu::noinline]] PyGILState_STATE take_gil() {
  StopsHere guard;
  const PyGILState_STATE state = PyGILState_Ensure();
  guard.is_over();
  return state;
}

[[gnu::noinline]] void take_gil_again(PyThreadState* state) {
  StopsHere guard;
  PyEval_RestoreThread(state);
  guard.is_over();
}

}  // namespace

bool is_main_thread() { return PyThread_get_thread_ident() == main_thread; }

void know_main_thread() {
  if (main_thread != 0) return;
  const nb::object main = nb::module_::import_("threading").attr("main_thread")();
  main_thread = nb::cast<unsigned long>(main.attr("ident"));
  pthread_atfork(nullptr, nullptr, after_fork_in_child);
}

bool interpreter_ends() {
#if PY_VERSION_HEX >= 0x030D0000
  const bool ends = Py_IsFinalizing() != 0;
#else
  const bool ends = _Py_IsFinalizing() != 0;
#endif
  return ends && !is_main_thread();
}

void StopsHere::stop() {
  while (true) pause();
}

WithGil::WithGil() {
  if (interpreter_ends()) throw InterpreterEnds();
  state_ = take_gil();
}

WithoutGil::WithoutGil() {
  know_main_thread();
  state_ = PyEval_SaveThread();
}

WithoutGil::~WithoutGil() { take_gil_again(state_); }

void check_signals() {
  if (PyErr_CheckSignals() != 0) throw nb::python_error();
}

}  // namespace nlsq::python
