// SPDX-License-Identifier: MIT
// The rows of options.def by name.
#include <array>

#include "base/nearest.hpp"
#include "nlsq/error.hpp"
#include "nlsq/options.hpp"

namespace nlsq {
namespace {

constexpr std::array kMethods{
#define NLSQ_METHOD(id, name, bounds, sparse, meaning) OptionValue{name, meaning},
#include "nlsq/options.def"
};
constexpr std::array kLosses{
#define NLSQ_LOSS(id, name, meaning) OptionValue{name, meaning},
#include "nlsq/options.def"
};
constexpr std::array kModes{
#define NLSQ_JACOBIAN_MODE(id, name, meaning) OptionValue{name, meaning},
#include "nlsq/options.def"
};
constexpr std::array kPrecisions{
#define NLSQ_PRECISION(id, name, meaning) OptionValue{name, meaning},
#include "nlsq/options.def"
};
constexpr std::array kStarts{
#define NLSQ_STARTS(id, name, meaning) OptionValue{name, meaning},
#include "nlsq/options.def"
};
constexpr std::array kLinearSolvers{
#define NLSQ_LINEAR_SOLVER(id, name, meaning) OptionValue{name, meaning},
#include "nlsq/options.def"
};
constexpr std::array kEngines{
#define NLSQ_ENGINE(id, name, meaning) OptionValue{name, meaning},
#include "nlsq/options.def"
};
constexpr std::array kTolerances{
#define NLSQ_TOLERANCE(name, initial, meaning) OptionValue{#name, meaning},
#include "nlsq/options.def"
};

struct Option {
  std::string_view name;
  std::span<const OptionValue> values;
};
constexpr Option kOptions[] = {
    {"method", kMethods},       {"loss", kLosses},           {"jacobian_mode", kModes},
    {"precision", kPrecisions}, {"starts", kStarts},         {"linear_solver", kLinearSolvers},
    {"engine", kEngines},       {"tolerances", kTolerances},
};

template <class Enum>
std::string name_of(std::span<const OptionValue> values, Enum value) {
  return std::string(values[static_cast<std::size_t>(value)].name);
}

template <class Enum>
Enum find_name(std::span<const OptionValue> values, const std::string& wanted,
               const char* argument) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (wanted == values[i].name) return static_cast<Enum>(i);
    all.emplace_back(values[i].name);
  }
  throw InputError(argument, std::string(argument) + ": '" + wanted + "' is none of " +
                                 base::quoted_list(all) + base::did_you_mean(wanted, all));
}

}  // namespace

std::span<const OptionValue> option_values(std::string_view option) {
  for (const Option& each : kOptions) {
    if (each.name == option) return each.values;
  }
  return {};
}

bool takes_bounds(Method method) {
  constexpr bool kTakes[] = {
#define NLSQ_METHOD(id, name, bounds, sparse, meaning) bounds,
#include "nlsq/options.def"
  };
  return kTakes[static_cast<std::size_t>(method)];
}

bool takes_sparse(Method method) {
  constexpr bool kTakes[] = {
#define NLSQ_METHOD(id, name, bounds, sparse, meaning) sparse,
#include "nlsq/options.def"
  };
  return kTakes[static_cast<std::size_t>(method)];
}

std::string_view meaning(Status status) {
  struct Row {
    Status status;
    std::string_view meaning;
  };
  constexpr Row kStatuses[] = {
#define NLSQ_STATUS(id, integer, text) {Status::id, text},
#include "nlsq/options.def"
  };
  for (const Row& row : kStatuses) {
    if (row.status == status) return row.meaning;
  }
  return {};
}

std::string to_string(Method method) { return name_of(kMethods, method); }
std::string to_string(Loss loss) { return name_of(kLosses, loss); }
std::string to_string(JacobianMode mode) { return name_of(kModes, mode); }
std::string to_string(Precision precision) { return name_of(kPrecisions, precision); }
std::string to_string(Starts starts) { return name_of(kStarts, starts); }
std::string to_string(LinearSolver solver) { return name_of(kLinearSolvers, solver); }
std::string to_string(Engine engine) { return name_of(kEngines, engine); }

Method parse_method(const std::string& name) { return find_name<Method>(kMethods, name, "method"); }
Loss parse_loss(const std::string& name) { return find_name<Loss>(kLosses, name, "loss"); }
Precision parse_precision(const std::string& name) {
  return find_name<Precision>(kPrecisions, name, "precision");
}
Starts parse_starts(const std::string& name) { return find_name<Starts>(kStarts, name, "starts"); }
LinearSolver parse_linear_solver(const std::string& name) {
  return find_name<LinearSolver>(kLinearSolvers, name, "linear_solver");
}
JacobianMode parse_jacobian_mode(const std::string& name, const char* argument) {
  return find_name<JacobianMode>(kModes, name, argument);
}

}  // namespace nlsq
