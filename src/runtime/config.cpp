// SPDX-License-Identifier: MIT
// What fits need of the settings file is packed in one atomic number.
#include "runtime/config.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <mutex>

#include "base/environment.hpp"
#include "base/fork_safe_mutex.hpp"
#include "runtime/cache.hpp"
#include "runtime/settings_file.hpp"

namespace nlsq {
namespace fit_impl {
namespace {

constexpr int kRead = 1, kWarning = 2, kModeShift = 2;

std::atomic<int> state{0};  // kRead, kWarning, then 0 or 1 + mode

struct Texts {
  base::ForkSafeMutex mutex{base::ForkSafeMutex::Order::settings};  // of all below
  std::string warning, warning_content;
  std::vector<std::string> said;
};

// Never destroyed: fits of other threads may outlive main().
Texts& texts() {
  static Texts& one = *new Texts;
  return one;
}

// The caller holds the mutex.
bool is_news_locked(const std::string& content) {
  constexpr std::size_t kMost = 64;
  std::vector<std::string>& said = texts().said;
  if (std::find(said.begin(), said.end(), content) != said.end()) return false;
  if (said.size() == kMost) said.erase(said.begin());
  said.push_back(content);
  return true;
}

int read(bool again) {
  const std::lock_guard lock(texts().mutex);
  const int known = state.load(std::memory_order_acquire);
  if ((known & kRead) != 0 && !again) return known;
  const std::string path = config_path();
  std::string content;
  const SettingsFile config = path.empty() ? SettingsFile{} : read_settings_file(path, content);
  int next = kRead;
  texts().warning.clear();
  if (!config.problems.empty()) {
    texts().warning = fmt::format("{}: {} (ignored)", path, fmt::join(config.problems, "; "));
    texts().warning_content = texts().warning + "\n" + content;
    next |= kWarning;
  }
  if (config.jacobian_mode) next |= (1 + static_cast<int>(*config.jacobian_mode)) << kModeShift;
  set_file_cache_config({config.cache_enable, config.cache_max_size});
  state.store(next, std::memory_order_release);
  return next;
}

int current() {
  const int known = state.load(std::memory_order_acquire);
  return (known & kRead) != 0 ? known : read(false);
}

}  // namespace

void ensure_config() { current(); }

std::optional<JacobianMode> configured_mode() {
  const int mode = current() >> kModeShift;
  if (mode == 0) return std::nullopt;
  return static_cast<JacobianMode>(mode - 1);
}

std::optional<std::string> take_config_warning() {
  if ((current() & kWarning) == 0) return std::nullopt;
  const std::lock_guard lock(texts().mutex);
  if ((state.fetch_and(~kWarning) & kWarning) == 0) return std::nullopt;
  if (!is_news_locked(texts().warning_content)) return std::nullopt;
  return texts().warning;
}

bool is_news(const std::string& content) {
  const std::lock_guard lock(texts().mutex);
  return is_news_locked(content);
}

}  // namespace fit_impl

std::string config_path() {
  const char* home = base::value_of(base::Variable::home);
  if (home == nullptr || *home == '\0') return "";
  return std::string(home) + "/.nlsq/config.json";
}

void reload_config() { fit_impl::read(true); }

}  // namespace nlsq
