// SPDX-License-Identifier: MIT
// The driver API alone: the primary context of each device, which other users of CUDA in the
// process share, and a stream for each queue.
#include "engine/device/cuda.hpp"

#include <array>
#include <utility>

#include "engine/device/library.hpp"

namespace nlsq::engine::device {
namespace {

void check(cuda::Result code, const char* function) {
  if (code == cuda::kSuccess) return;
  const char* text = nullptr;
  cuda_api().cuGetErrorString(code, &text);
  throw DeviceError(std::string(function) + ": " +
                    (code == cuda::kOutOfMemory ? "the device is out of memory"
                     : text != nullptr          ? text
                                                : "error " + std::to_string(code)));
}

// No product and sum become one rounding unless they are written so.
constexpr std::array<const char*, 2> kOptions = {"--fmad=false", "--std=c++17"};

struct SourceGuard {
  cuda::Source source = nullptr;
  ~SourceGuard() {
    if (source != nullptr) nvrtc_api().nvrtcDestroyProgram(&source);
  }
};

std::string log_of(cuda::Source source) {
  std::size_t size = 0;
  if (nvrtc_api().nvrtcGetProgramLogSize(source, &size) != cuda::kSuccess) return {};
  std::string log(size, '\0');
  nvrtc_api().nvrtcGetProgramLog(source, log.data());
  while (!log.empty() && log.back() == '\0') log.pop_back();
  return log;
}

int attribute(int what, cuda::DeviceId device) {
  int value = 0;
  cuda_api().cuDeviceGetAttribute(&value, what, device);
  return value;
}

std::string architecture_of(cuda::DeviceId device) {
  return "sm_" + std::to_string(attribute(cuda::kMajor, device)) +
         std::to_string(attribute(cuda::kMinor, device));
}

std::string version_text(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

Description describe(cuda::DeviceId device, int number) {
  const CudaApi& api = cuda_api();
  Description d;
  d.id = "cuda:" + std::to_string(number);
  std::array<char, 256> name{};
  api.cuDeviceGetName(name.data(), static_cast<int>(name.size()) - 1, device);
  d.name = name.data();
  int version = 0;
  api.cuDriverGetVersion(&version);
  d.driver = "CUDA " + version_text(version) + ", " + architecture_of(device);
  d.is_gpu = true;
  std::size_t memory = 0;
  api.cuDeviceTotalMem_v2(&memory, device);
  d.memory = d.most_bytes = static_cast<index_t>(memory);
  d.shared_bytes = attribute(cuda::kSharedMemoryAGroup, device);
  d.most_items = attribute(cuda::kMostThreadsAGroup, device);
  if (!nvrtc_api().missing.empty()) d.why = "NVRTC is not installed (" + nvrtc_api().missing + ")";
  return d;
}

class CudaContext {
 public:
  explicit CudaContext(cuda::DeviceId device) {
    check(cuda_api().cuDevicePrimaryCtxRetain(&context_, device), "cuDevicePrimaryCtxRetain");
  }
  // Never released: the device lives as long as the process, and at its end the driver may be gone.
  cuda::Context handle() const { return context_; }

 private:
  cuda::Context context_ = nullptr;
};

// The calling thread's context while this lives; others that use CUDA find theirs afterwards.
class InContext {
 public:
  explicit InContext(const CudaContext& context)
      : code_(cuda_api().cuCtxPushCurrent_v2(context.handle())) {}
  InContext(const InContext&) = delete;
  InContext& operator=(const InContext&) = delete;
  ~InContext() {
    cuda::Context before = nullptr;
    if (code_ == cuda::kSuccess) cuda_api().cuCtxPopCurrent_v2(&before);
  }
  void check_entered() const { check(code_, "cuCtxPushCurrent"); }

 private:
  cuda::Result code_;
};

class CudaBuffer final : public Buffer {
 public:
  CudaBuffer(const CudaContext& c, index_t bytes) : context(&c) {
    const InContext here(*context);
    here.check_entered();
    check(cuda_api().cuMemAlloc_v2(&pointer, static_cast<std::size_t>(bytes)), "cuMemAlloc");
  }
  ~CudaBuffer() override {
    // What a lost device says about its memory changes nothing any more.
    const InContext here(*context);
    cuda_api().cuMemFree_v2(pointer);
  }
  const CudaContext* context;
  cuda::Pointer pointer = 0;
};

class CudaModule final : public Module {
 public:
  CudaModule(const CudaContext& c, std::string image) : cubin(std::move(image)), context(&c) {
    const InContext here(*context);
    here.check_entered();
    check(cuda_api().cuModuleLoadData(&module, cubin.data()), "cuModuleLoadData");
  }
  ~CudaModule() override {
    const InContext here(*context);
    cuda_api().cuModuleUnload(module);
  }
  std::string cubin;
  const CudaContext* context;
  cuda::Module module = nullptr;
};

class CudaKernel final : public Kernel {
 public:
  explicit CudaKernel(cuda::Function f) : function(f) {}
  cuda::Function function;
};

class CudaQueue final : public Queue {
 public:
  explicit CudaQueue(const CudaContext& context) : context_(&context) {
    const InContext here(context);
    here.check_entered();
    check(cuda_api().cuStreamCreate(&stream_, cuda::kStreamNonBlocking), "cuStreamCreate");
  }
  ~CudaQueue() override {
    const InContext here(*context_);
    cuda_api().cuStreamSynchronize(stream_);
    cuda_api().cuStreamDestroy_v2(stream_);
  }

  void write(const Buffer& to, const void* from, index_t bytes) override {
    const InContext here(*context_);
    here.check_entered();
    check(cuda_api().cuMemcpyHtoDAsync_v2(static_cast<const CudaBuffer&>(to).pointer, from,
                                          static_cast<std::size_t>(bytes), stream_),
          "cuMemcpyHtoDAsync");
    // Pageable memory is staged before the call returns; page-locked memory is read later.
    check(cuda_api().cuStreamSynchronize(stream_), "cuStreamSynchronize");
  }

  void read(const Buffer& from, void* to, index_t bytes) override {
    const InContext here(*context_);
    here.check_entered();
    check(cuda_api().cuMemcpyDtoHAsync_v2(to, static_cast<const CudaBuffer&>(from).pointer,
                                          static_cast<std::size_t>(bytes), stream_),
          "cuMemcpyDtoHAsync");
    check(cuda_api().cuStreamSynchronize(stream_), "cuStreamSynchronize");
  }

  std::unique_ptr<Kernel> kernel(const Module& module, const char* name) override {
    const InContext here(*context_);
    here.check_entered();
    cuda::Function function = nullptr;
    check(cuda_api().cuModuleGetFunction(&function, static_cast<const CudaModule&>(module).module,
                                         name),
          "cuModuleGetFunction");
    return std::make_unique<CudaKernel>(function);
  }

  void launch(Kernel& kernel, std::span<const Argument> arguments, index_t groups,
              int items) override {
    const InContext here(*context_);
    here.check_entered();
    std::array<std::int64_t, kMostArguments> numbers{};
    std::array<cuda::Pointer, kMostArguments> pointers{};
    std::array<void*, kMostArguments> at{};
    if (arguments.size() > kMostArguments) throw DeviceError("the model has too many columns");
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      if (const auto* number = std::get_if<std::int64_t>(&arguments[i])) {
        numbers[i] = *number;
        at[i] = &numbers[i];
      } else {
        const Buffer& buffer = *std::get<const Buffer*>(arguments[i]);
        pointers[i] = static_cast<const CudaBuffer&>(buffer).pointer;
        at[i] = &pointers[i];
      }
    }
    check(cuda_api().cuLaunchKernel(
              static_cast<CudaKernel&>(kernel).function, static_cast<unsigned>(groups), 1, 1,
              static_cast<unsigned>(items), 1, 1, 0, stream_, at.data(), nullptr),
          "cuLaunchKernel");
  }

 private:
  static constexpr std::size_t kMostArguments = 64;
  const CudaContext* context_;
  cuda::Stream stream_ = nullptr;
};

class CudaDevice final : public Device {
 public:
  CudaDevice(cuda::DeviceId id, Description description)
      : description_(std::move(description)), architecture_(architecture_of(id)), context_(id) {}

  const Description& about() const override { return description_; }
  Dialect dialect() const override { return Dialect::cuda; }
  std::string compiler() const override {
    int major = 0, minor = 0;
    nvrtc_api().nvrtcVersion(&major, &minor);
    return "NVRTC " + std::to_string(major) + "." + std::to_string(minor) + " " + architecture_ +
           " " + kOptions[0];
  }
  std::unique_ptr<Buffer> allocate(index_t bytes) override {
    return std::make_unique<CudaBuffer>(context_, bytes);
  }
  std::unique_ptr<Queue> queue() override { return std::make_unique<CudaQueue>(context_); }
  std::shared_ptr<const Module> compile(const std::string& source) override {
    return load(compile_for(source, architecture_));
  }
  std::string binary(const Module& module) override {
    return static_cast<const CudaModule&>(module).cubin;
  }
  std::shared_ptr<const Module> load(const std::string& binary) override {
    return std::make_shared<CudaModule>(context_, binary);
  }

 private:
  Description description_;
  std::string architecture_;
  CudaContext context_;
};

}  // namespace

std::vector<Description> cuda_devices(std::string& why) {
  const CudaApi& api = cuda_api();
  std::vector<Description> all;
  if (!api.missing.empty()) {
    why = api.missing;
    return all;
  }
  int count = 0;
  const cuda::Result code = api.cuInit(0);
  if (code != cuda::kSuccess) {
    const char* text = nullptr;
    api.cuGetErrorString(code, &text);
    why = std::string("cuInit: ") + (text != nullptr ? text : "error");
    return all;
  }
  api.cuDeviceGetCount(&count);
  for (int i = 0; i < count; ++i) {
    cuda::DeviceId device = 0;
    if (api.cuDeviceGet(&device, i) == cuda::kSuccess) all.push_back(describe(device, i));
  }
  if (all.empty()) why = "the CUDA driver sees no device";
  return all;
}

std::shared_ptr<Device> open_cuda(const Description& description) {
  cuda::DeviceId device = 0;
  check(cuda_api().cuDeviceGet(&device, std::stoi(description.id.substr(5))), "cuDeviceGet");
  return std::make_shared<CudaDevice>(device, description);
}

std::string compile_for(const std::string& source, const std::string& architecture) {
  const NvrtcApi& api = nvrtc_api();
  if (!api.missing.empty()) throw DeviceError("NVRTC is not installed (" + api.missing + ")");
  SourceGuard guard;
  if (api.nvrtcCreateProgram(&guard.source, source.c_str(), "nlsq.cu", 0, nullptr, nullptr) !=
      cuda::kSuccess) {
    throw DeviceError("nvrtcCreateProgram failed");
  }
  const std::string target = "--gpu-architecture=" + architecture;
  const std::array<const char*, 3> options = {target.c_str(), kOptions[0], kOptions[1]};
  const cuda::Result code =
      api.nvrtcCompileProgram(guard.source, static_cast<int>(options.size()), options.data());
  if (code != cuda::kSuccess) {
    const std::string log = log_of(guard.source);
    throw DeviceError("its compiler refuses the model: " +
                      (log.empty() ? api.nvrtcGetErrorString(code) : log.substr(0, 400)));
  }
  std::size_t size = 0;
  if (api.nvrtcGetCUBINSize(guard.source, &size) != cuda::kSuccess || size == 0)
    throw DeviceError("NVRTC gives no binary for " + architecture);
  std::string cubin(size, '\0');
  api.nvrtcGetCUBIN(guard.source, cubin.data());
  return cubin;
}

}  // namespace nlsq::engine::device
