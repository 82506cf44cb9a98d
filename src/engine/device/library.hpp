// SPDX-License-Identifier: MIT
// Shared libraries that may be missing, loaded at run time.
#pragma once

#include <initializer_list>
#include <string>

#include "engine/device/symbols.hpp"

namespace nlsq::engine::device {

/// Functions of a library; `missing` says why there are none.
struct OpenClApi {
  std::string missing;
#define NLSQ_SYMBOL(name, result, parameters) result(*name) parameters = nullptr;
  NLSQ_OPENCL_SYMBOLS
#undef NLSQ_SYMBOL
};

struct CudaApi {
  std::string missing;
#define NLSQ_SYMBOL(name, result, parameters) result(*name) parameters = nullptr;
  NLSQ_CUDA_SYMBOLS
#undef NLSQ_SYMBOL
};

struct NvrtcApi {
  std::string missing;
#define NLSQ_SYMBOL(name, result, parameters) result(*name) parameters = nullptr;
  NLSQ_NVRTC_SYMBOLS
#undef NLSQ_SYMBOL
};

/// Loaded at the first call, and kept. Thread-safe.
const OpenClApi& opencl_api();
const CudaApi& cuda_api();
const NvrtcApi& nvrtc_api();

}  // namespace nlsq::engine::device
