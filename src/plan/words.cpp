// SPDX-License-Identifier: MIT
#include "plan/words.hpp"

#include <fmt/format.h>

#include <string_view>

namespace nlsq::plan {
namespace {

constexpr std::string_view kTexts[] = {
#define NLSQ_REASON(id, text) text,
#include "nlsq/reasons.def"
#undef NLSQ_REASON
};

}  // namespace

std::string words_of(Reason reason, const Plan& plan) {
  const Plan::Sizes& sizes = plan.sizes;
  return fmt::format(fmt::runtime(kTexts[static_cast<std::size_t>(reason)]),
                     fmt::arg("rows", counted(sizes.rows, "row")),
                     fmt::arg("residuals", counted(sizes.residuals, "residual")),
                     fmt::arg("free", sizes.free), fmt::arg("parameters", sizes.parameters),
                     fmt::arg("terms", sizes.terms),
                     fmt::arg("limit", grouped(plan.execution.memory_limit)));
}

std::string grouped(index_t number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::string counted(index_t number, const char* what) {
  return fmt::format("{} {}{}", grouped(number), what, number == 1 ? "" : "s");
}

std::string to_string(Plan::Fold fold) {
  return fold == Plan::Fold::gram ? "gram" : fold == Plan::Fold::pgram ? "pgram" : "qr";
}

}  // namespace nlsq::plan
