// SPDX-License-Identifier: MIT
// The largest peak of the residuals' periodogram P(f) = |Σ rᵢ e^{2πi f xᵢ}|²/Σrᵢ² at frequencies
// k/(2L), k = 1 … 2m, L the length of x: up to the mean sampling rate, so that places that are not
// even reach beyond the Nyquist frequency. For independent residuals P is about exponential with
// mean 1, so of 2m frequencies one is beyond z with a probability below 2m·e^−z; where variances
// are about the same, below 2m·(1 − 2z/m)^((m − 3)/2) (Fisher). O(m²); a pure function.
#pragma once

#include <span>

namespace nlsq::stats {

struct SpectralPeak {
  double frequency = 0.0;  ///< cycles a unit of x
  double power = 0.0;      ///< P; m/2 for a sine
  double p = 1.0;          ///< of a peak as high among independent residuals, at most
};

SpectralPeak periodogram_peak(std::span<const double> x, std::span<const double> r);

}  // namespace nlsq::stats
