// SPDX-License-Identifier: MIT
// Names of methods and losses.
#include <array>

#include "base/nearest.hpp"
#include "fit/jacobian_mode.hpp"
#include "nlsq/error.hpp"
#include "nlsq/result.hpp"

namespace nlsq {
namespace {

constexpr std::array<const char*, 4> kMethods{"auto", "trf", "lm", "dogbox"};
constexpr std::array<const char*, 5> kLosses{"linear", "soft_l1", "huber", "cauchy", "arctan"};

constexpr std::array<const char*, 3> kModes{"auto", "fwd", "rev"};
constexpr std::array<const char*, 4> kPrecisions{"auto", "double", "measure", "mixed"};
constexpr std::array<const char*, 3> kLinearSolvers{"auto", "dense", "sparse"};
constexpr std::array<const char*, 2> kStarts{"search", "ones"};

template <class Enum, std::size_t N>
Enum find_name(const std::array<const char*, N>& names, const std::string& wanted,
               const char* argument) {
  for (std::size_t i = 0; i < N; ++i) {
    if (wanted == names[i]) return static_cast<Enum>(i);
  }
  const std::vector<std::string> all(names.begin(), names.end());
  throw InputError(argument, std::string(argument) + ": '" + wanted + "' is none of " +
                                 base::quoted_list(all) + base::did_you_mean(wanted, all));
}

}  // namespace

std::string to_string(Method method) { return kMethods[static_cast<std::size_t>(method)]; }
std::string to_string(Loss loss) { return kLosses[static_cast<std::size_t>(loss)]; }
std::string to_string(JacobianMode mode) { return kModes[static_cast<std::size_t>(mode)]; }
std::string to_string(Precision precision) {
  return kPrecisions[static_cast<std::size_t>(precision)];
}
std::string to_string(LinearSolver solver) {
  return kLinearSolvers[static_cast<std::size_t>(solver)];
}
LinearSolver parse_linear_solver(const std::string& name) {
  return find_name<LinearSolver>(kLinearSolvers, name, "linear_solver");
}
std::string to_string(Starts starts) { return kStarts[static_cast<std::size_t>(starts)]; }
Method parse_method(const std::string& name) { return find_name<Method>(kMethods, name, "method"); }
Loss parse_loss(const std::string& name) { return find_name<Loss>(kLosses, name, "loss"); }

Precision parse_precision(const std::string& name) {
  return find_name<Precision>(kPrecisions, name, "precision");
}

Starts parse_starts(const std::string& name) { return find_name<Starts>(kStarts, name, "starts"); }

JacobianMode fit_impl::find_jacobian_mode(const std::string& name, const char* argument) {
  return find_name<JacobianMode>(kModes, name, argument);
}

JacobianMode parse_jacobian_mode(const std::string& name) {
  return fit_impl::find_jacobian_mode(name, "jacobian_mode");
}

}  // namespace nlsq
