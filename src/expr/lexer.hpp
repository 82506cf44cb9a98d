// SPDX-License-Identifier: MIT
// Tokens of the formula language.
#pragma once

#include <string>
#include <string_view>

#include "nlsq/types.hpp"

namespace nlsq::expr {

struct Token {
  enum class Kind : std::uint8_t { number, name, symbol, end };
  Kind kind = Kind::end;
  std::string_view text{};
  double value = 0.0;
  index_t position = 0;
  bool quoted = false;  ///< a name in backquotes, whatever it holds
  bool is(std::string_view symbol) const {
    return (kind == Kind::symbol || (kind == Kind::name && !quoted)) && text == symbol;
  }
};

/// Reads tokens one at a time; `text` must outlive it. Throws FormulaError for a character or
/// number that belongs to no token.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) { advance(); }
  const Token& peek() const { return token_; }
  Token next();

 private:
  void advance();
  void skip_blanks();
  void read_number();
  void read_name();
  void read_quoted_name();
  void read_symbol();

  std::string_view text_;
  std::size_t at_ = 0;
  Token token_;
};

}  // namespace nlsq::expr
