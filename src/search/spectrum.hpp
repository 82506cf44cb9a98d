// SPDX-License-Identifier: MIT
// Powers of complex values along an abscissa that need not be evenly spaced: values are spread
// linearly on a grid of four points a period of the highest frequency, transformed (Cooley and
// Tukey 1965), and what the spreading costs is given back (Press and Rybicki 1989).
#pragma once

#include <complex>
#include <span>
#include <vector>

namespace nlsq::search {

/// |Σ v exp(i·2π·f·x/oversampling)|² for f = 1 … count and for −f.
struct Spectrum {
  std::vector<double> above, below;
};

/// x within [−½, ½].
Spectrum spectrum(std::span<const double> x, std::span<const std::complex<double>> values,
                  std::size_t count, double oversampling);

}  // namespace nlsq::search
