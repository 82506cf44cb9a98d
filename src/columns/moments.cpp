// SPDX-License-Identifier: MIT
// Lane-wise sums the compiler can vectorise without reordering.
#include "columns/moments.hpp"

#include <algorithm>
#include <cmath>

#include "columns/streams.hpp"
#include "reduce/column_kernels.hpp"
#include "reduce/leaves.hpp"
#include "reduce/remote_pass.hpp"
#include "runtime/settings.hpp"

namespace nlsq::fit_impl {
namespace {

constexpr index_t kLanes = 8;

struct LaneSums {
  double w[kLanes] = {}, wd[kLanes] = {}, wdd[kLanes] = {};
};

double total_of(const double (&x)[kLanes]) {
  return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
}

template <class Weight, class Y>
Moments weighted(index_t rows, double y0, const Weight& weight, const Y* y) {
  LaneSums s;
  const auto add = [&](index_t i, index_t lane) {
    const double w = weight(i);
    // A masked row counts for nothing, whatever its y is.
    const double d = w > 0.0 ? static_cast<double>(y[i]) - y0 : 0.0;
    s.w[lane] += w;
    s.wd[lane] += w * d;
    s.wdd[lane] += w * d * d;
  };
  index_t i = 0;
  for (; i + kLanes <= rows; i += kLanes) {
    for (index_t lane = 0; lane < kLanes; ++lane) add(i + lane, lane);
  }
  for (; i < rows; ++i) add(i, i % kLanes);
  return {.w = total_of(s.w), .wd = total_of(s.wd), .wdd = total_of(s.wdd)};
}

template <class Weight>
Moments weighted(index_t rows, double y0, const Weight& weight, const reduce::ColumnSource& y) {
  if (y.float32) return weighted(rows, y0, weight, static_cast<const float*>(y.data));
  return weighted(rows, y0, weight, static_cast<const double*>(y.data));
}

// Σ ln s over finite s: mantissas are multiplied and exponents added, with one logarithm a chunk.
template <class T>
double log_sum(const T* s, index_t rows) {
  constexpr index_t kChunk =
      256;  // a product of that many mantissas in [1/2, 1) does not underflow
  double total = 0.0;
  for (index_t first = 0; first < rows; first += kChunk) {
    double product = 1.0;
    long exponents = 0;
    for (index_t i = first; i < std::min(rows, first + kChunk); ++i) {
      if (std::isinf(s[i])) continue;
      int exponent = 0;
      product *= std::frexp(static_cast<double>(s[i]), &exponent);
      exponents += exponent;
    }
    total += std::log(product) + static_cast<double>(exponents) * 0.69314718055994530942;
  }
  return total;
}

template <class T>
Moments of_sigmas(index_t rows, double y0, const T* sigma, const reduce::ColumnSource& y) {
  const auto weight = [sigma](index_t i) {
    const double w = 1.0 / static_cast<double>(sigma[i]);
    return w * w;
  };
  Moments leaf = weighted(rows, y0, weight, y);
  leaf.log_sigma = log_sum(sigma, rows);
  return leaf;
}

}  // namespace

Moments moments_of_leaf(double y0, index_t rows, const reduce::ColumnSource& y,
                        const reduce::ColumnSource& sigma, engine::Isa isa) {
  if (sigma.data != nullptr && sigma.float32)
    return of_sigmas(rows, y0, static_cast<const float*>(sigma.data), y);
  if (sigma.data != nullptr) return of_sigmas(rows, y0, static_cast<const double*>(sigma.data), y);
  if (y.float32) {
    return weighted(
        rows, y0, [](index_t) { return 1.0; }, y);
  }
  const reduce::ShiftedSums of_leaf =
      reduce::column_kernels(isa).shifted_sums(static_cast<const double*>(y.data), rows, y0);
  return {.w = static_cast<double>(rows), .wd = of_leaf.d, .wdd = of_leaf.dd};
}

double Moments::total() const { return w > 0.0 ? std::max(0.0, wdd - wd * (wd / w)) : 0.0; }

namespace {

// The first row that is not masked; the number of rows if all are.
index_t first_counting_row(const Values& sigma) {
  index_t row = 0;
  if (const SourceColumn* const column = sigma.of_source()) {
    if (const RemoteRows* const elsewhere = column->source->remote())
      return reduce::look_at_sigma(*elsewhere, column->index).first_counting;
    for_each_leaf(sigma, [&](index_t first, const reduce::ColumnSource& leaf, index_t rows) {
      while (row < first + rows && std::isinf(value_of(leaf, row - first))) ++row;
      return row == first + rows;
    });
    return row;
  }
  while (row < sigma.size && std::isinf(sigma[row])) ++row;
  return row;
}

}  // namespace

MomentSums::MomentSums(const Dataset::Response& response)
    : response_(&response), leaves_(static_cast<std::size_t>(reduce::leaves_of(response.y.size))) {
  const index_t first = first_counting_row(response.sigma);
  y0_ = first < response.y.size ? value_at(response.y, first) : 0.0;
}

index_t MomentSums::bytes(index_t rows) {
  return static_cast<index_t>(Leaves::bytes(static_cast<std::size_t>(reduce::leaves_of(rows))));
}

void MomentSums::add(index_t leaf) {
  const index_t from = leaf * reduce::kLeafRows;
  const auto at = [from](const Values& values) -> reduce::ColumnSource {
    if (values.size == 0) return {};
    return {static_cast<const char*>(values.data) + from * (values.float32 ? 4 : 8),
            values.float32};
  };
  add(leaf, std::min(response_->y.size - from, reduce::kLeafRows), at(response_->y),
      at(response_->sigma));
}

void MomentSums::add(index_t leaf, index_t rows, const reduce::ColumnSource& y,
                     const reduce::ColumnSource& sigma) {
  set(leaf, moments_of_leaf(y0_, rows, y, sigma, engine::chosen_isa()));
}

Moments MomentSums::total() const {
  Moments all;
  for (const Moments& leaf : leaves_) {
    all.w += leaf.w;
    all.wd += leaf.wd;
    all.wdd += leaf.wdd;
    all.log_sigma += leaf.log_sigma;
  }
  const double sigma = response_->sigma_number;
  if (response_->sigma.size == 0 && sigma > 0.0) {
    const double w = 1.0 / (sigma * sigma);
    all.log_sigma = std::log(sigma) * all.w;
    all.w *= w;
    all.wd *= w;
    all.wdd *= w;
  }
  all.first = y0_;
  return all;
}

Moments streamed_moments(const Dataset::Response& response) {
  MomentSums sums(response);
  std::vector<index_t> columns{response.y.of_source()->index};
  const bool is_weighted = response.sigma.size > 0;
  if (is_weighted) columns.push_back(response.sigma.of_source()->index);
  const auto cursor = response.y.of_source()->source->open(columns, Walk::onward);
  std::vector<const void*> leaf(columns.size());
  for (index_t first = 0; first < response.y.size; first += reduce::kLeafRows) {
    const index_t rows = std::min(reduce::kLeafRows, response.y.size - first);
    cursor->lease(first, rows, leaf);
    const reduce::ColumnSource none;
    sums.add(first / reduce::kLeafRows, rows, {leaf[0], response.y.float32},
             is_weighted ? reduce::ColumnSource{leaf[1], response.sigma.float32} : none);
  }
  return sums.total();
}

Moments moments(const Dataset::Response& response, int threads) {
  MomentSums sums(response);
  base::for_each_part(shared_pool(), threads, sums.leaves(), [&](index_t leaf) { sums.add(leaf); });
  return sums.total();
}

}  // namespace nlsq::fit_impl
