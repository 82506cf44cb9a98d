// SPDX-License-Identifier: MIT
// What stands behind the public Model: a graph with symbols.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "expr/graph.hpp"
#include "nlsq/model.hpp"

namespace nlsq::expr {

struct Symbol {
  std::string name;
  index_t index_column = -1;  ///< column that gathers it; −1: a plain parameter
};

/// What later stages keep with a model (lowered programs), so that they live and die with it.
/// Thread-safe.
class Attachments {
 public:
  Attachments() = default;
  Attachments(const Attachments&) = delete;
  Attachments& operator=(const Attachments&) = delete;
  /// The entry under `key`, made by `make` if there is none. Two threads may both make it; one
  /// wins.
  template <class T, class Make>
  std::shared_ptr<const T> get(const std::string& key, const Make& make) const {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      for (const auto& [known, value] : entries_) {
        if (known == key) return std::static_pointer_cast<const T>(value);
      }
    }
    std::shared_ptr<const T> made = make();
    const std::lock_guard<std::mutex> lock(mutex_);
    if (entries_.size() >= kMost) entries_.erase(entries_.begin());
    entries_.emplace_back(key, made);
    return made;
  }

 private:
  static constexpr std::size_t kMost = 16;
  mutable std::mutex mutex_;
  mutable std::vector<std::pair<std::string, std::shared_ptr<const void>>> entries_;
};

struct ModelImpl {
  Attachments attachments;
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
