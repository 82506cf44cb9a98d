// SPDX-License-Identifier: MIT
#include "engine/device/modules.hpp"

#include <fmt/format.h>

#include <chrono>
#include <list>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "base/log.hpp"
#include "engine/device/binary_cache.hpp"

namespace nlsq::engine::device {

struct Modules::Kept {
  struct Entry {
    std::string source;
    std::shared_ptr<const Module> module;
  };
  std::mutex mutex;
  std::list<Entry> entries;  // the last used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> places;

  std::shared_ptr<const Module> find(const std::string& source) {
    const std::lock_guard<std::mutex> lock(mutex);
    const auto at = places.find(source);
    if (at == places.end()) return nullptr;
    entries.splice(entries.begin(), entries, at->second);
    return at->second->module;
  }

  void keep(const std::string& source, std::shared_ptr<const Module> module) {
    const std::lock_guard<std::mutex> lock(mutex);
    if (places.count(source) > 0) return;
    entries.push_front({source, std::move(module)});
    places.emplace(entries.front().source, entries.begin());
    if (entries.size() <= kMost) return;
    places.erase(entries.back().source);
    entries.pop_back();
  }
};

Modules::Modules() : kept_(std::make_unique<Kept>()) {}
Modules::~Modules() = default;

void Modules::clear() {
  const std::lock_guard<std::mutex> lock(kept_->mutex);
  kept_->places.clear();
  kept_->entries.clear();
}

// Two threads that need the same module at once may both compile it.
Modules::Got Modules::get(Device& device, const std::string& source) {
  using Clock = std::chrono::steady_clock;
  const auto since = [](Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
  };
  Got got;
  got.module = kept_->find(source);
  if (got.module) return got;
  const Clock::time_point began = Clock::now();
  const BinaryCache disk = BinaryCache::of_user();
  const std::string key = device.compiler() + "\n" + source;
  if (const std::string binary = disk.find(key); !binary.empty()) {
    try {
      got.module = device.load(binary);
      got.from = Got::From::disk;
    } catch (const DeviceError& error) {
      disk.forget(key);
      if (base::logs(LogLevel::debug)) {
        base::log(LogLevel::debug, std::string("device cache: an entry that ") + device.about().id +
                                       " refuses (" + error.what() + ") is compiled anew");
      }
    }
  }
  if (!got.module) {
    got.module = device.compile(source);
    got.from = Got::From::compiler;
    const Clock::time_point compiled = Clock::now();
    disk.store(key, device.binary(*got.module));
    got.store_microseconds = 1000.0 * since(compiled);
  }
  got.milliseconds = since(began);
  if (base::logs(LogLevel::debug)) {
    base::log(LogLevel::debug,
              fmt::format("{}: a module from {} in {:.1f} ms, stored in {:.0f} µs",
                          device.about().id, got.from == Got::From::disk ? "disk" : "the compiler",
                          got.milliseconds, got.store_microseconds));
  }
  kept_->keep(source, got.module);
  return got;
}

}  // namespace nlsq::engine::device
