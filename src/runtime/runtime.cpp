// SPDX-License-Identifier: MIT
// The public face of what the inner folders know about the machine and about names.
#include "nlsq/runtime.hpp"

#include <new>
#include <optional>
#include <string>

#include "base/environment.hpp"
#include "base/nearest.hpp"
#include "base/printable.hpp"
#include "base/thread_pool.hpp"
#include "engine/isa.hpp"
#include "runtime/config.hpp"
#include "runtime/jacobian_mode.hpp"

namespace nlsq {

std::vector<std::string> available_isas() {
  std::vector<std::string> names;
  for (const engine::Isa isa : engine::available_isas()) names.emplace_back(engine::name(isa));
  return names;
}

std::string chosen_isa() { return std::string(engine::name(engine::chosen_isa())); }

int default_threads() { return base::default_threads(); }

JacobianModeSetting jacobian_mode_setting() {
  const EnvironmentScope now;
  const fit_impl::ModeChoice choice = fit_impl::choose_jacobian_mode(std::nullopt);
  return {to_string(choice.mode), choice.source};
}

EnvironmentScope::EnvironmentScope() {
  static_assert(sizeof(base::EnvironmentScope) <= kBytes);
  ::new (static_cast<void*>(room_)) base::EnvironmentScope;
  fit_impl::ensure_config();
}

EnvironmentScope::~EnvironmentScope() {
  std::launder(reinterpret_cast<base::EnvironmentScope*>(room_))->~EnvironmentScope();
}

std::string nearest_name(std::string_view name, std::span<const std::string> candidates) {
  return base::nearest(name, candidates);
}

index_t edit_distance(std::string_view a, std::string_view b) { return base::edit_distance(a, b); }

std::string printable(std::string_view text, std::size_t most) {
  return base::printable(text, most);
}

bool is_printable(std::string_view text) { return base::is_printable(text); }

std::string printable_lines(std::string_view text) { return base::printable_lines(text); }

std::string printable_message(std::string_view text) { return base::printable_message(text); }

}  // namespace nlsq
