// SPDX-License-Identifier: MIT
// A CUDA driver and NVRTC of one card that copies, compiles nothing and fails at the launch of a
// kernel: what nlsq calls up to there, in which context, and how it goes on, can be seen on any
// machine. It ends the process where a call comes outside a context or one is left behind.
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

int depth = 0;
long blocks = 0;

int in_context() {
  if (depth == 1) return 0;
  std::fprintf(stderr, "fake CUDA: a call at a depth of %d contexts\n", depth);
  std::abort();
}

}  // namespace

extern "C" {

int cuInit(unsigned) { return 0; }
int cuDriverGetVersion(int* version) { return *version = 12090, 0; }
int cuGetErrorString(int code, const char** text) {
  *text = code == 719 ? "unspecified launch failure" : "some error";
  return 0;
}
int cuDeviceGetCount(int* count) { return *count = 1, 0; }
int cuDeviceGet(int* device, int number) { return *device = number, 0; }
int cuDeviceGetName(char* name, int, int) { return std::strcpy(name, "Fake card"), 0; }
int cuDeviceGetAttribute(int* value, int what, int) {
  *value = what == 75 ? 9 : what == 76 ? 0 : what == 1 ? 1024 : 49152;
  return 0;
}
int cuDeviceTotalMem_v2(std::size_t* bytes, int) { return *bytes = std::size_t{1} << 33, 0; }
int cuDevicePrimaryCtxRetain(void** context, int) { return *context = &depth, 0; }
int cuCtxPushCurrent_v2(void*) { return ++depth, 0; }
int cuCtxPopCurrent_v2(void** context) { return *context = &depth, --depth, 0; }
int cuMemAlloc_v2(unsigned long long* pointer, std::size_t bytes) {
  *pointer = reinterpret_cast<unsigned long long>(std::malloc(bytes));
  ++blocks;
  return in_context();
}
int cuMemFree_v2(unsigned long long pointer) {
  std::free(reinterpret_cast<void*>(pointer));
  if (--blocks == 0 && std::getenv("FAKE_CUDA_TELLS") != nullptr)
    std::fprintf(stderr, "fake CUDA: all memory was freed\n");
  return in_context();
}
int cuMemcpyHtoDAsync_v2(unsigned long long to, const void* from, std::size_t bytes, void*) {
  std::memcpy(reinterpret_cast<void*>(to), from, bytes);
  return in_context();
}
int cuMemcpyDtoHAsync_v2(void* to, unsigned long long from, std::size_t bytes, void*) {
  std::memcpy(to, reinterpret_cast<const void*>(from), bytes);
  return in_context();
}
int cuModuleLoadData(void** module, const void* image) {
  *module = &blocks;
  return std::strcmp(static_cast<const char*>(image), "CUBIN") == 0 ? in_context() : 200;
}
int cuModuleUnload(void*) { return in_context(); }
int cuModuleGetFunction(void** function, void*, const char* name) {
  *function = &depth;
  const bool is_ours = std::strcmp(name, "nlsq_rows") == 0 || std::strcmp(name, "nlsq_total") == 0;
  return is_ours ? in_context() : 500;
}
int cuStreamCreate(void** stream, unsigned) { return *stream = &depth, in_context(); }
int cuStreamDestroy_v2(void*) { return in_context(); }
int cuStreamSynchronize(void*) { return in_context(); }
int cuLaunchKernel(void*, unsigned groups, unsigned, unsigned, unsigned items, unsigned, unsigned,
                   unsigned, void*, void** arguments, void**) {
  in_context();
  return groups > 0 && items == 256 && arguments != nullptr ? 719 : 1;
}

int nvrtcVersion(int* major, int* minor) { return *major = 12, *minor = 9, 0; }
int nvrtcCreateProgram(void** source, const char* text, const char*, int, const char* const*,
                       const char* const*) {
  *source = &depth;
  return std::strstr(text, "__global__") != nullptr ? 0 : 1;
}
int nvrtcCompileProgram(void*, int, const char* const* options) {
  return std::strcmp(options[0], "--gpu-architecture=sm_90") == 0 ? 0 : 5;
}
int nvrtcGetCUBINSize(void*, std::size_t* bytes) { return *bytes = sizeof("CUBIN"), 0; }
int nvrtcGetCUBIN(void*, char* to) { return std::strcpy(to, "CUBIN"), 0; }
int nvrtcGetProgramLogSize(void*, std::size_t* bytes) { return *bytes = 1, 0; }
int nvrtcGetProgramLog(void*, char* to) { return *to = 0, 0; }
int nvrtcDestroyProgram(void**) { return 0; }
const char* nvrtcGetErrorString(int) { return "some error"; }

}  // extern "C"
