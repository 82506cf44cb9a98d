// SPDX-License-Identifier: MIT
// Numbers as in C and Python (1, .5, 1e-3, 1.0D+03), names of letters, digits, '_', '.' inside and
// bytes above 127 (so Greek letters are names), `names in backquotes`, and the operators.
#include "expr/lexer.hpp"

#include <charconv>
#include <limits>

#include "nlsq/error.hpp"

namespace nlsq::expr {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Typographic signs and spaces people paste from papers.
struct Typographic {
  std::string_view bytes;
  std::string_view symbol;
};
constexpr Typographic kTypographic[] = {
    {"\xE2\x88\x92", "-"}, {"\xC2\xB7", "*"},     {"\xC3\x97", "*"},    {"\xE2\x8B\x85", "*"},
    {"\xC2\xA0", " "},     {"\xE2\x80\x89", " "}, {"\xE2\x80\xAF", " "}};

const Typographic* typographic_at(std::string_view text, std::size_t at) {
  for (const Typographic& sign : kTypographic) {
    if (text.substr(at, sign.bytes.size()) == sign.bytes) return &sign;
  }
  return nullptr;
}

constexpr std::string_view kSymbols[] = {"**", "<=", ">=", "==", "!=", "&&", "||", "+",
                                         "-",  "*",  "/",  "%",  "^",  "(",  ")",  "[",
                                         "]",  ",",  "<",  ">",  "=",  "~",  "!"};

}  // namespace

Token Lexer::next() {
  const Token token = token_;
  advance();
  return token;
}

void Lexer::advance() {
  skip_blanks();
  token_ = {.position = static_cast<index_t>(at_)};
  if (at_ == text_.size()) return;
  const char c = text_[at_];
  if (const Typographic* sign = typographic_at(text_, at_)) {
    token_.kind = Token::Kind::symbol;
    token_.text = sign->symbol;
    at_ += sign->bytes.size();
    return;
  }
  if (is_digit(c) || (c == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) {
    read_number();
  } else if (is_letter(c)) {
    read_name();
  } else if (c == '`') {
    read_quoted_name();
  } else {
    read_symbol();
  }
}

void Lexer::skip_blanks() {
  while (at_ < text_.size()) {
    const Typographic* sign = typographic_at(text_, at_);
    if (sign != nullptr && sign->symbol == " ") {
      at_ += sign->bytes.size();
    } else if (is_blank(text_[at_])) {
      ++at_;
    } else {
      return;
    }
  }
}

void Lexer::read_number() {
  std::size_t end = at_;
  while (end < text_.size() && (is_digit(text_[end]) || text_[end] == '.')) ++end;
  if (end < text_.size() &&
      (text_[end] == 'e' || text_[end] == 'E' || text_[end] == 'd' || text_[end] == 'D')) {
    std::size_t digits = end + 1;
    if (digits < text_.size() && (text_[digits] == '+' || text_[digits] == '-')) ++digits;
    if (digits < text_.size() && is_digit(text_[digits])) {
      end = digits;
      while (end < text_.size() && is_digit(text_[end])) ++end;
    }
  }
  token_.kind = Token::Kind::number;
  token_.text = text_.substr(at_, end - at_);
  std::string plain(token_.text);
  for (char& c : plain) {
    if (c == 'd' || c == 'D') c = 'e';
  }
  const auto [rest, error] =
      std::from_chars(plain.data(), plain.data() + plain.size(), token_.value);
  if (error == std::errc::result_out_of_range) {
    throw FormulaError(std::string(text_), token_.position,
                       "the number " + plain + " does not fit a double");
  }
  if (error != std::errc() || rest != plain.data() + plain.size()) {
    throw FormulaError(std::string(text_), token_.position, "'" + plain + "' is not a number");
  }
  at_ = end;
}

void Lexer::read_name() {
  std::size_t end = at_;
  while (end < text_.size() && typographic_at(text_, end) == nullptr &&
         (is_letter(text_[end]) || is_digit(text_[end]) ||
          (text_[end] == '.' && end + 1 < text_.size() && is_letter(text_[end + 1])))) {
    ++end;
  }
  token_.kind = Token::Kind::name;
  token_.text = text_.substr(at_, end - at_);
  at_ = end;
}

void Lexer::read_quoted_name() {
  const std::size_t end = text_.find('`', at_ + 1);
  if (end == std::string_view::npos || end == at_ + 1) {
    throw FormulaError(std::string(text_), token_.position, "expected a name and a closing `");
  }
  token_.kind = Token::Kind::name;
  token_.quoted = true;
  token_.text = text_.substr(at_ + 1, end - at_ - 1);
  at_ = end + 1;
}

void Lexer::read_symbol() {
  for (const std::string_view symbol : kSymbols) {
    if (text_.substr(at_, symbol.size()) == symbol) {
      token_.kind = Token::Kind::symbol;
      token_.text = text_.substr(at_, symbol.size());
      at_ += symbol.size();
      return;
    }
  }
  const char c = text_[at_];
  std::string shown = c >= ' ' && c < 127 ? "'" + std::string(1, c) + "'" : "this byte";
  // An odd one would make the text behind it look like a quotation.
  if (c == '\'') shown = "an apostrophe";
  throw FormulaError(std::string(text_), token_.position, shown + " does not belong in a formula");
}

}  // namespace nlsq::expr
