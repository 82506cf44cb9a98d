// SPDX-License-Identifier: MIT
// Which device the tests use: NLSQ_TEST_DEVICE, else the first of OpenCL; PoCL offers the CPU as
// one. Where there is none, tests that need it are skipped and say so.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "nlsq/device.hpp"

namespace nlsq::test {

inline std::string device_for_tests() {
  const char* const named = std::getenv("NLSQ_TEST_DEVICE");
  if (named != nullptr) return named;
  for (const DeviceInfo& device : list_devices().devices) {
    if (device.why.empty()) return device.id;
  }
  return {};
}

}  // namespace nlsq::test

#define NLSQ_NEEDS_DEVICE()                                                                  \
  do {                                                                                       \
    if (::nlsq::test::device_for_tests().empty())                                            \
      GTEST_SKIP() << "no OpenCL or CUDA device here; pocl-opencl-icd makes one of the CPU"; \
  } while (false)
