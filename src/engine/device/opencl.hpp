// SPDX-License-Identifier: MIT
// Devices of OpenCL platforms.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/device/device.hpp"

namespace nlsq::engine::device {

/// Those of all platforms, numbered in their order. `why` says why there is none.
std::vector<Description> opencl_devices(std::string& why);
/// One of these that can be used. Throws DeviceError.
std::shared_ptr<Device> open_opencl(const Description& description);

}  // namespace nlsq::engine::device
