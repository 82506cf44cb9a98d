// SPDX-License-Identifier: MIT
// The instruction sets an engine may run on, and the choice at run time.
#pragma once

#include <string_view>
#include <vector>

namespace nlsq::engine {

enum class Isa { portable, sse4, avx2, avx512, neon };

std::string_view name(Isa isa);

/// What this machine can run and this build holds, best first.
const std::vector<Isa>& available_isas();

/// The one named by NLSQ_ISA if available, else the best. Read at each call. A name that is unknown
/// or not available throws InputError.
Isa chosen_isa();

}  // namespace nlsq::engine
