// SPDX-License-Identifier: MIT
#include "reduce/workspace.hpp"

#include "reduce/term_state.hpp"

namespace nlsq::reduce {

namespace {
constexpr std::size_t kMostIdle = 8;
}  // namespace

Workspaces::Workspaces() { idle_.reserve(kMostIdle); }
Workspaces::~Workspaces() = default;

std::unique_ptr<TermState> Workspaces::take() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (idle_.empty()) return nullptr;
  std::unique_ptr<TermState> state = std::move(idle_.back());
  idle_.pop_back();
  return state;
}

void Workspaces::give_back(std::unique_ptr<TermState> state) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (idle_.size() < kMostIdle) idle_.push_back(std::move(state));
}

}  // namespace nlsq::reduce
