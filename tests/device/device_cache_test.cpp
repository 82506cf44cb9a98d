// SPDX-License-Identifier: MIT
// The disk level of the cache: whole entries alone are found, the oldest go first, and a broken one
// is compiled anew.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "device_support.hpp"
#include "engine/device/binary_cache.hpp"
#include "engine/device/devices.hpp"
#include "nlsq/fit.hpp"
#include "nlsq/log.hpp"
#include "support/decay.hpp"

namespace nlsq {
namespace {

namespace fs = std::filesystem;
using engine::device::BinaryCache;

struct DeviceCache : ::testing::Test {
  fs::path folder = fs::temp_directory_path() / ("nlsq_cache_" + std::to_string(getpid()));
  ~DeviceCache() override {
    set_log_sink({});
    fs::remove_all(folder);
  }
  std::vector<fs::path> files() const {
    std::vector<fs::path> all;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file()) all.push_back(entry.path());
    }
    return all;
  }
};

TEST_F(DeviceCache, FindsWhatWasStored) {
  const BinaryCache cache(folder.string());
  EXPECT_EQ(cache.find("key"), "");
  cache.store("key", std::string("bin\0ary", 7));
  EXPECT_EQ(cache.find("key"), std::string("bin\0ary", 7));
  EXPECT_EQ(cache.find("other key"), "");
  cache.store("key", "newer");
  EXPECT_EQ(cache.find("key"), "newer");
  EXPECT_EQ(cache.size().entries, 1);
  EXPECT_EQ(files().size(), 1u);  // no temporary file is left
  EXPECT_EQ(cache.clear().entries, 1);
  EXPECT_EQ(cache.size().entries, 0);
}

TEST_F(DeviceCache, AnEntryThatIsNotWholeIsNoneAndGoes) {
  const BinaryCache cache(folder.string());
  std::vector<std::string> lines;
  set_log_sink([&](LogLevel, std::string_view line) { lines.emplace_back(line); });
  const std::string binary(1000, 'b');
  for (const int fault : {0, 1, 2, 3}) {
    cache.store("key", binary);
    const fs::path file = files().front();
    if (fault == 0) fs::resize_file(file, 500);
    if (fault == 1) fs::resize_file(file, 0);
    if (fault == 2) std::ofstream(file, std::ios::app) << "more";
    if (fault == 3) {
      std::fstream change(file, std::ios::in | std::ios::out | std::ios::binary);
      change.seekp(700);
      change.put('x');
    }
    lines.clear();
    EXPECT_EQ(cache.find("key"), "") << fault;
    EXPECT_TRUE(files().empty()) << fault;
    ASSERT_EQ(lines.size(), 1u) << fault;
    EXPECT_NE(lines[0].find("not whole"), std::string::npos);
  }
}

TEST_F(DeviceCache, ThoseUnusedForLongestGoAboveTheLimit) {
  const BinaryCache cache(folder.string(), 3500);
  const auto now = fs::file_time_type::clock::now();
  for (int i = 0; i < 3; ++i) {
    cache.store("key" + std::to_string(i), std::string(1000, 'b'));
    for (const fs::path& file : files()) {
      if (fs::last_write_time(file) > now - std::chrono::minutes(1))
        fs::last_write_time(file, now - std::chrono::hours(10 - i));
    }
  }
  EXPECT_NE(cache.find("key0"), "");  // which makes it the last used
  cache.store("key3", std::string(1000, 'b'));
  EXPECT_NE(cache.find("key0"), "");
  EXPECT_EQ(cache.find("key1"), "");
  EXPECT_NE(cache.find("key2"), "");
  EXPECT_NE(cache.find("key3"), "");
}

TEST_F(DeviceCache, AFolderThatCannotBeWrittenIsNoCache) {
  std::ofstream(folder.string()) << "a file";
  const BinaryCache cache((folder / "sub").string());
  cache.store("key", "binary");
  EXPECT_EQ(cache.find("key"), "");
  EXPECT_EQ(cache.size().entries, 0);
  EXPECT_EQ(BinaryCache("").find("key"), "");
}

TEST_F(DeviceCache, AFitGoesByItAndCompilesAnewWhatIsBroken) {
  NLSQ_NEEDS_DEVICE();
  const char* const before = std::getenv("XDG_CACHE_HOME");
  const std::string restored = before == nullptr ? "" : before;
  setenv("XDG_CACHE_HOME", folder.c_str(), 1);
  const test::Decay decay = test::make_decay(1000);
  const Model model = Model::parse("a*exp(-b*x)+c", {"x"});
  Dataset data;
  data.column("x", decay.x).response(decay.y);
  FitOptions options;
  options.device = test::device_for_tests();
  clear_device_cache();
  const FitResult first = curve_fit(model, data, options);
  const DeviceCacheInfo info = device_cache_info();
  EXPECT_EQ(info.folder, folder.string() + "/nlsq");
  EXPECT_GE(info.entries, 2);
  for (const fs::path& file : files()) fs::resize_file(file, fs::file_size(file) / 2);
  const auto opened = engine::device::open(options.device);
  opened.modules->clear();
  int said = 0;
  set_log_sink([&](LogLevel level, std::string_view line) {
    said += level == LogLevel::debug && line.find("not whole") != std::string_view::npos;
  });
  const FitResult again = curve_fit(model, data, options);
  EXPECT_EQ(again.popt, first.popt);
  EXPECT_EQ(again.engine, options.device);
  EXPECT_EQ(said, info.entries);
  EXPECT_EQ(device_cache_info().entries, info.entries);
  EXPECT_EQ(clear_device_cache().entries, info.entries);
  EXPECT_EQ(device_cache_info().entries, 0);
  before == nullptr ? unsetenv("XDG_CACHE_HOME") : setenv("XDG_CACHE_HOME", restored.c_str(), 1);
}

}  // namespace
}  // namespace nlsq
