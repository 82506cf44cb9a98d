// SPDX-License-Identifier: MIT
// Start values for whatever the data are: the rule of the model, then what makes its answer usable.
#include <algorithm>
#include <cmath>

#include "models/table.hpp"

namespace nlsq {
namespace {

constexpr double kLargest = 1e300;

// 1 if the bounds allow it, else their middle or one unit inside.
double without_data(const ParameterBounds& b) {
  if (b.lower < 1.0 && 1.0 < b.upper) return 1.0;
  if (std::isfinite(b.lower) && std::isfinite(b.upper)) return b.lower + 0.5 * (b.upper - b.lower);
  return std::isfinite(b.lower) ? b.lower + 1.0 : b.upper - 1.0;
}

double usable(double start, const ParameterBounds& b) {
  if (std::isnan(start)) start = without_data(b);
  return std::clamp(std::clamp(start, -kLargest, kLargest), b.lower, b.upper);
}

models::Start by_rule(const BuiltInModel& model, const models::Samples& samples) {
  if (samples.size() == 0) return {};
  if (model.name.starts_with("polynomial("))
    return models::start_polynomial(samples, static_cast<int>(model.parameters.size()) - 1);
  for (const models::Entry& entry : models::table()) {
    if (entry.model.name == model.name) return entry.start(samples);
  }
  return {};
}

}  // namespace

std::vector<double> start_values(const BuiltInModel& model, std::span<const double> x,
                                 std::span<const double> y) {
  if (!model.components.empty()) {
    std::vector<double> all;
    for (const BuiltInModel::Component& component : model.components) {
      const std::vector<double> own = start_values(*component.model, x, y);
      for (std::size_t i = 0; i < own.size(); ++i) {
        const std::string name = component.prefix + component.model->parameters[i];
        if (all.size() < model.parameters.size() && model.parameters[all.size()] == name)
          all.push_back(own[i]);
      }
    }
    return all;
  }
  std::vector<double> start = by_rule(model, models::make_samples(x, y));
  start.resize(model.parameters.size(), NAN);
  for (std::size_t i = 0; i < start.size(); ++i) start[i] = usable(start[i], model.bounds[i]);
  return start;
}

}  // namespace nlsq
