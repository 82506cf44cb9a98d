// SPDX-License-Identifier: MIT
// OpenCL 1.2, the least that doubles need. A device's own queue runs in order, so nothing waits for
// events; reading blocks.
#include "engine/device/opencl.hpp"

#include <cstdlib>
#include <utility>

#include "engine/device/library.hpp"

namespace nlsq::engine::device {
namespace {

// No product and sum become one rounding unless they are written so, and no value is flushed to 0.
constexpr const char* kOptions = "-cl-std=CL1.2";

std::string text_of(cl::Int code) {
  switch (code) {
    case cl::kOutOfDeviceMemory: return "the device is out of memory";
    case cl::kOutOfResources: return "the device is out of resources";
    case cl::kOutOfHostMemory: return "the host is out of memory";
    default: return "error " + std::to_string(code);
  }
}

void check(cl::Int code, const char* function) {
  if (code != cl::kSuccess) throw DeviceError(std::string(function) + ": " + text_of(code));
}

template <class Get>
std::string text(Get get) {
  std::size_t size = 0;
  if (get(0, nullptr, &size) != cl::kSuccess || size == 0) return {};
  std::string value(size, '\0');
  if (get(size, value.data(), nullptr) != cl::kSuccess) return {};
  while (!value.empty() && (value.back() == '\0' || value.back() == ' ')) value.pop_back();
  return value;
}

std::string text_of(cl::DeviceId device, cl::Uint what) {
  return text([&](std::size_t size, void* to, std::size_t* needed) {
    return opencl_api().clGetDeviceInfo(device, what, size, to, needed);
  });
}

template <class T>
T number_of(cl::DeviceId device, cl::Uint what) {
  T value{};
  opencl_api().clGetDeviceInfo(device, what, sizeof(T), &value, nullptr);
  return value;
}

struct Found {
  cl::Platform platform;
  cl::DeviceId device;
  Description description;
};

Description describe(cl::Platform platform, cl::DeviceId device, std::size_t number) {
  Description d;
  d.id = "opencl:" + std::to_string(number);
  d.name = text_of(device, cl::kDeviceName);
  const auto about = [&](cl::Uint what) {
    return text([&](std::size_t size, void* to, std::size_t* needed) {
      return opencl_api().clGetPlatformInfo(platform, what, size, to, needed);
    });
  };
  d.driver = about(cl::kPlatformName) + ", " + text_of(device, cl::kDeviceVersion) + ", driver " +
             text_of(device, cl::kDeviceDriver);
  d.is_gpu = (number_of<cl::Ulong>(device, cl::kDeviceType) & cl::kTypeGpu) != 0;
  d.memory = static_cast<index_t>(number_of<cl::Ulong>(device, cl::kDeviceGlobalMemory));
  d.most_bytes = static_cast<index_t>(number_of<cl::Ulong>(device, cl::kDeviceMaxAllocation));
  d.shared_bytes = static_cast<index_t>(number_of<cl::Ulong>(device, cl::kDeviceLocalMemory));
  d.most_items = static_cast<int>(number_of<std::size_t>(device, cl::kDeviceMaxGroup));
  if (number_of<cl::Ulong>(device, cl::kDeviceDoubleConfig) == 0) {
    d.why = "it has no double precision";
  } else if (number_of<cl::Uint>(device, cl::kDeviceAvailable) == 0) {
    d.why = "its driver says that it is not available";
  } else if (number_of<cl::Uint>(device, cl::kDeviceCompiler) == 0) {
    d.why = "its driver has no compiler";
  }
  return d;
}

std::vector<Found> find_all(std::string& why) {
  const OpenClApi& api = opencl_api();
  std::vector<Found> found;
  if (!api.missing.empty()) {
    why = api.missing;
    return found;
  }
  cl::Uint count = 0;
  const cl::Int code = api.clGetPlatformIDs(0, nullptr, &count);
  if (code != cl::kSuccess || count == 0) {
    why = code == cl::kSuccess || code == cl::kNoPlatform ? "no OpenCL platform is installed"
                                                          : "clGetPlatformIDs: " + text_of(code);
    return found;
  }
  std::vector<cl::Platform> platforms(count);
  api.clGetPlatformIDs(count, platforms.data(), nullptr);
  for (const cl::Platform platform : platforms) {
    cl::Uint devices = 0;
    if (api.clGetDeviceIDs(platform, cl::kTypeAll, 0, nullptr, &devices) != cl::kSuccess) continue;
    std::vector<cl::DeviceId> ids(devices);
    api.clGetDeviceIDs(platform, cl::kTypeAll, devices, ids.data(), nullptr);
    for (const cl::DeviceId id : ids)
      found.push_back({platform, id, describe(platform, id, found.size())});
  }
  if (found.empty()) why = "no OpenCL platform has a device";
  return found;
}

class OpenClBuffer final : public Buffer {
 public:
  explicit OpenClBuffer(cl::Memory m) : memory(m) {}
  ~OpenClBuffer() override { opencl_api().clReleaseMemObject(memory); }
  cl::Memory memory;
};

class OpenClModule final : public Module {
 public:
  explicit OpenClModule(cl::Program p) : program(p) {}
  ~OpenClModule() override { opencl_api().clReleaseProgram(program); }
  cl::Program program;
};

class OpenClKernel final : public Kernel {
 public:
  explicit OpenClKernel(cl::Kernel k) : kernel(k) {}
  ~OpenClKernel() override { opencl_api().clReleaseKernel(kernel); }
  cl::Kernel kernel;
};

class OpenClQueue final : public Queue {
 public:
  explicit OpenClQueue(cl::Queue queue) : queue_(queue) {}
  ~OpenClQueue() override {
    opencl_api().clFinish(queue_);
    opencl_api().clReleaseCommandQueue(queue_);
  }

  void write(const Buffer& to, const void* from, index_t bytes) override {
    constexpr cl::Uint kBlocking = 1;
    check(opencl_api().clEnqueueWriteBuffer(queue_, static_cast<const OpenClBuffer&>(to).memory,
                                            kBlocking, 0, static_cast<std::size_t>(bytes), from, 0,
                                            nullptr, nullptr),
          "clEnqueueWriteBuffer");
  }

  void read(const Buffer& from, void* to, index_t bytes) override {
    constexpr cl::Uint kBlocking = 1;
    check(opencl_api().clEnqueueReadBuffer(queue_, static_cast<const OpenClBuffer&>(from).memory,
                                           kBlocking, 0, static_cast<std::size_t>(bytes), to, 0,
                                           nullptr, nullptr),
          "clEnqueueReadBuffer");
  }

  std::unique_ptr<Kernel> kernel(const Module& module, const char* name) override {
    cl::Int code = 0;
    const cl::Kernel made =
        opencl_api().clCreateKernel(static_cast<const OpenClModule&>(module).program, name, &code);
    check(code, "clCreateKernel");
    return std::make_unique<OpenClKernel>(made);
  }

  void launch(Kernel& kernel, std::span<const Argument> arguments, index_t groups,
              int items) override {
    const OpenClApi& api = opencl_api();
    const cl::Kernel handle = static_cast<OpenClKernel&>(kernel).kernel;
    cl::Uint at = 0;
    for (const Argument& argument : arguments) {
      if (const auto* number = std::get_if<std::int64_t>(&argument)) {
        check(api.clSetKernelArg(handle, at++, sizeof(*number), number), "clSetKernelArg");
      } else {
        const Buffer& buffer = *std::get<const Buffer*>(argument);
        const cl::Memory memory = static_cast<const OpenClBuffer&>(buffer).memory;
        check(api.clSetKernelArg(handle, at++, sizeof(memory), &memory), "clSetKernelArg");
      }
    }
    const auto local = static_cast<std::size_t>(items);
    const std::size_t global = static_cast<std::size_t>(groups) * local;
    check(api.clEnqueueNDRangeKernel(queue_, handle, 1, nullptr, &global, &local, 0, nullptr,
                                     nullptr),
          "clEnqueueNDRangeKernel");
  }

 private:
  cl::Queue queue_;
};

class OpenClDevice final : public Device {
 public:
  OpenClDevice(cl::DeviceId id, Description description)
      : id_(id), description_(std::move(description)) {
    cl::Int code = 0;
    context_ = opencl_api().clCreateContext(nullptr, 1, &id_, nullptr, nullptr, &code);
    check(code, "clCreateContext");
  }
  ~OpenClDevice() override { opencl_api().clReleaseContext(context_); }

  const Description& about() const override { return description_; }
  Dialect dialect() const override { return Dialect::opencl; }
  std::string compiler() const override {
    return description_.name + "\n" + description_.driver + "\n" + kOptions;
  }

  std::unique_ptr<Buffer> allocate(index_t bytes) override {
    cl::Int code = 0;
    const cl::Memory memory = opencl_api().clCreateBuffer(
        context_, cl::kReadWrite, static_cast<std::size_t>(bytes), nullptr, &code);
    check(code, "clCreateBuffer");
    return std::make_unique<OpenClBuffer>(memory);
  }

  std::unique_ptr<Queue> queue() override {
    cl::Int code = 0;
    const cl::Queue made = opencl_api().clCreateCommandQueue(context_, id_, 0, &code);
    check(code, "clCreateCommandQueue");
    return std::make_unique<OpenClQueue>(made);
  }

  std::shared_ptr<const Module> compile(const std::string& source) override {
    cl::Int code = 0;
    const char* text = source.c_str();
    const std::size_t size = source.size();
    auto module = std::make_shared<OpenClModule>(
        opencl_api().clCreateProgramWithSource(context_, 1, &text, &size, &code));
    check(code, "clCreateProgramWithSource");
    build(*module);
    return module;
  }

  std::string binary(const Module& module) override {
    const cl::Program program = static_cast<const OpenClModule&>(module).program;
    std::size_t size = 0;
    if (opencl_api().clGetProgramInfo(program, cl::kProgramBinarySizes, sizeof(size), &size,
                                      nullptr) != cl::kSuccess) {
      return {};
    }
    std::string bytes(size, '\0');
    char* to = bytes.data();
    const cl::Int code = opencl_api().clGetProgramInfo(program, cl::kProgramBinaries, sizeof(to),
                                                       static_cast<void*>(&to), nullptr);
    return code == cl::kSuccess ? bytes : std::string();
  }

  std::shared_ptr<const Module> load(const std::string& binary) override {
    cl::Int code = 0, of_binary = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(binary.data());
    const std::size_t size = binary.size();
    const cl::Program program =
        opencl_api().clCreateProgramWithBinary(context_, 1, &id_, &size, &bytes, &of_binary, &code);
    check(code, "clCreateProgramWithBinary");
    auto module = std::make_shared<OpenClModule>(program);
    check(of_binary, "clCreateProgramWithBinary");
    build(*module);
    return module;
  }

 private:
  void build(const OpenClModule& module) {
    const cl::Int code =
        opencl_api().clBuildProgram(module.program, 1, &id_, kOptions, nullptr, nullptr);
    if (code == cl::kSuccess) return;
    const std::string log = text([&](std::size_t size, void* to, std::size_t* needed) {
      return opencl_api().clGetProgramBuildInfo(module.program, id_, cl::kBuildLog, size, to,
                                                needed);
    });
    throw DeviceError("its compiler refuses the model: " +
                      (log.empty() ? text_of(code) : log.substr(0, 400)));
  }

  cl::DeviceId id_;
  Description description_;
  cl::Context context_ = nullptr;
};

}  // namespace

std::vector<Description> opencl_devices(std::string& why) {
  std::vector<Description> all;
  for (Found& found : find_all(why)) all.push_back(std::move(found.description));
  return all;
}

std::shared_ptr<Device> open_opencl(const Description& description) {
  std::string why;
  for (Found& found : find_all(why)) {
    if (found.description.id == description.id)
      return std::make_shared<OpenClDevice>(found.device, std::move(found.description));
  }
  throw DeviceError("it is no longer there");
}

}  // namespace nlsq::engine::device
