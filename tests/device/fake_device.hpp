// SPDX-License-Identifier: MIT
// Devices of tests: one that compiles for a card that is not there, one that fails at a given call
// and passes the others on to a real device.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "engine/device/cuda.hpp"
#include "engine/device/devices.hpp"

namespace nlsq::test {

namespace device = engine::device;

/// Compiles CUDA C for an architecture; nothing runs, and that is what its errors say.
class CompilingDevice final : public device::Device {
 public:
  CompilingDevice(std::string id, std::string architecture)
      : architecture_(std::move(architecture)) {
    about_.id = std::move(id);
    about_.name = "compiler for " + architecture_;
    about_.is_gpu = true;
    about_.most_items = 1024;
    about_.shared_bytes = 48 * 1024;
  }
  const device::Description& about() const override { return about_; }
  device::Dialect dialect() const override { return device::Dialect::cuda; }
  std::string compiler() const override { return architecture_; }
  std::unique_ptr<device::Buffer> allocate(index_t) override {
    return std::make_unique<device::Buffer>();
  }
  std::unique_ptr<device::Queue> queue() override { return std::make_unique<NoQueue>(); }
  std::shared_ptr<const device::Module> compile(const std::string& source) override {
    device::compile_for(source, architecture_);
    ++compiled;
    return std::make_shared<device::Module>();
  }
  std::string binary(const device::Module&) override { return {}; }
  std::shared_ptr<const device::Module> load(const std::string&) override {
    throw device::DeviceError("nothing was stored");
  }
  int compiled = 0;

 private:
  struct NoQueue final : device::Queue {
    void write(const device::Buffer&, const void*, index_t) override {}
    void read(const device::Buffer&, void*, index_t) override {
      throw device::DeviceError("there is no card");
    }
    std::unique_ptr<device::Kernel> kernel(const device::Module&, const char*) override {
      return std::make_unique<device::Kernel>();
    }
    void launch(device::Kernel&, std::span<const device::Argument>, index_t, int) override {
      throw device::DeviceError("there is no card");
    }
  };
  device::Description about_;
  std::string architecture_;
};

/// What each call asks before it is passed on; it throws DeviceError to fail.
using Before = std::function<void(const char* call)>;

class FailingDevice final : public device::Device {
 public:
  FailingDevice(std::shared_ptr<device::Device> real, std::string id, Before before)
      : real_(std::move(real)), about_(real_->about()), before_(std::move(before)) {
    about_.id = std::move(id);
  }
  const device::Description& about() const override { return about_; }
  device::Dialect dialect() const override { return real_->dialect(); }
  std::string compiler() const override { return real_->compiler(); }
  std::unique_ptr<device::Buffer> allocate(index_t bytes) override {
    before_("allocate");
    return real_->allocate(bytes);
  }
  std::unique_ptr<device::Queue> queue() override {
    before_("queue");
    return std::make_unique<FailingQueue>(real_->queue(), before_);
  }
  std::shared_ptr<const device::Module> compile(const std::string& source) override {
    before_("compile");
    return real_->compile(source);
  }
  std::string binary(const device::Module& module) override { return real_->binary(module); }
  std::shared_ptr<const device::Module> load(const std::string& binary) override {
    before_("load");
    return real_->load(binary);
  }

 private:
  class FailingQueue final : public device::Queue {
   public:
    FailingQueue(std::unique_ptr<device::Queue> real, Before before)
        : real_(std::move(real)), before_(std::move(before)) {}
    void write(const device::Buffer& to, const void* from, index_t bytes) override {
      before_("write");
      real_->write(to, from, bytes);
    }
    void read(const device::Buffer& from, void* to, index_t bytes) override {
      before_("read");
      real_->read(from, to, bytes);
    }
    std::unique_ptr<device::Kernel> kernel(const device::Module& module,
                                           const char* name) override {
      return real_->kernel(module, name);
    }
    void launch(device::Kernel& kernel, std::span<const device::Argument> arguments, index_t groups,
                int items) override {
      before_("launch");
      real_->launch(kernel, arguments, groups, items);
    }

   private:
    std::unique_ptr<device::Queue> real_;
    Before before_;
  };
  std::shared_ptr<device::Device> real_;
  device::Description about_;
  Before before_;
};

}  // namespace nlsq::test
