// SPDX-License-Identifier: MIT
// What the gate times. Each build of the library is linked with cases.cpp into a module of its own;
// the driver loads two of them and runs their cases in turn.
#pragma once

struct GateCase {
  const char* name;
  const char* kind;                // "hot", "cold" or "memory"
  double (*run)(int repetitions);  // a checksum of the answers: the same for both builds
};

extern "C" {
/// All cases, ended by one without a name.
const GateCase* nlsq_gate_cases();
}
