// SPDX-License-Identifier: MIT
// The report.
#include "nlsq/result.hpp"
namespace nlsq {
std::string FitResult::report(const ReportOptions&) const { return message + "\n"; }
}
