// SPDX-License-Identifier: MIT
// What ties, priors and derived quantities add to a result.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "nlsq/fit.hpp"
#include "relations/ties.hpp"

namespace nlsq::fit_impl {

struct KnownQuantity {
  Relation relation;
  Prior prior;
};

struct DerivedRelation {
  DerivedQuantity wanted;
  Relation relation;
};

/// Sets n_priors. R² is a matter of the data: what the priors add to the sum of squares is none of
/// it.
void count_priors(std::span<const KnownQuantity> priors, FitResult& result);

/// Rearranges a result to the parameters `names`, those that are tied among them.
void tell_ties(std::span<const std::string> names, const Ties& ties, const FitOptions& options,
               FitResult& result);

/// Values, errors and covariance of derived quantities.
void tell_derived(std::span<const DerivedRelation> derived, FitResult& result);

}  // namespace nlsq::fit_impl
