// SPDX-License-Identifier: MIT
#include "gil.hpp"

#include <dlfcn.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>

namespace nlsq::python {
namespace {

std::atomic<unsigned long> main_thread{0};

// The thread that forked is the child's only one, so its main one.
void after_fork_in_child() { main_thread = PyThread_get_thread_ident(); }

using Question = int (*)();

// The function is public since Python 3.13 and was private before. One module for the stable ABI
// serves both, so it is looked up by name in the interpreter that runs.
Question find_is_finalizing() {
  for (const char* name : {"Py_IsFinalizing", "_Py_IsFinalizing"}) {
    if (void* const found = dlsym(RTLD_DEFAULT, name)) return reinterpret_cast<Question>(found);
  }
  return nullptr;
}

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
  static const Question is_finalizing = find_is_finalizing();
  return is_finalizing != nullptr && is_finalizing() != 0 && !is_main_thread();
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
