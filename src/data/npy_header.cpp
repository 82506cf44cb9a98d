// SPDX-License-Identifier: MIT
// A recursive-descent reader for the small part of Python's literals that NumPy writes: one dict of
// known keys, strings, True and False, a tuple of integers, a list of (name, dtype) tuples.
#include "data/npy_header.hpp"

#include <cctype>
#include <charconv>
#include <cstddef>

#include "nlsq/error.hpp"

namespace nlsq::data {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";

class LiteralReader {
 public:
  LiteralReader(std::string_view text, const std::string& source) : text_(text), source_(source) {}

  void read(NpyHeader& header) {
    expect('{');
    while (!accept('}')) {
      const std::string key = read_string();
      expect(':');
      read_value(key, header);
      if (!accept(',') && peek() != '}') fail("',' or '}' is missing");
    }
    if (header.fields.empty()) fail("it has no dtype");
    if (!has_shape_) fail("it has no shape");
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw DataError(source_, 0, "the header of this NPY file cannot be read: " + what);
  }

  char peek() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool accept(char c) {
    if (peek() != c || at_ == text_.size()) return false;
    ++at_;
    return true;
  }

  void expect(char c) {
    if (!accept(c)) fail(std::string("'") + c + "' is missing");
  }

  void read_value(const std::string& key, NpyHeader& header) {
    if (key == "descr") {
      read_dtype(header);
    } else if (key == "fortran_order") {
      header.fortran_order = read_bool();
    } else if (key == "shape") {
      read_shape(header.shape);
    } else {
      fail("it has an unknown key '" + key + "'");
    }
  }

  std::string read_string() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') fail("a string is missing");
    std::string out;
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      out += text_[at_];
    }
    if (at_ == text_.size()) fail("a string does not end");
    ++at_;
    return out;
  }

  bool read_bool() {
    peek();
    for (const bool value : {true, false}) {
      const std::string_view word = value ? "True" : "False";
      if (!text_.substr(at_).starts_with(word)) continue;
      at_ += word.size();
      return value;
    }
    fail("fortran_order is neither True nor False");
  }

  void read_shape(std::vector<index_t>& shape) {
    shape.clear();
    has_shape_ = true;
    expect('(');
    while (!accept(')')) {
      peek();
      index_t size = 0;
      const auto result = std::from_chars(text_.data() + at_, text_.data() + text_.size(), size);
      if (result.ec != std::errc() || size < 0) fail("the shape is not a tuple of sizes");
      at_ = static_cast<std::size_t>(result.ptr - text_.data());
      accept('L');
      shape.push_back(size);
      if (!accept(',') && peek() != ')') fail("the shape is not a tuple of sizes");
    }
  }

  void read_dtype(NpyHeader& header) {
    header.fields.clear();
    header.structured = accept('[');
    if (!header.structured) {
      header.fields.push_back({"", read_string()});
      return;
    }
    while (!accept(']')) {
      expect('(');
      NpyField field;
      field.name = read_name();
      expect(',');
      if (peek() == '[') refuse(field.name, "is a record of its own");
      field.dtype = read_string();
      if (accept(',') && peek() != ')') refuse(field.name, "is an array");
      expect(')');
      header.fields.push_back(std::move(field));
      if (!accept(',') && peek() != ']') fail("',' or ']' is missing");
    }
  }

  // A plain name, or a pair (title, name).
  std::string read_name() {
    if (!accept('(')) return read_string();
    read_string();
    expect(',');
    std::string name = read_string();
    expect(')');
    return name;
  }

  [[noreturn]] void refuse(const std::string& name, const std::string& what) const {
    throw DataError(source_, 0,
                    "the field '" + name + "' of this NPY file " + what +
                        "; save an array of plain numbers or one with flat named fields");
  }

  std::string_view text_;
  const std::string& source_;
  std::size_t at_ = 0;
  bool has_shape_ = false;
};

// Versions 1 and 2 write their header in Latin-1.
std::string latin1_to_utf8(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80) out += static_cast<char>(0xC0 | (byte >> 6));
    out += byte >= 0x80 ? static_cast<char>(0x80 | (byte & 0x3F)) : c;
  }
  return out;
}

}  // namespace

bool is_npy(std::string_view bytes) { return bytes.starts_with(kMagic); }

NpyHeader read_npy_header(std::string_view bytes, const std::string& source) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i]));
  };
  const auto cut = [&] { return DataError(source, 0, "this NPY file is cut off in its header"); };
  if (bytes.size() < kMagic.size() + 2) throw cut();
  const std::size_t version = byte(6);
  if (version < 1 || version > 3) {
    throw DataError(source, 0,
                    "this NPY file has format version " + std::to_string(version) +
                        "; versions 1, 2 and 3 are known");
  }
  const std::size_t width = version == 1 ? 2 : 4;
  const std::size_t start = kMagic.size() + 2 + width;
  if (bytes.size() < start) throw cut();
  std::size_t length = 0;
  for (std::size_t i = 0; i < width; ++i) length |= byte(8 + i) << (8 * i);
  if (length > bytes.size() - start) throw cut();
  NpyHeader header;
  const std::string_view literal = bytes.substr(start, length);
  const std::string text = version == 3 ? std::string(literal) : latin1_to_utf8(literal);
  LiteralReader(text, source).read(header);
  header.body = bytes.substr(start + length);
  return header;
}

}  // namespace nlsq::data
