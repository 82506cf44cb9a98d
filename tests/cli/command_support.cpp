// SPDX-License-Identifier: MIT
// Processes through sh, whose redirections are all that is needed.
#include "command_support.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace nlsq::test {
namespace {

namespace fs = std::filesystem;

std::string quoted(const std::string& argument) {
  std::string out = "'";
  for (const char c : argument) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

}  // namespace

const char* const kDecay = "x,y\n0,5.1\n1,3.3\n2,2.4\n3,1.7\n4,1.45\n5,1.3\n";
const char* const kDecayModel = "y = a*exp(-b*x) + c";

CommandTest::CommandTest() {
  std::string name = (fs::temp_directory_path() / "nlsq_cli_XXXXXX").string();
  folder_ = mkdtemp(name.data());
  fs::create_directory(folder_ + "/work");
}

CommandTest::~CommandTest() { fs::remove_all(folder_); }

void CommandTest::write(const std::string& name, const std::string& content) const {
  std::ofstream(folder_ + "/work/" + name, std::ios::binary) << content;
}

std::string CommandTest::read(const std::string& name) const {
  return content_of(folder_ + "/work/" + name);
}

bool CommandTest::exists(const std::string& name) const {
  return fs::exists(folder_ + "/work/" + name);
}

std::vector<std::string> CommandTest::files() const {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder_ + "/work"))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

Outcome CommandTest::shell(const std::string& line, const std::string& input) const {
  std::ofstream(folder_ + "/stdin", std::ios::binary) << input;
  const std::string script = "nlsq() { " + quoted(NLSQ_COMMAND) + " \"$@\"; }\ncd " +
                             quoted(folder_ + "/work") + "\n" + line;
  std::ofstream(folder_ + "/script") << script;
  const std::string command = "sh " + quoted(folder_ + "/script") + " < " +
                              quoted(folder_ + "/stdin") + " > " + quoted(folder_ + "/stdout") +
                              " 2> " + quoted(folder_ + "/stderr");
  const int status = std::system(command.c_str());
  Outcome outcome;
  outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  outcome.out = content_of(folder_ + "/stdout");
  outcome.err = content_of(folder_ + "/stderr");
  return outcome;
}

Outcome CommandTest::nlsq(const std::vector<std::string>& arguments,
                          const std::string& input) const {
  std::string line = "nlsq";
  for (const std::string& argument : arguments) line += " " + quoted(argument);
  return shell(line, input);
}

Outcome CommandTest::fit(const std::string& file, const std::string& formula,
                         std::vector<std::string> more, const std::string& input) const {
  std::vector<std::string> arguments{"fit", file, "--model", formula};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return nlsq(arguments, input);
}

}  // namespace nlsq::test
