// SPDX-License-Identifier: MIT
// The table of built-in models. Each formula names its parameters for the first time in the order
// of the list behind it; that is what makes Model::parse give them in this order (a test checks
// every row). expit(z) = 1/(1 + exp(-z)) cannot overflow.
#include "models/table.hpp"

namespace nlsq::models {
namespace {

constexpr ParameterBounds kFree{};
constexpr ParameterBounds kNotNegative{.lower = 0.0};
constexpr ParameterBounds kPart{.lower = 0.0, .upper = 1.0};

std::vector<Entry> make_curves() {
  return {
      {{"linear",
        "a*x + b",
        {"a", "b"},
        {kFree, kFree},
        "Straight line of slope a.",
        {"line", "straight_line"}},
       start_linear},
      {{"exponential_decay",
        "a*exp(-b*x) + c",
        {"a", "b", "c"},
        {kFree, kNotNegative, kFree},
        "Exponential approach to c with rate b, from a + c at x = 0.",
        {"exp_decay", "decay"}},
       start_exponential_decay},
      {{"exponential_growth",
        "a*exp(b*x) + c",
        {"a", "b", "c"},
        {kNotNegative, kNotNegative, kFree},
        "Exponential growth with rate b above c.",
        {"exp_growth"}},
       start_exponential_growth},
      {{"double_exponential",
        "a1*exp(-b1*x) + a2*exp(-b2*x) + c",
        {"a1", "b1", "a2", "b2", "c"},
        {kFree, kNotNegative, kFree, kNotNegative, kFree},
        "Two exponential decays to c; start values put the faster one first.",
        {"biexponential", "double_exp"}},
       start_double_exponential},
      {{"stretched_exponential",
        "a*where(x == 0, 1, exp(-(x/tau)^beta)) + c",
        {"a", "tau", "beta", "c"},
        {kFree, kNotNegative, kNotNegative, kFree},
        "Kohlrausch decay to c, from a + c at x = 0; x must not be negative.",
        {"kohlrausch"}},
       start_stretched_exponential},
      {{"power_law",
        "a*x^b",
        {"a", "b"},
        {kNotNegative, kFree},
        "Power of x; x must be positive (or zero with b > 0).",
        {"power"}},
       start_power_law},
      {{"arrhenius",
        "A*exp(-Ea/(8.31446261815324*x))",
        {"A", "Ea"},
        {kNotNegative, kFree},
        "Rate against temperature: x in kelvin, Ea in J/mol, A in the units of y.",
        {}},
       start_arrhenius},
  };
}

std::vector<Entry> make_peaks() {
  return {
      {{"gaussian",
        "amp*exp(-(x - mu)^2/(2*sigma^2))",
        {"amp", "mu", "sigma"},
        {kNotNegative, kFree, kNotNegative},
        "Normal peak of height amp at mu; sigma is its standard deviation.",
        {"gauss"}},
       start_gaussian},
      {{"lorentzian",
        "amp/(1 + ((x - x0)/gamma)^2)",
        {"amp", "x0", "gamma"},
        {kNotNegative, kFree, kNotNegative},
        "Lorentz (Cauchy) peak of height amp at x0; gamma is half its width at half height.",
        {"lorentz", "cauchy"}},
       start_lorentzian},
      {{"voigt",
        "amp*voigt(x - mu, sigma, gamma)/voigt(0, sigma, gamma)",
        {"amp", "mu", "sigma", "gamma"},
        {kFree, kFree, kNotNegative, kNotNegative},
        "Voigt peak of height amp at mu: a normal peak of standard deviation sigma convolved with "
        "a "
        "Lorentz peak of half width gamma. Its area is amp/voigt(0, sigma, gamma).",
        {}},
       start_voigt},
      {{"pseudo_voigt",
        "amp*(exp(-4*log(2)*((x - mu)/width)^2)*(1 - eta) + eta/(1 + 4*((x - mu)/width)^2))",
        {"amp", "mu", "width", "eta"},
        {kFree, kFree, kNotNegative, kPart},
        "Sum of a normal and a Lorentz peak of the same full width at half height; height amp at "
        "mu, eta is the Lorentz part.",
        {}},
       start_pseudo_voigt},
      {{"log_normal",
        "amp*where(x > 0, exp(-log(x/x0)^2/(2*sigma^2)), 0)",
        {"amp", "x0", "sigma"},
        {kFree, kNotNegative, kNotNegative},
        "Normal peak in ln x: height amp at x0, standard deviation sigma of ln x; 0 for x <= 0.",
        {"lognormal"}},
       start_log_normal},
  };
}

std::vector<Entry> make_waves() {
  return {
      {{"sine",
        "amp*sin(2*pi*freq*x + phase) + offset",
        {"amp", "freq", "phase", "offset"},
        {kNotNegative, kNotNegative, kFree, kFree},
        "Sine of freq periods per unit of x (not angular); phase in radians at x = 0.",
        {"sinusoid", "sin"}},
       start_sine},
      {{"damped_sine",
        "amp*exp(-decay*x)*sin(2*pi*freq*x + phase) + offset",
        {"amp", "decay", "freq", "phase", "offset"},
        {kNotNegative, kNotNegative, kNotNegative, kFree, kFree},
        "Sine of freq periods per unit of x (not angular) whose amplitude amp at x = 0 decays with "
        "rate decay; phase in radians at x = 0.",
        {"damped_oscillation"}},
       start_damped_sine},
  };
}

std::vector<Entry> make_steps() {
  return {
      {{"sigmoid",
        "L*expit((x - x0)*k) + b",
        {"L", "x0", "k", "b"},
        {kNotNegative, kFree, kNotNegative, kFree},
        "Logistic step L/(1 + exp(-k*(x - x0))) + b from b up to b + L, half way at x0.",
        {"logistic"}},
       start_sigmoid},
      {{"gompertz",
        "amp*exp(-exp((x0 - x)*k))",
        {"amp", "x0", "k"},
        {kFree, kFree, kNotNegative},
        "Gompertz growth from 0 to amp, steepest at x0 where it is amp/e; k is the rate.",
        {}},
       start_gompertz},
      {{"weibull",
        "amp*where(x > 0, 1 - exp(-(x/scale)^shape), 0)",
        {"amp", "scale", "shape"},
        {kFree, kNotNegative, kNotNegative},
        "Cumulative Weibull growth from 0 to amp; 63 % of it at scale; 0 for x <= 0.",
        {}},
       start_weibull},
      {{"hill",
        "vmax*where(x == 0, 0, expit(log(x/k)*n)) + base",
        {"vmax", "k", "n", "base"},
        {kFree, kNotNegative, kNotNegative, kFree},
        "Hill equation vmax*x^n/(k^n + x^n) + base: half way at k, cooperativity n; x must not be "
        "negative.",
        {}},
       start_hill},
      {{"four_pl",
        "bottom + (top - bottom)*where(x == 0, 0, expit(log(x/ec50)*hill))",
        {"bottom", "top", "ec50", "hill"},
        {kFree, kFree, kNotNegative, kNotNegative},
        "Dose response with four parameters, bottom + (top - bottom)/(1 + (ec50/x)^hill): bottom "
        "at "
        "x = 0, top far out (below bottom when it falls), half way at ec50; x must not be "
        "negative.",
        {"4pl", "fourpl"}},
       start_four_pl},
      {{"five_pl",
        "bottom + (top - bottom)*where(x == 0, 0, exp(-logaddexp(0, log(ec50/x)*hill)*asym))",
        {"bottom", "top", "ec50", "hill", "asym"},
        {kFree, kFree, kNotNegative, kNotNegative, kNotNegative},
        "Dose response with five parameters, bottom + (top - bottom)/(1 + (ec50/x)^hill)^asym: as "
        "four_pl where asym is 1; x must not be negative.",
        {"5pl", "fivepl"}},
       start_five_pl},
      {{"michaelis_menten",
        "vmax*x/(km + x)",
        {"vmax", "km"},
        {kFree, kNotNegative},
        "Rate of an enzyme: vmax at saturation, half of it at km.",
        {}},
       start_michaelis_menten},
  };
}

}  // namespace

const std::vector<Entry>& table() {
  static const std::vector<Entry> all = [] {
    std::vector<Entry> entries;
    for (const auto& part : {make_curves(), make_peaks(), make_waves(), make_steps()})
      entries.insert(entries.end(), part.begin(), part.end());
    return entries;
  }();
  return all;
}

}  // namespace nlsq::models
