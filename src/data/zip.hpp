// SPDX-License-Identifier: MIT
// Zip archives in memory, as NPZ files and workbooks are: the directory at their end, and members
// that are stored or deflated. Format: PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16.
// What members unpack to is bounded, and so is how much one may grow.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace nlsq::data {

struct ZipMember {
  std::string name;
  std::string_view packed;
  std::size_t size = 0;  ///< when unpacked, as the directory says
  bool is_deflated = false;
};

class Zip {
 public:
  /// Most bytes that the members of one archive may unpack to.
  static constexpr std::size_t kMostBytes = std::size_t{1} << 30U;

  /// Throws DataError: "this <kind> is cut off …", "… has members of more than 4 GB".
  Zip(std::string_view bytes, std::string source, std::string kind);

  const std::vector<ZipMember>& members() const { return members_; }
  /// nullptr if there is none of that name.
  const ZipMember* find(std::string_view name) const;
  /// The bytes of a member: a view of the archive, or of `room`, into which they are unpacked.
  /// Throws DataError if they are damaged, or unpack to more than a table could need.
  std::string_view content(const ZipMember& member, std::string& room) const;
  [[noreturn]] void refuse(const std::string& what) const;

 private:
  void read_entry(std::string_view bytes, std::size_t entry);

  std::string source_, kind_;
  std::vector<ZipMember> members_;
  mutable std::size_t unpacked_ = 0;
};

/// Whether `bytes` begin as an archive does and have a directory at their end.
bool is_zip(std::string_view bytes);

/// Whether deflated members can be read: this build has zlib.
bool unpacks_zip();

/// A number of up to four bytes, the least significant first; 0 beyond the end.
std::size_t little_endian(std::string_view bytes, std::size_t at, std::size_t width);

}  // namespace nlsq::data
