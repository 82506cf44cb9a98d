// SPDX-License-Identifier: MIT
// Where a path leads: through links, to a file, a place for a new one, a stream, or one of the
// descriptors this process was started with (/dev/stdout, /dev/fd/3).
#pragma once

#include <sys/stat.h>

#include <string>

namespace nlsq::command {

struct Place {
  enum class Kind {
    descriptor,  ///< open already: written through it, where its offset stands
    file,        ///< a regular file
    created,     ///< nothing yet, in a folder that is there
    stream       ///< a device of characters or a FIFO
  };
  Kind kind = Kind::created;
  std::string path;         ///< with links followed
  int descriptor = -1;      ///< of Kind::descriptor
  struct stat status = {};  ///< of what exists
};

/// "-" is standard output. Throws InputError, which names `option` and says why nothing can be
/// written there: a folder, a disk, a link that leads to itself, a folder that does not exist, …
Place find_place(const std::string& path, const std::string& option);

/// The folder of a path: "." if it names none.
std::string folder_of(const std::string& path);

/// True if both paths lead to one file, by whatever names: the same inode, or, where nothing is
/// there yet, the same name in the same folder. Devices are shared by nature and never the same.
bool same_file(const std::string& a, const std::string& b);

/// The same for what exists.
bool is_same(const struct stat& a, const struct stat& b);

/// The same for an open descriptor.
bool is_descriptor_of(int descriptor, const struct stat& status);

}  // namespace nlsq::command
