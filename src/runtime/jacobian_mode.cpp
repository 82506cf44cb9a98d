// SPDX-License-Identifier: MIT
// Four levels, looked at from the top; a level that makes no sense is skipped with a warning.
#include "runtime/jacobian_mode.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/log.hpp"
#include "nlsq/error.hpp"
#include "plan/environment.hpp"
#include "runtime/config.hpp"

namespace nlsq::fit_impl {

ModeChoice choose_jacobian_mode(std::optional<JacobianMode> argument) {
  if (argument) return {*argument, "argument", {}};
  ModeChoice choice;
  const char* value = plan::asked_jacobian_mode();
  if (value != nullptr && *value != '\0') {
    try {
      return {parse_jacobian_mode(std::string(value).substr(0, 60), plan::kJacobianModeVariable),
              "environment",
              {}};
    } catch (const InputError& error) {
      choice.problem = fmt::format("{} (ignored)", error.what());
    }
  }
  if (const auto configured = configured_mode()) {
    choice.mode = *configured;
    choice.source = "config";
  }
  return choice;
}

void report_jacobian_mode(const ModeChoice& choice, index_t n, index_t m, FitResult& result) {
  const JacobianMode automatic = n > m ? JacobianMode::rev : JacobianMode::fwd;
  result.jacobian_mode =
      to_string(choice.mode == JacobianMode::automatic ? automatic : choice.mode);
  result.jacobian_mode_source = choice.source;
  if (!choice.problem.empty() && is_news(choice.problem))
    result.warn({IssueId::ignored_setting, choice.problem, {}, {}});
  if (std::optional<std::string> problem = take_config_warning())
    result.warn({IssueId::ignored_setting, std::move(*problem), {}, {}});
  if (base::logs(LogLevel::debug)) {
    base::log(LogLevel::debug, fmt::format("jacobian_mode={} source={} derivatives={} "
                                           "parameters={} residuals={}",
                                           result.jacobian_mode, result.jacobian_mode_source,
                                           result.derivative_order, n, m));
  }
}

}  // namespace nlsq::fit_impl
