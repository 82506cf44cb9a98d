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
  /// The entry under `key`, made by `make` if there is none. Two threads may both make it; one
  /// wins and both get it. Entries of an earlier epoch are forgotten; a caller of an earlier epoch
  /// makes its own.
  template <class T, class Make>
  std::shared_ptr<const T> get(std::string_view key, std::uint64_t epoch, const Make& make) {
    Entries stale;  // destroyed outside the lock
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (epoch > epoch_) {
        stale.swap(entries_);
        epoch_ = epoch;
      }
      if (auto known = find(key, epoch)) return std::static_pointer_cast<const T>(std::move(known));
    }
    std::shared_ptr<const T> made = make();
    const std::lock_guard<std::mutex> lock(mutex_);
    if (auto known = find(key, epoch)) return std::static_pointer_cast<const T>(std::move(known));
    if (epoch != epoch_) return made;
    if (entries_.size() >= kMost) {
      stale.push_back(std::move(entries_.front()));
      entries_.erase(entries_.begin());
    }
    entries_.emplace_back(key, made);
    return made;
  }

  /// A number no other one has had in this process.
  std::uint64_t serial() const { return serial_; }

 private:
  using Entries = std::vector<std::pair<std::string, std::shared_ptr<const void>>>;
  static constexpr std::size_t kMost = 16;

  std::shared_ptr<const void> find(std::string_view key, std::uint64_t epoch) const {
    if (epoch != epoch_) return nullptr;
    for (const auto& [known, value] : entries_) {
      if (known == key) return value;
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
