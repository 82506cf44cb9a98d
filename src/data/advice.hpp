// SPDX-License-Identifier: MIT
// Which options read a text that is no table as it stands. Every suggestion is tried before it is
// made, so a command that follows it works.
#pragma once

#include <functional>
#include <string>

#include "data/fault.hpp"
#include "nlsq/table.hpp"

namespace nlsq::data {

/// Reads the text with other options; throws TableFault or InputError.
using Attempt = std::function<void(const ReadOptions&)>;

/// fault.message with the options that help, " --skip 2 --comment '*'", or what is said otherwise.
std::string advised(const TableFault& fault, const ReadOptions& options, const Attempt& attempt);

}  // namespace nlsq::data
