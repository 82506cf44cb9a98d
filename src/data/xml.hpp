// SPDX-License-Identifier: MIT
// The parts of XML that workbooks consist of: elements, attributes, text, the five entities and
// numbers of characters. Nothing is expanded and no document type is read, so that a short text
// cannot become a long one. Names come without their prefix.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nlsq::data {

class XmlScan {
 public:
  enum class Event { open, close, text, end };

  explicit XmlScan(std::string_view text) : text_(text) {}

  /// The next tag or text. An element that ends where it begins has a close event as well.
  Event next();
  /// Of a tag: "row" of <x:row r="1">.
  std::string_view name() const { return name_; }
  /// The value of an attribute as it stands in the file; empty if there is none. With or without a
  /// prefix: "id" finds r:id.
  std::string_view attribute(std::string_view name) const;
  /// Of a text, without markup.
  std::string text() const;
  /// The same, to the end of `to`.
  void append_text(std::string& to) const;
  /// Whether the text ended inside a tag.
  bool is_cut_off() const { return is_cut_off_; }

 private:
  Event open_or_close(std::size_t from);
  Event end_early();

  std::string_view text_, name_, inside_, piece_;
  std::size_t at_ = 0;
  bool closes_itself_ = false, is_raw_ = false, is_cut_off_ = false;
};

/// Text with its entities resolved.
std::string xml_text(std::string_view escaped);

}  // namespace nlsq::data
