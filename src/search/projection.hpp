// SPDX-License-Identifier: MIT
// The cost of nonlinear parameters on some rows: the linear ones follow by least squares, in
// normalised columns, by modified Gram-Schmidt with the response last (Björck 1967), which is
// stable. Linear parameters beyond their bounds are put there and the others solved for again.
#pragma once

#include <span>
#include <vector>

#include "engine/interpreter/interpreter.hpp"
#include "search/sample.hpp"
#include "search/search_model.hpp"

namespace nlsq::search {

class Projection {
 public:
  /// lower, upper: of all slots. All arguments outlive this.
  Projection(const SearchModel& model, const Sample& sample, engine::Isa isa,
             std::span<const double> lower, std::span<const double> upper);

  /// Sets the linear parameters among `slots` from the others; half of the weighted sum of squares,
  /// infinite where the model is not finite.
  double solve(std::span<double> slots);
  /// Columns that count from now on, those of other terms of a sum left out; empty: all.
  void use_only(std::span<const std::size_t> columns);

 private:
  bool load(std::span<const double> slots);
  double project();

  const SearchModel* model_;
  const Sample* sample_;
  std::span<const double> lower_, upper_;
  engine::Uniforms uniforms_;
  engine::Interpreter interpreter_;
  std::vector<const void*> pointers_;
  std::size_t k_, stride_, rows_;
  std::vector<double> plain_;     // y − base and the columns, weighted
  std::vector<double> work_;      // what Gram-Schmidt works on
  std::vector<double> triangle_;  // (k+1)×(k+1), by columns
  std::vector<double> solution_, held_;
  std::vector<bool> is_held_, is_out_;
  bool bounded_ = false;
};

/// Values of a program without moving parameters on a sample, an array an output.
std::vector<std::vector<double>> values_of(const program::Program& program, const Sample& sample,
                                           std::span<const double> slots, engine::Isa isa);

}  // namespace nlsq::search
