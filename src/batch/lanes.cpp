// SPDX-License-Identifier: MIT
// One table of kernels an instruction set, made on first use.
#include "batch/lanes.hpp"

#include <array>

namespace nlsq::batch {

const LaneKernels& lane_kernels(engine::Isa wanted) {
  using engine::Isa;
  static const std::array<LaneKernels, 5> all = [] {
    std::array<LaneKernels, 5> made{};
    for (const Isa isa : {Isa::portable, Isa::sse4, Isa::avx2, Isa::avx512, Isa::neon}) {
      add_sums(isa, made[static_cast<std::size_t>(isa)]);
      add_solver(isa, made[static_cast<std::size_t>(isa)]);
    }
    return made;
  }();
  return all[static_cast<std::size_t>(wanted)];
}

}  // namespace nlsq::batch
