// SPDX-License-Identifier: MIT
// What stands behind the public Model: a graph with symbols.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fork_safe_mutex.hpp"
#include "expr/graph.hpp"
#include "nlsq/model.hpp"

namespace nlsq::expr {

struct Symbol {
  std::string name;
  index_t index_column = -1;  ///< column that gathers it; −1: a plain parameter
};

/// What later stages keep with a model (lowered programs), so that they live and die with it. Equal
/// models may share one. Thread-safe.
class Attachments {
 public:
  Attachments() {
    static std::atomic<std::uint64_t> made{0};
    serial_ = ++made;
  }
  Attachments(const Attachments&) = delete;
  Attachments& operator=(const Attachments&) = delete;
  /// The entry of type T under `key`, made by `make` if there is none; entries of other types have
  /// keys of their own. Two threads may both make it; one
  /// wins and both get it. Entries of an earlier epoch are forgotten; a caller of an earlier epoch
  /// makes its own.
  template <class T, class Make>
  std::shared_ptr<const T> get(std::string_view key, std::uint64_t epoch, const Make& make) {
    Entries stale;  // destroyed outside the lock
    {
      const auto lock = base::try_for_a_while(mutex_);
      if (!lock.owns_lock()) return make();
      if (epoch > epoch_) {
        stale.swap(entries_);
        epoch_ = epoch;
      }
      if (auto known = find<T>(key, epoch)) return known;
    }
    std::shared_ptr<const T> made = make();
    const auto lock = base::try_for_a_while(mutex_);
    if (!lock.owns_lock()) return made;
    if (auto known = find<T>(key, epoch)) return known;
    if (epoch != epoch_) return made;
    if (entries_.size() >= kMost) {
      stale.push_back(std::move(entries_.front()));
      entries_.erase(entries_.begin());
    }
    entries_.push_back({std::string(key), &kTypeOf<T>, made});
    return made;
  }

  /// A number no other one has had in this process.
  std::uint64_t serial() const { return serial_; }

 private:
  // Its address stands for a type.
  template <class T>
  static inline const char kTypeOf = 0;

  struct Entry {
    std::string key;
    const char* type;
    std::shared_ptr<const void> value;
  };
  using Entries = std::vector<Entry>;
  static constexpr std::size_t kMost = 16;

  template <class T>
  std::shared_ptr<const T> find(std::string_view key, std::uint64_t epoch) const {
    if (epoch != epoch_) return nullptr;
    for (const Entry& entry : entries_) {
      if (entry.key == key && entry.type == &kTypeOf<T>)
        return std::static_pointer_cast<const T>(entry.value);
    }
    return nullptr;
  }

  std::uint64_t serial_;
  std::mutex mutex_;
  std::uint64_t epoch_ = 0;
  Entries entries_;
};

struct ModelImpl {
  std::shared_ptr<Attachments> attachments = std::make_shared<Attachments>();
  Graph graph;
  std::vector<NodeId> outputs;
  std::vector<Symbol> parameters;
  std::vector<std::string> parameter_names;
  std::vector<std::string> columns;
  std::string response;
  std::string formula;
  std::vector<std::string> notes;
};

/// A model under construction by Model::trace, or the home of a value made from numbers alone (erf
/// of 0.5), which may join any trace.
struct Trace {
  ModelImpl model;
  bool open = true;
  bool numbers = false;
};

/// The node of a value in a trace that it belongs to or, made from numbers, may join.
NodeId node_in(Trace& trace, const Var& value);

}  // namespace nlsq::expr
