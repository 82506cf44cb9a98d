// SPDX-License-Identifier: MIT
// What a parameter that is not linear does: found by walking from it to its users, through products
// and whole powers, until it meets data or a nonlinear operation. From its role follows where to
// look for it (boxes.hpp).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "expr/graph.hpp"

namespace nlsq::search {

enum class Role : std::uint8_t {
  none,       ///< nothing is known of it
  shift,      ///< data − θ, also a threshold that data are compared with
  width,      ///< (data − m)² + θ²: in units of a distance
  magnitude,  ///< data² + θ², dataⁿ + θⁿ: in units of the data
  rate,       ///< exp(θ·data), 1 + θ·data, also data/θ
  frequency,  ///< sin(θ·data)
  exponent,   ///< dataᶿ
  phase,      ///< sin(… + θ)
};

/// What the argument goes into.
enum class Use : std::uint8_t {
  smooth,  ///< defined everywhere: exp, tanh, a square
  pole,    ///< not: a denominator, a logarithm, the base of a power
  wave,
  step,  ///< a comparison
};

struct Factor {
  expr::NodeId node;  ///< without parameters
  double power;
};

/// Another parameter, to a power.
struct Other {
  index_t parameter;
  double power;
};

/// One place where a parameter acts: the argument holds scale·θ^exponent·Π factor·Π other.
struct Meeting {
  Role role = Role::none;
  Use use = Use::smooth;
  double exponent = 1.0;
  double scale = 1.0;
  std::vector<Factor> factors;
  bool shared = false;        ///< other parameters multiply it
  std::vector<Other> others;  ///< those of them that do so as they are
  /// shift, magnitude: the data it is added to. width, or a product with (data − m)^power: the data
  /// of that difference.
  expr::NodeId partner = expr::kNone;
  double partner_power = 1.0;
  bool adds = false;  ///< shift: data + θ
};

/// The most telling place of each of `parameters`; those that are not `moving` are numbers.
std::vector<Meeting> find_roles(const expr::Graph& graph, expr::NodeId root,
                                std::span<const index_t> moving,
                                std::span<const index_t> parameters);

}  // namespace nlsq::search
