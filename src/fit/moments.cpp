// SPDX-License-Identifier: MIT
// Lane-wise sums the compiler can vectorise without reordering.
#include "fit/moments.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/small_vector.hpp"
#include "fit/settings.hpp"
#include "reduce/column_kernels.hpp"

namespace nlsq::fit_impl {
namespace {

constexpr index_t kLanes = 8;
constexpr index_t kLeaf = 4096;

struct LaneSums {
  double w[kLanes] = {}, wd[kLanes] = {}, wdd[kLanes] = {};
};

double total_of(const double (&x)[kLanes]) {
  return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
}

template <class Weight, class Y>
Moments sum_leaf(index_t from, index_t end, double y0, const Weight& weight, const Y& y) {
  LaneSums s;
  const auto add = [&](index_t i, index_t lane) {
    const double w = weight(i);
    // A masked row counts for nothing, whatever its y is.
    const double d = w > 0.0 ? y(i) - y0 : 0.0;
    s.w[lane] += w;
    s.wd[lane] += w * d;
    s.wdd[lane] += w * d * d;
  };
  index_t i = from;
  for (; i + kLanes <= end; i += kLanes) {
    for (index_t lane = 0; lane < kLanes; ++lane) add(i + lane, lane);
  }
  for (; i < end; ++i) add(i, i % kLanes);
  return {.w = total_of(s.w), .wd = total_of(s.wd), .wdd = total_of(s.wdd)};
}

template <class Weight, class Y>
Moments sum(index_t rows, int threads, const Weight& weight, const Y& y) {
  index_t first = 0;
  while (first < rows && !(weight(first) > 0.0)) ++first;
  const double y0 = first < rows ? y(first) : 0.0;
  if (rows <= kLeaf) return sum_leaf(0, rows, y0, weight, y);
  std::vector<Moments> leaves(static_cast<std::size_t>((rows + kLeaf - 1) / kLeaf));
  base::for_each_part(
      shared_pool(), threads, static_cast<index_t>(leaves.size()), [&](index_t leaf) {
        leaves[static_cast<std::size_t>(leaf)] =
            sum_leaf(leaf * kLeaf, std::min(rows, (leaf + 1) * kLeaf), y0, weight, y);
      });
  Moments all;
  for (const Moments& leaf : leaves) {
    all.w += leaf.w;
    all.wd += leaf.wd;
    all.wdd += leaf.wdd;
  }
  return all;
}

template <class Weight>
Moments with_weight(const Values& y, int threads, const Weight& weight) {
  if (y.float32) {
    const auto* p = static_cast<const float*>(y.data);
    return sum(y.size, threads, weight, [p](index_t i) { return static_cast<double>(p[i]); });
  }
  const auto* p = static_cast<const double*>(y.data);
  return sum(y.size, threads, weight, [p](index_t i) { return p[i]; });
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

// Without weights: sums of y - y0 alone.
Moments unweighted(const double* y, index_t rows, int threads) {
  const reduce::ColumnKernels& kernels = reduce::column_kernels(engine::chosen_isa());
  const double y0 = rows > 0 ? y[0] : 0.0;
  const index_t leaves = (rows + kLeaf - 1) / kLeaf;
  base::SmallVector<reduce::ShiftedSums, 8> sums(static_cast<std::size_t>(leaves));
  base::for_each_part(shared_pool(), threads, leaves, [&](index_t leaf) {
    const index_t from = leaf * kLeaf;
    sums[static_cast<std::size_t>(leaf)] =
        kernels.shifted_sums(y + from, std::min(kLeaf, rows - from), y0);
  });
  Moments all{.w = static_cast<double>(rows)};
  for (const reduce::ShiftedSums& leaf : sums) {
    all.wd += leaf.d;
    all.wdd += leaf.dd;
  }
  return all;
}

}  // namespace

double Moments::total() const { return w > 0.0 ? std::max(0.0, wdd - wd * (wd / w)) : 0.0; }

Moments moments(const Dataset::Response& response, int threads) {
  const Values& sigma = response.sigma;
  if (sigma.size > 0 && sigma.float32) {
    const auto* s = static_cast<const float*>(sigma.data);
    Moments all = with_weight(response.y, threads, [s](index_t i) {
      const double w = 1.0 / static_cast<double>(s[i]);
      return w * w;
    });
    all.log_sigma = log_sum(s, sigma.size);
    return all;
  }
  if (sigma.size > 0) {
    const auto* s = static_cast<const double*>(sigma.data);
    Moments all = with_weight(response.y, threads, [s](index_t i) {
      const double w = 1.0 / s[i];
      return w * w;
    });
    all.log_sigma = log_sum(s, sigma.size);
    return all;
  }
  if (!response.y.float32) {
    Moments all = unweighted(static_cast<const double*>(response.y.data), response.y.size, threads);
    if (response.sigma_number > 0.0) {
      const double w = 1.0 / (response.sigma_number * response.sigma_number);
      all.w *= w;
      all.wd *= w;
      all.wdd *= w;
      all.log_sigma = std::log(response.sigma_number) * static_cast<double>(response.y.size);
    }
    return all;
  }
  const double w =
      response.sigma_number > 0.0 ? 1.0 / (response.sigma_number * response.sigma_number) : 1.0;
  Moments all = with_weight(response.y, threads, [w](index_t) { return w; });
  all.log_sigma = -0.5 * std::log(w) * static_cast<double>(response.y.size);
  return all;
}

}  // namespace nlsq::fit_impl
