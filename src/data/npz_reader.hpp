// SPDX-License-Identifier: MIT
// Tables from NumPy .npz files: arrays of one dimension and one length, not compressed, as
// numpy.savez writes them.
#pragma once

#include <string>
#include <string_view>

#include "nlsq/table.hpp"

namespace nlsq::data {

/// True for a complete zip archive whose first member is a .npy file.
bool is_npz(std::string_view bytes);

Table read_npz(std::string_view bytes, const std::string& source, const ReadOptions& options);

}  // namespace nlsq::data
