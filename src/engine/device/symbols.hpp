// SPDX-License-Identifier: MIT
// Everything that is used of OpenCL, of the CUDA driver and of NVRTC: types, constants and the
// functions that are looked up in their libraries at run time. Declared here by hand from the
// specifications (OpenCL 1.2, sections 4 to 5; CUDA Driver API, modules "Device", "Context",
// "Module", "Memory", "Stream", "Execution"; NVRTC user guide), so that no header of theirs is
// needed to build. NLSQ_SYMBOL(name, return type, (parameters)).
#pragma once

#include <cstddef>
#include <cstdint>

namespace nlsq::engine::device {

namespace cl {
using Int = std::int32_t;
using Uint = std::uint32_t;
using Ulong = std::uint64_t;
using Platform = struct PlatformTag*;
using DeviceId = struct DeviceTag*;
using Context = struct ContextTag*;
using Queue = struct QueueTag*;
using Memory = struct MemoryTag*;
using Program = struct ProgramTag*;
using Kernel = struct KernelTag*;
using Event = struct EventTag*;
using ContextNotify = void (*)(const char*, const void*, std::size_t, void*);
using ProgramNotify = void (*)(Program, void*);

inline constexpr Int kSuccess = 0;
inline constexpr Int kDeviceNotFound = -1;
inline constexpr Int kOutOfDeviceMemory = -4;
inline constexpr Int kOutOfResources = -5;
inline constexpr Int kOutOfHostMemory = -6;
inline constexpr Int kNoPlatform = -1001;  // of the loader
inline constexpr Uint kPlatformVersion = 0x0901, kPlatformName = 0x0902;
inline constexpr Uint kDeviceType = 0x1000, kDeviceMaxGroup = 0x1004, kDeviceGlobalMemory = 0x101F,
                      kDeviceLocalMemory = 0x1023, kDeviceAvailable = 0x1027,
                      kDeviceCompiler = 0x1028, kDeviceName = 0x102B, kDeviceDriver = 0x102D,
                      kDeviceVersion = 0x102F, kDeviceDoubleConfig = 0x1032,
                      kDeviceMaxAllocation = 0x1010;
inline constexpr Ulong kTypeAll = 0xFFFFFFFF, kTypeGpu = 1 << 2;
inline constexpr Ulong kReadWrite = 1 << 0;
inline constexpr Uint kProgramBinarySizes = 0x1165, kProgramBinaries = 0x1166, kBuildLog = 0x1183;
}  // namespace cl

namespace cuda {
using Result = int;
using DeviceId = int;
using Pointer = unsigned long long;
using Context = struct CudaContextTag*;
using Module = struct CudaModuleTag*;
using Function = struct CudaFunctionTag*;
using Stream = struct CudaStreamTag*;
using Source = struct NvrtcProgramTag*;

inline constexpr Result kSuccess = 0;
inline constexpr Result kOutOfMemory = 2;
inline constexpr int kMostThreadsAGroup = 1, kSharedMemoryAGroup = 8, kMajor = 75, kMinor = 76;
inline constexpr unsigned kStreamNonBlocking = 1;
}  // namespace cuda

}  // namespace nlsq::engine::device

#define NLSQ_OPENCL_SYMBOLS                                                                        \
  NLSQ_SYMBOL(clGetPlatformIDs, cl::Int, (cl::Uint, cl::Platform*, cl::Uint*))                     \
  NLSQ_SYMBOL(clGetPlatformInfo, cl::Int,                                                          \
              (cl::Platform, cl::Uint, std::size_t, void*, std::size_t*))                          \
  NLSQ_SYMBOL(clGetDeviceIDs, cl::Int,                                                             \
              (cl::Platform, cl::Ulong, cl::Uint, cl::DeviceId*, cl::Uint*))                       \
  NLSQ_SYMBOL(clGetDeviceInfo, cl::Int,                                                            \
              (cl::DeviceId, cl::Uint, std::size_t, void*, std::size_t*))                          \
  NLSQ_SYMBOL(                                                                                     \
      clCreateContext, cl::Context,                                                                \
      (const std::intptr_t*, cl::Uint, const cl::DeviceId*, cl::ContextNotify, void*, cl::Int*))   \
  NLSQ_SYMBOL(clReleaseContext, cl::Int, (cl::Context))                                            \
  NLSQ_SYMBOL(clCreateCommandQueue, cl::Queue, (cl::Context, cl::DeviceId, cl::Ulong, cl::Int*))   \
  NLSQ_SYMBOL(clReleaseCommandQueue, cl::Int, (cl::Queue))                                         \
  NLSQ_SYMBOL(clCreateBuffer, cl::Memory, (cl::Context, cl::Ulong, std::size_t, void*, cl::Int*))  \
  NLSQ_SYMBOL(clReleaseMemObject, cl::Int, (cl::Memory))                                           \
  NLSQ_SYMBOL(clEnqueueWriteBuffer, cl::Int,                                                       \
              (cl::Queue, cl::Memory, cl::Uint, std::size_t, std::size_t, const void*, cl::Uint,   \
               const cl::Event*, cl::Event*))                                                      \
  NLSQ_SYMBOL(clEnqueueReadBuffer, cl::Int,                                                        \
              (cl::Queue, cl::Memory, cl::Uint, std::size_t, std::size_t, void*, cl::Uint,         \
               const cl::Event*, cl::Event*))                                                      \
  NLSQ_SYMBOL(clCreateProgramWithSource, cl::Program,                                              \
              (cl::Context, cl::Uint, const char**, const std::size_t*, cl::Int*))                 \
  NLSQ_SYMBOL(clCreateProgramWithBinary, cl::Program,                                              \
              (cl::Context, cl::Uint, const cl::DeviceId*, const std::size_t*,                     \
               const unsigned char**, cl::Int*, cl::Int*))                                         \
  NLSQ_SYMBOL(clBuildProgram, cl::Int,                                                             \
              (cl::Program, cl::Uint, const cl::DeviceId*, const char*, cl::ProgramNotify, void*)) \
  NLSQ_SYMBOL(clGetProgramBuildInfo, cl::Int,                                                      \
              (cl::Program, cl::DeviceId, cl::Uint, std::size_t, void*, std::size_t*))             \
  NLSQ_SYMBOL(clGetProgramInfo, cl::Int,                                                           \
              (cl::Program, cl::Uint, std::size_t, void*, std::size_t*))                           \
  NLSQ_SYMBOL(clReleaseProgram, cl::Int, (cl::Program))                                            \
  NLSQ_SYMBOL(clCreateKernel, cl::Kernel, (cl::Program, const char*, cl::Int*))                    \
  NLSQ_SYMBOL(clReleaseKernel, cl::Int, (cl::Kernel))                                              \
  NLSQ_SYMBOL(clSetKernelArg, cl::Int, (cl::Kernel, cl::Uint, std::size_t, const void*))           \
  NLSQ_SYMBOL(clEnqueueNDRangeKernel, cl::Int,                                                     \
              (cl::Queue, cl::Kernel, cl::Uint, const std::size_t*, const std::size_t*,            \
               const std::size_t*, cl::Uint, const cl::Event*, cl::Event*))                        \
  NLSQ_SYMBOL(clFinish, cl::Int, (cl::Queue))

#define NLSQ_CUDA_SYMBOLS                                                                      \
  NLSQ_SYMBOL(cuInit, cuda::Result, (unsigned))                                                \
  NLSQ_SYMBOL(cuDriverGetVersion, cuda::Result, (int*))                                        \
  NLSQ_SYMBOL(cuGetErrorString, cuda::Result, (cuda::Result, const char**))                    \
  NLSQ_SYMBOL(cuDeviceGetCount, cuda::Result, (int*))                                          \
  NLSQ_SYMBOL(cuDeviceGet, cuda::Result, (cuda::DeviceId*, int))                               \
  NLSQ_SYMBOL(cuDeviceGetName, cuda::Result, (char*, int, cuda::DeviceId))                     \
  NLSQ_SYMBOL(cuDeviceGetAttribute, cuda::Result, (int*, int, cuda::DeviceId))                 \
  NLSQ_SYMBOL(cuDeviceTotalMem_v2, cuda::Result, (std::size_t*, cuda::DeviceId))               \
  NLSQ_SYMBOL(cuDevicePrimaryCtxRetain, cuda::Result, (cuda::Context*, cuda::DeviceId))        \
  NLSQ_SYMBOL(cuCtxPushCurrent_v2, cuda::Result, (cuda::Context))                              \
  NLSQ_SYMBOL(cuCtxPopCurrent_v2, cuda::Result, (cuda::Context*))                              \
  NLSQ_SYMBOL(cuMemAlloc_v2, cuda::Result, (cuda::Pointer*, std::size_t))                      \
  NLSQ_SYMBOL(cuMemFree_v2, cuda::Result, (cuda::Pointer))                                     \
  NLSQ_SYMBOL(cuMemcpyHtoDAsync_v2, cuda::Result,                                              \
              (cuda::Pointer, const void*, std::size_t, cuda::Stream))                         \
  NLSQ_SYMBOL(cuMemcpyDtoHAsync_v2, cuda::Result,                                              \
              (void*, cuda::Pointer, std::size_t, cuda::Stream))                               \
  NLSQ_SYMBOL(cuModuleLoadData, cuda::Result, (cuda::Module*, const void*))                    \
  NLSQ_SYMBOL(cuModuleUnload, cuda::Result, (cuda::Module))                                    \
  NLSQ_SYMBOL(cuModuleGetFunction, cuda::Result, (cuda::Function*, cuda::Module, const char*)) \
  NLSQ_SYMBOL(cuStreamCreate, cuda::Result, (cuda::Stream*, unsigned))                         \
  NLSQ_SYMBOL(cuStreamDestroy_v2, cuda::Result, (cuda::Stream))                                \
  NLSQ_SYMBOL(cuStreamSynchronize, cuda::Result, (cuda::Stream))                               \
  NLSQ_SYMBOL(cuLaunchKernel, cuda::Result,                                                    \
              (cuda::Function, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned,     \
               unsigned, cuda::Stream, void**, void**))

#define NLSQ_NVRTC_SYMBOLS                                                                    \
  NLSQ_SYMBOL(nvrtcVersion, cuda::Result, (int*, int*))                                       \
  NLSQ_SYMBOL(                                                                                \
      nvrtcCreateProgram, cuda::Result,                                                       \
      (cuda::Source*, const char*, const char*, int, const char* const*, const char* const*)) \
  NLSQ_SYMBOL(nvrtcCompileProgram, cuda::Result, (cuda::Source, int, const char* const*))     \
  NLSQ_SYMBOL(nvrtcGetCUBINSize, cuda::Result, (cuda::Source, std::size_t*))                  \
  NLSQ_SYMBOL(nvrtcGetCUBIN, cuda::Result, (cuda::Source, char*))                             \
  NLSQ_SYMBOL(nvrtcGetProgramLogSize, cuda::Result, (cuda::Source, std::size_t*))             \
  NLSQ_SYMBOL(nvrtcGetProgramLog, cuda::Result, (cuda::Source, char*))                        \
  NLSQ_SYMBOL(nvrtcDestroyProgram, cuda::Result, (cuda::Source*))                             \
  NLSQ_SYMBOL(nvrtcGetErrorString, const char*, (cuda::Result))
