// SPDX-License-Identifier: MIT
// The user's settings file, ~/.nlsq/config.json; docs/configuration.md lists its keys.
#pragma once

#include <string>

namespace nlsq {

/// $HOME/.nlsq/config.json, or "" when HOME is not set. nlsq never creates it.
std::string config_path();

/// Reads the settings file again, from where HOME now says. It is otherwise read once a process, by
/// the first fit, so that settings do not change under a running program. Never throws for what the
/// file holds: the next fit carries a warning.
void reload_config();

}  // namespace nlsq
