// SPDX-License-Identifier: MIT
// The search for starts on one data set: points of the nonlinear parameters' boxes, each with the
// cost that is left when the linear ones are at their best (docs/adr/0010-starts.md).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "search/boxes.hpp"
#include "search/projection.hpp"
#include "search/sample.hpp"
#include "search/search_model.hpp"
#include "search/sobol.hpp"

namespace nlsq::search {

struct Candidate {
  std::vector<double> parameters;  ///< the model's, those that do not move included
  double cost = 0.0;               ///< on the sample
};

class Search {
 public:
  /// values: the model's parameters; those that do not move have their values. lower, upper: the
  /// same. All arguments but these spans outlive this.
  Search(const SearchModel& model, const Table& table, const Sample& sample,
         std::span<const double> values, std::span<const double> lower,
         std::span<const double> upper, engine::Isa isa);

  /// Judges the next `count` points; returns the best of all so far, at most `keep`: first those
  /// that are lower than their neighbours, then the least, none close to another one.
  std::vector<Candidate> best(index_t count, index_t keep);

  /// Of a model that is a sum: points found one term after the other, each where it leaves least of
  /// the data with those before it, then each again with all others there. `each`: points judged
  /// for a term.
  std::vector<Candidate> pursue(index_t runs, index_t each);
  bool is_sum() const { return !model_->groups.empty(); }

  /// Parameters that are not linear.
  index_t dimensions() const { return static_cast<index_t>(model_->nonlinear.size()); }

 private:
  struct Point {
    std::vector<double> unit;  ///< coordinates in the box
    double cost;
  };
  void make_boxes(const Table& table);
  bool sign_matters(std::size_t i);
  double judge(const std::vector<double>& unit);
  double judge_group(std::size_t group, std::span<const std::size_t> columns, index_t each,
                     index_t choice, std::vector<double>& unit);
  std::vector<std::size_t> columns_of(std::span<const std::size_t> groups) const;
  std::optional<Candidate> complete(const Point& point);

  const SearchModel* model_;
  const Sample* sample_;
  engine::Isa isa_;
  std::vector<double> slots_, lower_, upper_;  // of all slots
  Projection projection_;
  std::vector<Box> boxes_;
  std::vector<Point> points_;
  Sobol sobol_;
};

}  // namespace nlsq::search
