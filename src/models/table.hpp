// SPDX-License-Identifier: MIT
// A row of the table of built-in models: what users see, and where its start values come from.
#pragma once

#include <vector>

#include "models/start_rules.hpp"
#include "nlsq/models.hpp"

namespace nlsq::models {

struct Entry {
  BuiltInModel model;
  StartRule start;
};

/// All but the polynomials.
const std::vector<Entry>& table();

/// polynomial(0) to polynomial(kMostDegree).
const std::vector<BuiltInModel>& polynomials();

}  // namespace nlsq::models
