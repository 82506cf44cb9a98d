// SPDX-License-Identifier: MIT
// The points that start values are made from: finite, in order of x, y divided by its largest size.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace nlsq::models {

struct Samples {
  std::vector<double> x, y;
  double y_scale = 1.0;

  std::size_t size() const { return x.size(); }
  double low() const { return x.front(); }
  double high() const { return x.back(); }
  /// high − low; when all x are the same the size of that x, or 1. Always positive.
  double range() const;
  /// Half of the shortest distance that holds three points: about the width of the narrowest thing
  /// that the points can show. Always positive.
  double spacing() const;
};

/// Leaves out what is not finite. May be empty.
Samples make_samples(std::span<const double> x, std::span<const double> y);

/// Those with x > 0 (x ≥ 0 with `or_zero`).
Samples positive(const Samples& s, bool or_zero = false);

/// At most `most` means of neighbours: for curves that are smooth on the scale of the points.
Samples averaged(const Samples& s, std::size_t most);

/// At most `most` points drawn at random, always the same: no frequency hides behind another.
Samples drawn(const Samples& s, std::size_t most);

}  // namespace nlsq::models
