// SPDX-License-Identifier: MIT
// Help, version, info; the examples of the help are run as they are printed, and so are the example
// scripts.
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "command_support.hpp"
#include "nlsq/version.hpp"

namespace nlsq::test {
namespace {

class Help : public CommandTest {};

// The lines between "Examples" and the next blank line; an indented line goes on with the one
// before.
std::vector<std::string> examples(const std::string& help) {
  std::vector<std::string> commands;
  std::istringstream lines(help.substr(help.find("Examples")));
  std::string text;
  std::getline(lines, text);
  while (std::getline(lines, text) && !text.empty()) {
    if (text.starts_with("      "))
      commands.back() += " " + text;
    else
      commands.push_back(text);
  }
  return commands;
}

TEST_F(Help, its_examples_run) {
  const Outcome help = nlsq({"fit", "--help"});
  EXPECT_EQ(help.code, 0);
  const std::vector<std::string> commands = examples(help.out);
  EXPECT_EQ(commands.size(), 7u);
  EXPECT_EQ(shell("ln -s '" NLSQ_SOURCE "/examples' examples").code, 0);
  for (const std::string& command : commands) {
    const Outcome outcome = shell(command);
    EXPECT_EQ(outcome.code, 0) << command << "\n" << outcome.err;
    EXPECT_NE(outcome.out, "") << command;
  }
}

TEST_F(Help, fits_a_terminal) {
  const std::string help = nlsq({"fit", "--help"}).out;
  std::istringstream lines(help);
  for (std::string text; std::getline(lines, text);) EXPECT_LE(text.size(), 112u) << text;
  for (const char* option :
       {"--device", "--checkpoint", "--scratch", "--tie", "--prior", "--derive", "--share"})
    EXPECT_NE(help.find(option), std::string::npos) << option;
  EXPECT_NE(nlsq({"--help"}).out.find("fit"), std::string::npos);
}

// Commands of the blocks of a page: lines of sh, and of others those behind "$ ", each with the
// lines below it.
std::vector<std::pair<std::string, std::string>> commands_of(const std::string& page) {
  std::vector<std::pair<std::string, std::string>> commands;
  std::ifstream file(page);
  bool inside = false, is_shell = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("```")) {
      inside = !inside;
      is_shell = inside && line == "```sh";
    } else if (inside && (is_shell || line.starts_with("$ "))) {
      commands.emplace_back(is_shell ? line : line.substr(2), "");
    } else if (inside && !commands.empty()) {
      commands.back().second += line + "\n";
    }
  }
  return commands;
}

TEST_F(Help, the_commands_of_its_page_run_and_say_what_stands_there) {
  const auto commands = commands_of(NLSQ_SOURCE "/docs/command.md");
  ASSERT_GE(commands.size(), 5u);
  EXPECT_EQ(shell("ln -s '" NLSQ_SOURCE "/examples' examples").code, 0);
  EXPECT_EQ(
      shell("sed '/^#/b; s/^well/plate,well/; t; s/^/P1,/' examples/data/plate.csv > today.csv")
          .code,
      0);
  const bool reads_jobs = nlsq({"info"}).out.find("YAML yes") != std::string::npos;
  for (const auto& [command, said] : commands) {
    if (command.find(".yaml") != std::string::npos && !reads_jobs) continue;
    const Outcome outcome = shell(command);
    EXPECT_EQ(outcome.code, 0) << command << "\n" << outcome.err;
    if (command.starts_with("nlsq") && !said.empty()) {
      EXPECT_EQ(outcome.err, said) << command;
    }
    // Of a table the names: the last digits of its numbers are a processor's.
    if (command.starts_with("head")) {
      EXPECT_EQ(outcome.out.substr(0, outcome.out.find('\n')), said.substr(0, said.find('\n')));
    }
  }
}

TEST_F(Help, the_version_is_that_of_the_file_version) {
  std::ifstream file(NLSQ_SOURCE "/VERSION");
  std::string text;
  std::getline(file, text);
  EXPECT_EQ(nlsq({"--version"}).out, "nlsq " + text + "\n");
  EXPECT_EQ(text, version());
}

TEST_F(Help, info_tells_about_the_build_and_the_functions) {
  const std::string info = nlsq({"info"}).out;
  EXPECT_NE(info.find("instruction sets"), std::string::npos);
  // Devices that are there, or why there is none.
  EXPECT_NE(info.find("devices           cpu"), std::string::npos) << info;
  EXPECT_TRUE(info.find("opencl:0") != std::string::npos ||
              info.find("no OpenCL: ") != std::string::npos)
      << info;
  EXPECT_TRUE(info.find("cuda:0") != std::string::npos ||
              info.find("no CUDA: ") != std::string::npos)
      << info;
  EXPECT_NE(nlsq({"info", "functions"}).out.find("voigt(x, sigma, gamma)"), std::string::npos);
}

TEST_F(Help, cache_tells_what_is_kept_and_by_which_settings) {
  const Outcome info = nlsq({"cache"});
  EXPECT_EQ(info.code, 0);
  EXPECT_NE(info.out.find("enabled        yes"), std::string::npos) << info.out;
  EXPECT_NE(info.out.find("1000 models"), std::string::npos);
  EXPECT_EQ(nlsq({"cache", "info"}).out, info.out);
  EXPECT_NE(info.out.find("  devices        "), std::string::npos) << info.out;
  const Outcome clear = shell(
      "mkdir -p cache/nlsq && echo rest > cache/nlsq/0.nlsqdev && echo mine > cache/nlsq/mine && "
      "XDG_CACHE_HOME=$PWD/cache '" NLSQ_COMMAND "' cache clear && ls cache/nlsq");
  EXPECT_EQ(clear.out, "Removed 1 program compiled for devices, 5 B.\nmine\n") << clear.err;
  EXPECT_EQ(nlsq({"cache", "clear"}).code, 0);
  const Outcome json = nlsq({"cache", "info", "--json"});
  EXPECT_NE(json.out.find("\"max_size\":1000"), std::string::npos) << json.out;
  const Outcome settings = shell(
      "mkdir -p home/.nlsq && echo '{\"cache_config\": {\"max_size\": 7}}' > "
      "home/.nlsq/config.json && HOME=$PWD/home '" NLSQ_COMMAND "' cache");
  EXPECT_NE(settings.out.find("7 models"), std::string::npos) << settings.out << settings.err;
  const Outcome typo = nlsq({"cache", "claer"});
  EXPECT_EQ(typo.code, 2);
  EXPECT_NE(typo.err.find("did you mean 'clear'"), std::string::npos) << typo.err;
}

TEST_F(Help, the_example_scripts_run) {
  const Outcome demo = shell("sh '" NLSQ_SOURCE "/examples/demo.sh' '" NLSQ_COMMAND "' demo.svg");
  EXPECT_EQ(demo.code, 0) << demo.err;
  EXPECT_TRUE(exists("demo.svg"));
  const Outcome tube = shell("sh '" NLSQ_SOURCE "/examples/neutron_tube.sh' '" NLSQ_COMMAND
                             "' plots && ls plots | wc -l");
  EXPECT_EQ(tube.code, 0) << tube.err;
  EXPECT_NE(tube.out.find("centre 57.5"), std::string::npos) << tube.out;
  EXPECT_NE(tube.out.find("\n9\n"), std::string::npos) << tube.out;
}

// The names behind the blanks at the beginning of a line of --help: -m,--model.
std::vector<std::string> options_in(const std::string& help) {
  std::vector<std::string> names;
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("  -")) continue;
    const std::size_t at = line.find("--");
    if (at == std::string::npos || at > 6) continue;
    names.push_back(line.substr(at, line.find_first_of(" ,", at) - at));
  }
  return names;
}

TEST_F(Help, completion_and_the_manual_know_every_option) {
  const std::string bash = nlsq({"completion", "bash"}).out;
  const std::string zsh = nlsq({"completion", "zsh"}).out;
  const std::string fish = nlsq({"completion", "fish"}).out;
  std::string manual = nlsq({"completion", "man"}).out;
  for (std::size_t at = 0; (at = manual.find("\\-", at)) != std::string::npos;) manual.erase(at, 1);
  for (const char* const command : {"fit", "batch", "init"}) {
    const std::vector<std::string> options = options_in(nlsq({command, "--help"}).out);
    EXPECT_GE(options.size(), 3u) << command;
    for (const std::string& option : options) {
      EXPECT_NE(bash.find(option), std::string::npos) << option;
      EXPECT_NE(zsh.find("'*" + option + "["), std::string::npos) << option;
      EXPECT_NE(fish.find("-l " + option.substr(2) + " "), std::string::npos) << option;
      EXPECT_NE(manual.find("\\fB" + option + "\\fR"), std::string::npos) << option;
    }
  }
  EXPECT_GE(options_in(nlsq({"fit", "--help"}).out).size(), 60u);
  EXPECT_EQ(
      manual.find_first_not_of("\n\t !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"),
      std::string::npos);
  const Outcome other = nlsq({"completion", "fsih"});
  EXPECT_EQ(other.code, 2);
  EXPECT_NE(other.err.find("(did you mean 'fish'?)"), std::string::npos) << other.err;
}

TEST_F(Help, bash_completes_options_values_and_commands) {
  const auto completed = [&](const std::string& words) {
    return shell("nlsq completion bash > c.sh; bash -c 'source ./c.sh; set -- " + words +
                 "; COMP_WORDS=(nlsq \"$@\"); COMP_CWORD=$#; _nlsq; echo ${COMPREPLY[@]}'")
        .out;
  };
  EXPECT_EQ(completed("b"), "batch\n");
  EXPECT_EQ(completed("fit d.csv --bounds-"), "--bounds-from\n");
  EXPECT_EQ(completed("fit d.csv --loss h"), "huber\n");
  EXPECT_EQ(completed("fit d.csv -m gaus"), "gaussian\n");
  EXPECT_EQ(completed("fit d.csv --plot h"), "\n");
  EXPECT_EQ(completed("cache c"), "clear\n");
}

}  // namespace
}  // namespace nlsq::test
