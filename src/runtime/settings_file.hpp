// SPDX-License-Identifier: MIT
// The content of the settings file. Each key stands for itself: a bad one is named and left out,
// the others hold.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nlsq/options.hpp"
#include "nlsq/types.hpp"

namespace nlsq::fit_impl {

struct SettingsFile {
  std::optional<JacobianMode> jacobian_mode;
  std::optional<bool> cache_enable;
  std::optional<index_t> cache_max_size;
  std::vector<std::string> problems;  ///< each names the key, the value and what is wrong
};

SettingsFile parse_settings_file(std::string_view text);

/// The file at `path`; an absent one is empty. `content` gets its text.
SettingsFile read_settings_file(const std::string& path, std::string& content);

}  // namespace nlsq::fit_impl
