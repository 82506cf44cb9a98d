// SPDX-License-Identifier: MIT
#include "fit/pass_engines.hpp"

#include <string_view>

#include "base/environment.hpp"
#include "fit/device.hpp"

namespace nlsq::fit_impl {
namespace {

struct Kind {
  std::string_view begins;  ///< the ids that are of this kind
  std::unique_ptr<PassEngines> (*open)(const WantedEngine&, const Problem&, engine::Isa);
};

// The first that fits is taken.
constexpr Kind kKinds[] = {
    {"", &DeviceFit::open},  // opencl:0, cuda:0, auto; what is none of them is refused there
};

}  // namespace

WantedEngine wanted_engine(const FitOptions& options) {
  WantedEngine wanted;
  if (!options.device.empty()) {
    wanted.id = options.device;
  } else if (const char* const value = base::value_of(base::Variable::device)) {
    wanted = {value, "NLSQ_DEVICE"};
  }
  if (wanted.id == "cpu") wanted.id.clear();
  return wanted;
}

std::unique_ptr<PassEngines> open_pass_engines(const WantedEngine& wanted, const Problem& problem,
                                               engine::Isa isa) {
  for (const Kind& kind : kKinds) {
    if (wanted.id.starts_with(kind.begins)) return kind.open(wanted, problem, isa);
  }
  return nullptr;
}

}  // namespace nlsq::fit_impl
