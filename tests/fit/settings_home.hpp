// SPDX-License-Identifier: MIT
// A home folder of a test's own, with or without a settings file.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "nlsq/config.hpp"

namespace nlsq::test {

class SettingsHome : public ::testing::Test {
 protected:
  SettingsHome() {
    std::string name = (std::filesystem::temp_directory_path() / "nlsq_home_XXXXXX").string();
    home_ = mkdtemp(name.data());
    if (const char* home = std::getenv("HOME")) old_home_ = home;
    setenv("HOME", home_.c_str(), 1);
    unsetenv("NLSQ_JACOBIAN_MODE");
    reload_config();
  }
  ~SettingsHome() override {
    std::filesystem::remove_all(home_);
    setenv("HOME", old_home_.c_str(), 1);
    unsetenv("NLSQ_JACOBIAN_MODE");
    reload_config();
  }

  /// Writes the settings file and has it read.
  void write_config(const std::string& content) {
    std::filesystem::create_directories(home_ + "/.nlsq");
    std::ofstream(config_path(), std::ios::binary) << content;
    reload_config();
  }
  void remove_config() {
    std::filesystem::remove(config_path());
    reload_config();
  }

  std::string home_, old_home_;
};

}  // namespace nlsq::test
