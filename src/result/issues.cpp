// SPDX-License-Identifier: MIT
// The table of issues.def, and how a result gets one.
#include "nlsq/issues.hpp"

#include <array>
#include <utility>

#include "base/log.hpp"
#include "nlsq/result.hpp"

namespace nlsq {
namespace {

constexpr std::array kKinds{
#define NLSQ_ISSUE(id, text, title) IssueKind{IssueId::id, text, title},
#include "nlsq/issues.def"
#undef NLSQ_ISSUE
};

}  // namespace

std::span<const IssueKind> issue_kinds() { return kKinds; }

std::string to_string(IssueId id) { return std::string(kKinds[static_cast<std::size_t>(id)].text); }

void FitResult::warn(Issue issue) {
  if (base::logs(LogLevel::warning))
    base::log(LogLevel::warning, to_string(issue.id) + ": " + issue.sentence);
  warnings.push_back(issue.sentence);
  issues.push_back(std::move(issue));
}

}  // namespace nlsq
