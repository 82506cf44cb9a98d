// SPDX-License-Identifier: MIT
// Arrays of users that are on a device already (nlsq/device.hpp).
#pragma once

#include <memory>
#include <string_view>

#include "engine/device/device.hpp"
#include "nlsq/types.hpp"

namespace nlsq::fit_impl {

/// The copy of so many bytes on a device; null: there is none.
std::shared_ptr<const engine::device::Buffer> resident_buffer(std::string_view device,
                                                              const void* data, index_t bytes);

}  // namespace nlsq::fit_impl
