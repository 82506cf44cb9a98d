// SPDX-License-Identifier: MIT
#include "reduce/workspace.hpp"

#include <bit>

#include "reduce/term_state.hpp"

namespace nlsq::reduce {

namespace {
constexpr std::size_t kMostIdle = 8;

std::atomic<index_t> idle_in_all{0};
}  // namespace

Workspaces::Workspaces() { idle_.reserve(kMostIdle); }

Workspaces::~Workspaces() {
  for (const std::unique_ptr<TermState>& state : idle_) idle_in_all -= state->bytes_kept;
}

std::unique_ptr<TermState> Workspaces::take() {
  const std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock() || idle_.empty()) return nullptr;
  std::unique_ptr<TermState> state = std::move(idle_.back());
  idle_.pop_back();
  idle_in_all.fetch_sub(state->bytes_kept, std::memory_order_relaxed);
  return state;
}

void Workspaces::give_back(std::unique_ptr<TermState> state) {
  const index_t bytes = state->bytes_kept;
  const std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock() || idle_.size() >= kMostIdle) return;
  if (idle_in_all.fetch_add(bytes, std::memory_order_relaxed) + bytes > kMostIdleBytes) {
    idle_in_all.fetch_sub(bytes, std::memory_order_relaxed);
    return;
  }
  idle_.push_back(std::move(state));
}

void Workspaces::keep_one() {
  const std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
  while (lock.owns_lock() && idle_.size() > 1) {
    idle_in_all.fetch_sub(idle_.back()->bytes_kept, std::memory_order_relaxed);
    idle_.pop_back();
  }
}

index_t Workspaces::idle_bytes() { return idle_in_all.load(std::memory_order_relaxed); }

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
