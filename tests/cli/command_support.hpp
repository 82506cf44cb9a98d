// SPDX-License-Identifier: MIT
// Runs the command in a folder of its own and keeps what it said.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace nlsq::test {

struct Outcome {
  int code = -1;  ///< exit code; 128 + number of the signal that killed it
  std::string out, err;
  nlohmann::json json() const { return nlohmann::json::parse(out); }
};

/// A fresh folder per test, removed afterwards; the command runs in it.
class CommandTest : public ::testing::Test {
 protected:
  CommandTest();
  ~CommandTest() override;

  /// Writes a file into the folder.
  void write(const std::string& name, const std::string& content) const;
  std::string read(const std::string& name) const;
  bool exists(const std::string& name) const;
  std::vector<std::string> files() const;

  /// `nlsq` with these arguments.
  Outcome nlsq(const std::vector<std::string>& arguments, const std::string& input = "") const;
  /// `nlsq fit FILE --model FORMULA …`.
  Outcome fit(const std::string& file, const std::string& formula,
              std::vector<std::string> more = {}, const std::string& input = "") const;
  /// A line of sh; `nlsq` in it is the command.
  Outcome shell(const std::string& line, const std::string& input = "") const;

  std::string folder_;
};

/// x = 0 … 5 and an exponential decay with a little noise.
extern const char* const kDecay;
extern const char* const kDecayModel;

}  // namespace nlsq::test
