// SPDX-License-Identifier: MIT
// The devices of this machine, found and opened once a process.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/device/device.hpp"
#include "engine/device/modules.hpp"

namespace nlsq::engine::device {

struct Found {
  std::vector<Description> devices;
  std::string no_opencl, no_cuda;  ///< why there is none of that kind; empty: there is one
};

/// Looked for at the first call.
const Found& found();

/// A device with the modules that were compiled for it.
struct Opened {
  std::shared_ptr<Device> device;
  std::shared_ptr<Modules> modules;
};

/// "opencl:0", "cuda:1"; "opencl" and "cuda" are the first of their kind. Throws InputError for one
/// that does not exist, naming those that do, and DeviceError where it cannot be opened.
/// `asked_by`: the argument or variable that names it.
Opened open(std::string_view id, std::string_view asked_by = "device");

/// The first GPU that can be used; its id, empty where there is none.
std::string first_gpu();

/// Forgets what was compiled for all of them.
void forget_modules();

/// A device under its id, beside those that are found: for tests.
void add_device(std::shared_ptr<Device> device);

}  // namespace nlsq::engine::device
