// SPDX-License-Identifier: MIT
// A file of what the passes of a fit found (reduce/pass_log.hpp). Entries are only ever added, each
// with a checksum, so a file that was cut short, by a kill or a full disk, is good up to its last
// whole entry. It begins with a description of model, options and data; a fit of others is refused.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "problem/problem.hpp"
#include "reduce/data_evaluator.hpp"
#include "reduce/pass_log.hpp"

namespace nlsq::fit_impl {

/// What a checkpoint must agree with: "name: value" lines.
std::string description_of(std::span<const TermView> terms, const Problem& problem,
                           const FitOptions& options, const reduce::EvaluatorOptions& evaluator,
                           index_t sampled);

class Checkpoint final : public reduce::PassLog {
 public:
  /// Goes on with the file, or makes it. Throws InputError if it is no checkpoint or one of another
  /// fit, saying what differs, and IoError.
  Checkpoint(std::string path, const std::string& description);
  ~Checkpoint() override;
  Checkpoint(const Checkpoint&) = delete;
  Checkpoint& operator=(const Checkpoint&) = delete;

  bool recall(std::span<const double> question, std::vector<double>& answer) override;
  void keep(std::span<const double> question, std::span<const double> answer) override;
  /// Passes that were not made, as they were known.
  index_t recalled() const { return static_cast<index_t>(next_); }

 private:
  struct Entry {
    std::vector<double> question, answer;
  };
  void read(const std::string& bytes, const std::string& description);
  void write(const std::string& bytes);

  std::string path_;
  int descriptor_ = -1;
  std::vector<Entry> known_;
  std::size_t next_ = 0;
  index_t end_ = 0;  // of what is good in the file
  std::chrono::steady_clock::time_point synced_;
};

}  // namespace nlsq::fit_impl
