// SPDX-License-Identifier: MIT
// What makes a text no table, with the options that may help. Whether they do is tried before a
// message names them: see advice.hpp.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "nlsq/table.hpp"

namespace nlsq::data {

struct Fix {
  std::string flag;   ///< "--skip"
  std::string value;  ///< as a shell needs it
  std::function<void(ReadOptions&)> apply;
};

/// Thrown inside the reader of texts only; becomes a DataError.
struct TableFault {
  index_t line = 0;
  std::string message;
  std::vector<Fix> fixes;
  std::string lead = "; try ";  ///< before the options that help
  std::string otherwise;        ///< said if none of them does
  bool may_look = true;         ///< a table may be found in the text all the same
};

Fix skip_fix(index_t lines);
Fix skip_after_header_fix(index_t lines);
/// Lines to `last` only.
Fix lines_fix(index_t last);
bool begins_with_sign(std::string_view line);
/// Lines that begin as `line` does are comments: with its first sign, or its first word.
Fix comment_fix(std::string_view line);
/// The first `count` of `names`.
Fix columns_fix(const std::vector<std::string>& names, std::size_t count);

}  // namespace nlsq::data
