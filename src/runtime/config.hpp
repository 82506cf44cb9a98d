// SPDX-License-Identifier: MIT
// The settings of this process: the file is read by the first fit and by reload_config(), never in
// between, so that a fit costs one atomic load and no result depends on when a file was looked at.
#pragma once

#include <optional>
#include <string>

#include "nlsq/config.hpp"
#include "nlsq/options.hpp"

namespace nlsq::fit_impl {

/// Reads the settings file if nobody has, and hands cache_config to the cache.
void ensure_config();

/// jacobian_mode of the settings file, after ensure_config().
std::optional<JacobianMode> configured_mode();

/// What is wrong with the settings file, once, unless it has been said before of the same content.
std::optional<std::string> take_config_warning();

/// True the first time that it is asked about `content`.
bool is_news(const std::string& content);

}  // namespace nlsq::fit_impl
