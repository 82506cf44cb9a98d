// SPDX-License-Identifier: MIT
// Devices that do not exist or fail: an error that lists those that do, or the CPU's answer with
// one warning.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "device_support.hpp"
#include "fake_device.hpp"
#include "nlsq/error.hpp"
#include "nlsq/fit.hpp"
#include "support/decay.hpp"

namespace nlsq {
namespace {

using engine::device::DeviceError;

struct Exponential {
  test::Decay decay = test::make_decay(3000);
  Model model = Model::parse("a*exp(-b*x)+c", {"x"});
  Dataset data;
  Exponential() { data.column("x", decay.x).response(decay.y); }

  FitResult fit_on(const std::string& device) const {
    FitOptions options;
    options.device = device;
    return curve_fit(model, data, options);
  }
};

std::string message_of(const std::string& device) {
  try {
    Exponential().fit_on(device);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(DeviceFailure, ADeviceThatDoesNotExistIsAnErrorThatListsThoseThatDo) {
  for (const char* id : {"opencl:77", "cuda:77", "gpu", "opencl:", "cuda:-1", "opencl:0x"}) {
    const std::string text = message_of(id);
    EXPECT_NE(text.find(std::string("device: '") + id + "' does not exist"), std::string::npos)
        << text;
    EXPECT_NE(text.find("there is cpu"), std::string::npos) << text;
    for (const DeviceInfo& device : list_devices().devices)
      EXPECT_NE(text.find(device.id), std::string::npos) << text;
  }
}

TEST(DeviceFailure, TheEnvironmentNamesADeviceAndTheArgumentGoesFirst) {
  setenv("NLSQ_DEVICE", "opencl:77", 1);
  EXPECT_EQ(message_of("").find("NLSQ_DEVICE: 'opencl:77' does not exist"), 0u) << message_of("");
  EXPECT_EQ(Exponential().fit_on("cpu").engine, "interpreter");
  setenv("NLSQ_DEVICE", "cpu", 1);
  EXPECT_EQ(Exponential().fit_on("").engine, "interpreter");
  unsetenv("NLSQ_DEVICE");
}

TEST(DeviceFailure, AutoIsTheCpuForFewRows) {
  const FitResult result = Exponential().fit_on("auto");
  EXPECT_EQ(result.engine, "interpreter");
  EXPECT_TRUE(result.device.id.empty());
  EXPECT_TRUE(result.warnings.empty());
}

// Every call that may fail, from the first on and only later.
TEST(DeviceFailure, TheCpuTakesOverWithOneWarningAndTheSameAnswer) {
  NLSQ_NEEDS_DEVICE();
  const Exponential problem;
  const FitResult cpu = problem.fit_on("cpu");
  const auto real = engine::device::open(test::device_for_tests()).device;
  int number = 0;
  for (const std::string call : {"queue", "allocate", "compile", "write", "launch", "read"}) {
    for (const int after : {0, 3}) {
      if (after > 0 && (call == "queue" || call == "compile")) continue;
      int left = after;
      const std::string id = "failing-" + std::to_string(number++);
      engine::device::add_device(
          std::make_shared<test::FailingDevice>(real, id, [&left, call](const char* now) {
            if (now == call && left-- <= 0) throw DeviceError("the device was lost");
            if (std::string_view(now) == "load") throw DeviceError("nothing is loaded here");
          }));
      const FitResult result = problem.fit_on(id);
      EXPECT_EQ(result.engine, "interpreter") << call;
      ASSERT_EQ(result.issues.size(), 1u) << call << " " << after;
      EXPECT_EQ(result.issues[0].id, IssueId::device_left);
      EXPECT_NE(result.warnings[0].find("the device was lost"), std::string::npos);
      EXPECT_TRUE(result.success);
      for (std::size_t i = 0; i < cpu.popt.size(); ++i) {
        EXPECT_NEAR(result.popt[i], cpu.popt[i], 1e-8 * std::abs(cpu.popt[i])) << call;
        EXPECT_NEAR(result.perr[i], cpu.perr[i], 1e-6 * cpu.perr[i]) << call;
      }
    }
  }
}

// Drivers' threads do not survive a fork, so nothing of theirs is called in the child.
TEST(DeviceFailure, AForkedProcessFitsOnTheCpu) {
  NLSQ_NEEDS_DEVICE();
  const Exponential problem;
  EXPECT_EQ(problem.fit_on(test::device_for_tests()).engine, test::device_for_tests());
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const FitResult result = problem.fit_on(test::device_for_tests());
    const bool is_right = result.success && result.engine == "interpreter" &&
                          result.warnings.size() == 1 &&
                          result.warnings[0].find("forked") != std::string::npos;
    _exit(is_right ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

TEST(DeviceFailure, ADeviceWithoutDoublesIsNotUsed) {
  struct NoDoubles final : engine::device::Device {
    engine::device::Description description;
    NoDoubles() {
      description.id = "no-doubles";
      description.why = "it has no double precision";
    }
    const engine::device::Description& about() const override { return description; }
    engine::device::Dialect dialect() const override { return engine::device::Dialect::opencl; }
    std::string compiler() const override { return {}; }
    std::unique_ptr<engine::device::Buffer> allocate(index_t) override {
      return std::make_unique<engine::device::Buffer>();
    }
    std::unique_ptr<engine::device::Queue> queue() override {
      struct Idle final : engine::device::Queue {
        void write(const engine::device::Buffer&, const void*, index_t) override {}
        void read(const engine::device::Buffer&, void*, index_t) override {}
        std::unique_ptr<engine::device::Kernel> kernel(const engine::device::Module&,
                                                       const char*) override {
          return nullptr;
        }
        void launch(engine::device::Kernel&, std::span<const engine::device::Argument>, index_t,
                    int) override {}
      };
      return std::make_unique<Idle>();
    }
    std::shared_ptr<const engine::device::Module> compile(const std::string&) override {
      throw DeviceError("must not be asked");
    }
    std::string binary(const engine::device::Module&) override { return {}; }
    std::shared_ptr<const engine::device::Module> load(const std::string&) override {
      return nullptr;
    }
  };
  engine::device::add_device(std::make_shared<NoDoubles>());
  const FitResult result = Exponential().fit_on("no-doubles");
  EXPECT_EQ(result.engine, "interpreter");
  ASSERT_EQ(result.warnings.size(), 1u);
  EXPECT_NE(result.warnings[0].find("no double precision"), std::string::npos);
}

}  // namespace
}  // namespace nlsq
