// SPDX-License-Identifier: MIT
// Where start values come from: one rule a model. A rule sees at least one sample and may return
// anything; start_values() makes it finite and puts it inside the bounds.
#pragma once

#include <vector>

#include "models/samples.hpp"

namespace nlsq::models {

using Start = std::vector<double>;
using StartRule = Start (*)(const Samples&);

Start start_exponential_decay(const Samples& s);
Start start_exponential_growth(const Samples& s);
Start start_double_exponential(const Samples& s);
Start start_stretched_exponential(const Samples& s);

Start start_gaussian(const Samples& s);
Start start_lorentzian(const Samples& s);
Start start_voigt(const Samples& s);
Start start_pseudo_voigt(const Samples& s);
Start start_log_normal(const Samples& s);

Start start_sine(const Samples& s);
Start start_damped_sine(const Samples& s);

Start start_sigmoid(const Samples& s);
Start start_gompertz(const Samples& s);
Start start_weibull(const Samples& s);
Start start_hill(const Samples& s);
Start start_four_pl(const Samples& s);
Start start_five_pl(const Samples& s);
Start start_michaelis_menten(const Samples& s);

Start start_power_law(const Samples& s);
Start start_arrhenius(const Samples& s);

Start start_linear(const Samples& s);
Start start_polynomial(const Samples& s, int degree);

}  // namespace nlsq::models
