// SPDX-License-Identifier: MIT
#include "passes/pass_engines.hpp"

#include <string_view>

#include "passes/device.hpp"

namespace nlsq::fit_impl {
namespace {

struct Kind {
  std::string_view begins;  ///< the ids that are of this kind
  std::unique_ptr<PassEngines> (*open)(const plan::WantedDevice&, const Problem&, engine::Isa);
};

// The first that fits is taken.
constexpr Kind kKinds[] = {
    {"", &DeviceFit::open},  // opencl:0, cuda:0, auto; what is none of them is refused there
};

}  // namespace

std::unique_ptr<PassEngines> open_pass_engines(const plan::WantedDevice& wanted,
                                               const Problem& problem, engine::Isa isa) {
  for (const Kind& kind : kKinds) {
    if (wanted.id.starts_with(kind.begins)) return kind.open(wanted, problem, isa);
  }
  return nullptr;
}

}  // namespace nlsq::fit_impl
