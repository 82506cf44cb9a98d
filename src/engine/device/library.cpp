// SPDX-License-Identifier: MIT
#include "engine/device/library.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <utility>

namespace nlsq::engine::device {
namespace {

// The first of these names that can be loaded; it stays loaded.
void* load(std::initializer_list<const char*> names, std::string& missing) {
  for (const char* name : names) {
    if (void* library = dlopen(name, RTLD_NOW | RTLD_LOCAL)) return library;
    if (missing.empty()) {
      const char* why = dlerror();
      missing = why != nullptr ? why : std::string(name) + " cannot be loaded";
    }
  }
  return nullptr;
}

template <class Function>
void look_up(void* library, const char* name, Function& to, std::string& missing) {
  to = reinterpret_cast<Function>(dlsym(library, name));
  if (to == nullptr && missing.empty()) missing = std::string("its library has no ") + name;
}

template <class Api, class LookUp>
Api loaded(std::initializer_list<const char*> names, LookUp look_up_all) {
  Api api;
  std::string missing;
  if (void* library = load(names, missing)) {
    look_up_all(library, api);
  } else {
    api.missing = std::move(missing);
  }
  return api;
}

// PoCL ends the whole process where it finds no processors, as in a chroot without /sys.
bool can_list_processors() {
#if defined(__linux__)
  return access("/sys/devices/system/cpu", R_OK) == 0;
#else
  return true;
#endif
}

OpenClApi without_opencl(std::string why) {
  OpenClApi api;
  api.missing = std::move(why);
  return api;
}

}  // namespace

// The tables are never destroyed: fits of other threads may outlive main().
const OpenClApi& opencl_api() {
  static const OpenClApi& api = *new OpenClApi(
      !can_list_processors()
          ? without_opencl(
                "/sys/devices/system/cpu is not there, where drivers look for processors")
          : loaded<OpenClApi>({"libOpenCL.so.1", "libOpenCL.so"}, [](void* library, OpenClApi& to) {
#define NLSQ_SYMBOL(name, result, parameters) look_up(library, #name, to.name, to.missing);
              NLSQ_OPENCL_SYMBOLS
#undef NLSQ_SYMBOL
            }));
  return api;
}

const CudaApi& cuda_api() {
  static const CudaApi& api =
      *new CudaApi(loaded<CudaApi>({"libcuda.so.1", "libcuda.so"}, [](void* library, CudaApi& to) {
#define NLSQ_SYMBOL(name, result, parameters) look_up(library, #name, to.name, to.missing);
        NLSQ_CUDA_SYMBOLS
#undef NLSQ_SYMBOL
      }));
  return api;
}

const NvrtcApi& nvrtc_api() {
  static const NvrtcApi& api = *new NvrtcApi(
      loaded<NvrtcApi>({"libnvrtc.so", "libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2"},
                       [](void* library, NvrtcApi& to) {
#define NLSQ_SYMBOL(name, result, parameters) look_up(library, #name, to.name, to.missing);
                         NLSQ_NVRTC_SYMBOLS
#undef NLSQ_SYMBOL
                       }));
  return api;
}

}  // namespace nlsq::engine::device
