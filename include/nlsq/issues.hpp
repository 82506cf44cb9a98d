// SPDX-License-Identifier: MIT
// What a fit warns of, for programs: a stable id beside the sentence. docs/issues.md has a section
// for each id.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nlsq {

enum class IssueId : std::uint8_t {
#define NLSQ_ISSUE(id, text, title) id,
#include "nlsq/issues.def"
#undef NLSQ_ISSUE
};

/// One warning of a fit.
struct Issue {
  IssueId id;
  std::string sentence;            ///< what is the matter and what to do, as in warnings
  std::vector<std::string> names;  ///< of the parameters concerned; empty: the fit as a whole
  std::vector<std::pair<std::string, double>> numbers;  ///< what it was judged by
};

struct IssueKind {
  IssueId id;
  std::string_view text;   ///< "runaway"
  std::string_view title;  ///< half a sentence
};

/// All of them, in the order of IssueId.
std::span<const IssueKind> issue_kinds();
/// "runaway".
std::string to_string(IssueId id);

}  // namespace nlsq
