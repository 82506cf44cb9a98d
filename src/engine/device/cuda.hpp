// SPDX-License-Identifier: MIT
// Devices of the CUDA driver, with NVRTC as the compiler.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/device/device.hpp"

namespace nlsq::engine::device {

/// Those of the driver. `why` says why there is none.
std::vector<Description> cuda_devices(std::string& why);
/// One of these that can be used. Throws DeviceError.
std::shared_ptr<Device> open_cuda(const Description& description);

/// A source compiled for an architecture ("sm_90"); needs NVRTC, but no device. Throws DeviceError.
std::string compile_for(const std::string& source, const std::string& architecture);

}  // namespace nlsq::engine::device
