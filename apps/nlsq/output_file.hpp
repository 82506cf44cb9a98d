// SPDX-License-Identifier: MIT
// A file that the user asked for. It is judged before anything is fitted, and appears complete or
// not at all; nothing that is not a result of this command is replaced unless --force says so, and
// no file that is read ever.
#pragma once

#include <string>
#include <vector>

#include "file_place.hpp"
#include "own_results.hpp"

namespace nlsq::command {

/// A file that the command reads, with the option that names it.
struct InputFile {
  std::string option, path;
};

class OutputFile {
 public:
  /// Throws InputError when `path` is an input, cannot be written to or must not be replaced.
  OutputFile(std::string option, std::string path, Format format, std::vector<InputFile> inputs,
             bool force);

  Format format() const { return format_; }
  bool is_standard_output() const { return place_.descriptor == 1; }
  /// Throws IoError; nothing of a file that failed remains. Judges once more, as much may have
  /// happened while the fit ran.
  void write(const std::string& content) const;

 private:
  Place judged() const;

  std::string option_, path_;
  Format format_;
  std::vector<InputFile> inputs_;
  bool force_;
  Place place_;
};

}  // namespace nlsq::command
