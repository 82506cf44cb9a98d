// SPDX-License-Identifier: MIT
#include "base/environment.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

namespace nlsq::base {
namespace {

constexpr std::array<std::string_view, Environment::kCount> kNames = {
    "NLSQ_ISA",  "NLSQ_NUM_THREADS", "OMP_NUM_THREADS",
    "NLSQ_FOLD", "NLSQ_BLOCK_ROWS",  "NLSQ_JACOBIAN_MODE",
    "HOME",      "NLSQ_DEVICE",      "XDG_CACHE_HOME"};

// Whether it begins with two letters with which one of them begins.
constexpr bool may_be_ours(const char* entry) {
  switch (entry[0]) {
    case 'N': return entry[1] == 'L';
    case 'O': return entry[1] == 'M';
    case 'H': return entry[1] == 'O';
    case 'X': return entry[1] == 'D';
    default: return false;
  }
}

static_assert(std::ranges::all_of(kNames, may_be_ours, &std::string_view::data));

thread_local const Environment* current = nullptr;

}  // namespace

// One pass over all variables takes less than a search for each.
Environment::Environment() {
  starts_.fill(-1);
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) {
    const char* const entry = *at;
    if (!may_be_ours(entry)) continue;
    for (std::size_t i = 0; i < kCount; ++i) {
      const std::size_t length = kNames[i].size();
      if (kNames[i].front() != *entry || starts_[i] >= 0) continue;
      if (std::strncmp(entry, kNames[i].data(), length) != 0) continue;
      if (entry[length] != '=') continue;
      const char* const value = entry + length + 1;
      const std::size_t before = text_.size(), bytes = std::strlen(value) + 1;
      text_.resize(before + bytes);
      std::memcpy(text_.data() + before, value, bytes);
      starts_[i] = static_cast<std::ptrdiff_t>(before);
      break;
    }
  }
}

EnvironmentScope::EnvironmentScope() : is_outermost_(current == nullptr) {
  if (!is_outermost_) return;
  current = std::construct_at(&own_);
}

EnvironmentScope::~EnvironmentScope() {
  if (!is_outermost_) return;
  current = nullptr;
  std::destroy_at(&own_);
}

const char* value_of(Variable variable) {
  return current != nullptr ? current->value(variable)
                            : std::getenv(kNames[static_cast<std::size_t>(variable)].data());
}

const Environment* current_environment() { return current; }

const Environment* adopt_environment(const Environment* environment) {
  const Environment* const before = current;
  current = environment;
  return before;
}

}  // namespace nlsq::base
