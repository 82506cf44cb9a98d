// SPDX-License-Identifier: MIT
#include "reduce/workspace.hpp"

#include <bit>

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

namespace {
std::size_t size_class(index_t rows) {
  return static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(rows))) % 64;
}
}  // namespace

Workspaces::Verdict Workspaces::float32_verdict(index_t rows) const {
  return float32_[size_class(rows)].load(std::memory_order_relaxed);
}

void Workspaces::set_float32_verdict(index_t rows, Verdict verdict) {
  float32_[size_class(rows)].store(verdict, std::memory_order_relaxed);
}

}  // namespace nlsq::reduce
