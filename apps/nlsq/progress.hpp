// SPDX-License-Identifier: MIT
// What --verbose shows on stderr: what was read, the table of iterations, what ran.
#pragma once

#include <chrono>

#include "load.hpp"
#include "nlsq/options.hpp"
#include "nlsq/result.hpp"

namespace nlsq::command {

class Stopwatch {
 public:
  double milliseconds() const {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began_)
        .count();
  }

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

/// What was read, a line on stderr.
void print_loaded(const LoadedData& loaded, double milliseconds);

class Progress {
 public:
  explicit Progress(bool verbose);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void loaded(const LoadedData& loaded, double milliseconds) const;
  void step(const Iteration& step);
  /// How far the passes over rows in files are; a line a second.
  void passing(const CountedRows& rows);
  void finished(const FitResult& result) const;

 private:
  bool verbose_;
  bool has_heading_ = false;
  double cost_ = 0.0;
  Stopwatch passing_;
  double shown_ = 0.0;
};

}  // namespace nlsq::command
