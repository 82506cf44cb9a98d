// SPDX-License-Identifier: MIT
// A model on its data, as its caller has them, and which columns of the data the model means.
#pragma once

#include "base/small_vector.hpp"
#include "nlsq/data.hpp"
#include "nlsq/model.hpp"
#include "nlsq/options.hpp"

namespace nlsq::fit_impl {

/// A FitTerm by reference, losses resolved.
struct TermView {
  const Model* model;
  const Dataset* data;
  Loss loss;
  double f_scale;
};

using Columns = base::SmallVector<Values, 6>;

/// The columns of `data` in the model's order. Throws InputError with the nearest name.
Columns find_columns(const Model& model, const Dataset& data);

}  // namespace nlsq::fit_impl
