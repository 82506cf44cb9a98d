// SPDX-License-Identifier: MIT
// What must not be written to.
#include "output_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "file_writer.hpp"
#include "nlsq/error.hpp"

namespace nlsq::command {
namespace {

bool has_ending(const std::string& path, std::string_view ending) {
  return path.size() >= ending.size() &&
         std::equal(ending.begin(), ending.end(),
                    path.end() - static_cast<std::ptrdiff_t>(ending.size()), [](char a, char b) {
                      return a == static_cast<char>(std::tolower(static_cast<unsigned char>(b)));
                    });
}

bool is_plot(Format format) {
  return format == Format::svg || format == Format::png || format == Format::pdf;
}

// A stream has whatever name it has; a file says by its name what is in it.
void check_ending(const std::string& option, const std::string& path, Format format) {
  if (format == Format::png || format == Format::pdf) return;  // chosen by the ending
  if (format == Format::svg && !has_ending(path, ".svg")) {
    throw InputError(
        option, fmt::format("{}: '{}' ends neither in .svg nor in .png or .pdf", option, path));
  }
  if (format == Format::json) return;  // chosen by the ending
  if (format == Format::html) {
    if (has_ending(path, ".html") || has_ending(path, ".htm")) return;
    throw InputError(option, fmt::format("{}: '{}' does not end in .html", option, path));
  }
  if (format != Format::svg && !has_ending(path, ".csv") && !has_ending(path, ".npz")) {
    throw InputError(option,
                     fmt::format("{}: '{}' ends neither in .csv nor in .npz{}", option, path,
                                 option == "--out" ? " (nor, of one fit, in .json)" : ""));
  }
}

// The file itself where it exists, whatever it is called; its name where nothing is there yet.
bool is_input(const InputFile& input, const std::string& path, const Place& place) {
  if (place.kind == Place::Kind::created) return input.path != "-" && same_file(input.path, path);
  if (input.path == "-") return is_descriptor_of(STDIN_FILENO, place.status);
  struct stat status = {};
  return stat(input.path.c_str(), &status) == 0 && is_same(status, place.status);
}

void refuse_inputs(const std::string& option, const std::string& path, const Place& place,
                   const std::vector<InputFile>& inputs) {
  for (const InputFile& input : inputs) {
    if (!is_input(input, path, place)) continue;
    throw InputError(
        option, fmt::format("{0}: '{1}' is the file of {2}{3}, which is never written to; give {0} "
                            "another name",
                            option, path, input.option,
                            input.path == path ? "" : fmt::format(" ('{}')", input.path)));
  }
}

void check_existing(const std::string& option, const std::string& path, const Place& place,
                    Format format, bool force) {
  for (const auto& [descriptor, name] :
       {std::pair(STDOUT_FILENO, "standard output"), std::pair(STDERR_FILENO, "standard error"),
        std::pair(STDIN_FILENO, "standard input")}) {
    if (!is_descriptor_of(descriptor, place.status)) continue;
    throw InputError(option, fmt::format("{}: '{}' is where {} is redirected", option, path, name));
  }
  const bool is_protected = (place.status.st_mode & (S_IWUSR | S_IWGRP | S_IWOTH)) == 0;
  if (is_protected || access(place.path.c_str(), W_OK) != 0) {
    throw InputError(option, fmt::format("{}: '{}' is write-protected", option, path));
  }
  if (force || is_own_result(place.path, format)) return;
  throw InputError(
      option,
      fmt::format("{0}: '{1}' exists and is not {2} that nlsq wrote; it is replaced only with "
                  "--force",
                  option, path,
                  is_plot(format)          ? "a plot"
                  : format == Format::json ? "a result"
                  : format == Format::html ? "a report"
                                           : "a table of results"));
}

}  // namespace

OutputFile::OutputFile(std::string option, std::string path, Format format,
                       std::vector<InputFile> inputs, bool force)
    : option_(std::move(option)),
      path_(std::move(path)),
      format_(format),
      inputs_(std::move(inputs)),
      force_(force),
      place_(judged()) {}

Place OutputFile::judged() const {
  Place place = find_place(path_, option_);
  refuse_inputs(option_, path_, place, inputs_);
  if (place.kind == Place::Kind::file || place.kind == Place::Kind::created)
    check_ending(option_, path_, format_);
  if (place.kind == Place::Kind::file) check_existing(option_, path_, place, format_, force_);
  return place;
}

void OutputFile::write(const std::string& content) const { write_to(judged(), path_, content); }

}  // namespace nlsq::command
