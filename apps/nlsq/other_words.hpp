// SPDX-License-Identifier: MIT
// Options that people type because other programs have them, and what is called so here.
#pragma once

#include <string>
#include <string_view>

namespace nlsq::command {

/// "write --out FILE.json, …" for "--save"; empty if the word is not known.
std::string advice_for_option(std::string_view option);

}  // namespace nlsq::command
