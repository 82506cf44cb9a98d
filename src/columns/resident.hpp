// SPDX-License-Identifier: MIT
// Arrays of users that are on a device already (nlsq/device.hpp).
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "columns/moments.hpp"
#include "engine/device/device.hpp"
#include "nlsq/data.hpp"
#include "nlsq/types.hpp"

namespace nlsq::fit_impl {

/// The copy of so many bytes on a device; null: there is none.
std::shared_ptr<const engine::device::Buffer> resident_buffer(std::string_view device,
                                                              const void* data, index_t bytes);

/// The moments without weights of an array that is on a device, found when it was uploaded; empty
/// for others, and where a value is not finite.
std::optional<Moments> resident_moments(const Values& values);

}  // namespace nlsq::fit_impl
