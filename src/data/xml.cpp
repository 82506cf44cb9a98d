// SPDX-License-Identifier: MIT
#include "data/xml.hpp"

#include <cctype>
#include <charconv>
#include <cstdint>

#include "data/encoding.hpp"

namespace nlsq::data {
namespace {

using namespace std::string_view_literals;

constexpr auto kNone = std::string_view::npos;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view without_prefix(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == kNone ? name : name.substr(colon + 1);
}

// What stands between & and ;.
void append_entity(std::string_view entity, std::string& out) {
  struct Known {
    std::string_view name;
    char sign;
  };
  for (const Known& known : {Known{"lt", '<'}, Known{"gt", '>'}, Known{"amp", '&'},
                             Known{"quot", '"'}, Known{"apos", '\''}}) {
    if (entity == known.name) {
      out += known.sign;
      return;
    }
  }
  if (!entity.starts_with('#')) return;
  entity.remove_prefix(1);
  const bool is_hex = entity.starts_with('x');
  if (is_hex) entity.remove_prefix(1);
  std::uint32_t point = 0;
  std::from_chars(entity.data(), entity.data() + entity.size(), point, is_hex ? 16 : 10);
  const bool is_surrogate = point >= 0xD800U && point < 0xE000U;
  if (point != 0 && point <= 0x10FFFFU && !is_surrogate) append_utf8(point, out);
}

void append_resolved(std::string_view escaped, std::string& out) {
  constexpr std::size_t kLongest = 10;
  for (std::size_t at = 0; at < escaped.size();) {
    const std::size_t mark = escaped.find('&', at);
    out += escaped.substr(at, mark == kNone ? kNone : mark - at);
    if (mark == kNone) return;
    const std::size_t end = escaped.find(';', mark);
    if (end == kNone || end - mark > kLongest) {
      out += '&';
      at = mark + 1;
      continue;
    }
    append_entity(escaped.substr(mark + 1, end - mark - 1), out);
    at = end + 1;
  }
}

}  // namespace

std::string xml_text(std::string_view escaped) {
  std::string out;
  append_resolved(escaped, out);
  return out;
}

XmlScan::Event XmlScan::end_early() {
  is_cut_off_ = true;
  at_ = text_.size();
  return Event::end;
}

XmlScan::Event XmlScan::next() {
  if (closes_itself_) {
    closes_itself_ = false;
    return Event::close;
  }
  while (at_ < text_.size()) {
    const std::string_view rest = text_.substr(at_);
    if (!rest.starts_with('<')) {
      piece_ = rest.substr(0, rest.find('<'));
      is_raw_ = false;
      at_ += piece_.size();
      return Event::text;
    }
    const bool is_cdata = rest.starts_with("<![CDATA["sv);
    const std::string_view close = is_cdata                   ? "]]>"sv
                                   : rest.starts_with("<!--") ? "-->"sv
                                   : rest.starts_with("<?")   ? "?>"sv
                                                              : ">"sv;
    if (!rest.starts_with("<!") && !rest.starts_with("<?")) return open_or_close(at_);
    const std::size_t end = rest.find(close);
    if (end == kNone) return end_early();
    at_ += end + close.size();
    if (!is_cdata) continue;
    piece_ = rest.substr(9, end - 9);
    is_raw_ = true;
    return Event::text;
  }
  return Event::end;
}

XmlScan::Event XmlScan::open_or_close(std::size_t from) {
  // A > may stand in the value of an attribute.
  char quote = 0;
  std::size_t end = from + 1;
  for (; end < text_.size(); ++end) {
    const char c = text_[end];
    if (quote == 0 && c == '>') break;
    if (quote == 0 && (c == '"' || c == '\''))
      quote = c;
    else if (c == quote)
      quote = 0;
  }
  if (end >= text_.size()) return end_early();
  at_ = end + 1;
  std::string_view tag = text_.substr(from + 1, end - from - 1);
  const bool is_close = tag.starts_with('/');
  if (is_close) tag.remove_prefix(1);
  closes_itself_ = !is_close && tag.ends_with('/');
  if (closes_itself_) tag.remove_suffix(1);
  std::size_t size = 0;
  while (size < tag.size() && !is_blank(tag[size])) ++size;
  name_ = without_prefix(tag.substr(0, size));
  inside_ = tag.substr(size);
  return is_close ? Event::close : Event::open;
}

std::string_view XmlScan::attribute(std::string_view wanted) const {
  for (std::size_t at = 0; at < inside_.size();) {
    while (at < inside_.size() && is_blank(inside_[at])) ++at;
    const std::size_t equals = inside_.find('=', at);
    if (equals == kNone) return {};
    std::string_view name = inside_.substr(at, equals - at);
    while (!name.empty() && is_blank(name.back())) name.remove_suffix(1);
    const std::size_t open = inside_.find_first_of("\"'", equals);
    if (open == kNone) return {};
    const std::size_t close = inside_.find(inside_[open], open + 1);
    if (close == kNone) return {};
    if (name == wanted || without_prefix(name) == wanted)
      return inside_.substr(open + 1, close - open - 1);
    at = close + 1;
  }
  return {};
}

void XmlScan::append_text(std::string& to) const {
  if (is_raw_)
    to += piece_;
  else
    append_resolved(piece_, to);
}

std::string XmlScan::text() const {
  std::string out;
  append_text(out);
  return out;
}

}  // namespace nlsq::data
