// SPDX-License-Identifier: MIT
// A Pratt parser (Pratt 1973): each infix operator has a binding power; parse(p) reads everything
// that binds tighter than p. Depth and size are bounded, so no input can exhaust the stack.
#include <array>

#include "expr/ast.hpp"
#include "expr/lexer.hpp"
#include "nlsq/error.hpp"

namespace nlsq::expr {
namespace {

constexpr int kMaxDepth = 200;
constexpr std::size_t kMaxText = std::size_t{1} << 20;

struct Infix {
  std::string_view text;
  int power;
  Op op;
  bool swapped;
};

constexpr int kOr = 10, kAnd = 20, kNot = 30, kCompare = 40, kSum = 50, kProduct = 60, kSign = 70,
              kPower = 80;

constexpr std::array kInfix{
    Infix{"or", kOr, Op::logical_or, false},    Infix{"||", kOr, Op::logical_or, false},
    Infix{"and", kAnd, Op::logical_and, false}, Infix{"&&", kAnd, Op::logical_and, false},
    Infix{"<", kCompare, Op::lt, false},        Infix{"<=", kCompare, Op::le, false},
    Infix{">", kCompare, Op::lt, true},         Infix{">=", kCompare, Op::le, true},
    Infix{"==", kCompare, Op::eq, false},       Infix{"!=", kCompare, Op::ne, false},
    Infix{"+", kSum, Op::add, false},           Infix{"-", kSum, Op::sub, false},
    Infix{"*", kProduct, Op::mul, false},       Infix{"/", kProduct, Op::div, false},
    Infix{"%", kProduct, Op::mod, false},       Infix{"**", kPower, Op::pow, false},
    Infix{"^", kPower, Op::pow, false},
};

const Infix* find_infix(const Token& token) {
  for (const Infix& infix : kInfix) {
    if (token.is(infix.text)) return &infix;
  }
  return nullptr;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text) { formula_.text = text; }

  Formula run() {
    formula_.root = parse(0);
    const Token& token = lexer_.peek();
    if ((token.is("=") || token.is("~")) && node(formula_.root).kind == Syntax::Kind::name) {
      formula_.response = node(formula_.root).text;
      formula_.response_position = node(formula_.root).position;
      lexer_.next();
      formula_.root = parse(0);
    } else if (token.is("=") || token.is("~")) {
      fail(token,
           "the left side of '" + std::string(token.text) + "' must be the name of one column");
    }
    const Token& rest = lexer_.peek();
    if (rest.kind != Token::Kind::end) fail_after_operand(rest);
    return std::move(formula_);
  }

 private:
  Syntax& node(int i) { return formula_.nodes[static_cast<std::size_t>(i)]; }

  int add(Syntax syntax) {
    formula_.nodes.push_back(std::move(syntax));
    return static_cast<int>(formula_.nodes.size()) - 1;
  }

  [[noreturn]] void fail(const Token& token, const std::string& message) const {
    throw FormulaError(formula_.text, token.position, message);
  }

  static std::string shown(const Token& token) {
    if (token.kind == Token::Kind::end) return "the end of the formula";
    return "'" + std::string(token.text) + "'";
  }

  [[noreturn]] void fail_after_operand(const Token& token) const {
    if (token.is(")")) fail(token, "this ')' closes nothing");
    if (token.is("]")) fail(token, "this ']' closes nothing");
    if (token.is("=")) fail(token, "unexpected '='; compare with '=='");
    if (token.kind != Token::Kind::symbol || token.is("(")) {
      fail(token,
           "expected an operator before " + shown(token) + " (a product is written with '*')");
    }
    fail(token, "expected an operator or the end of the formula, found " + shown(token));
  }

  void enter(const Token& token) {
    if (++depth_ > kMaxDepth) {
      fail(token, "nested more than " + std::to_string(kMaxDepth) + " deep");
    }
  }

  // Everything from here on that binds tighter than `power`.
  int parse(int power) {
    enter(lexer_.peek());
    int left = parse_prefix();
    while (const Infix* infix = find_infix(lexer_.peek())) {
      if (infix->power <= power) break;
      const Token token = lexer_.next();
      if (infix->power == kCompare) {
        left = parse_comparison(left, *infix, token);
        continue;
      }
      // ^ is right-associative and its exponent may carry a sign: 2^-x.
      const int right = parse(infix->power == kPower ? kSign - 1 : infix->power);
      left = binary(*infix, left, right, token);
    }
    --depth_;
    return left;
  }

  int binary(const Infix& infix, int left, int right, const Token& token) {
    return add({.kind = Syntax::Kind::binary,
                .op = infix.op,
                .swapped = infix.swapped,
                .operands = {left, right},
                .position = token.position});
  }

  // a < b <= c means a < b and b <= c.
  int parse_comparison(int left, const Infix& first, const Token& token) {
    int right = parse(kCompare);
    int result = binary(first, left, right, token);
    while (const Infix* infix = find_infix(lexer_.peek())) {
      if (infix->power != kCompare) break;
      const Token next = lexer_.next();
      left = right;
      right = parse(kCompare);
      const int link = binary(*infix, left, right, next);
      result = add({.kind = Syntax::Kind::binary,
                    .op = Op::logical_and,
                    .operands = {result, link},
                    .position = next.position});
    }
    return result;
  }

  int parse_prefix() {
    const Token token = lexer_.next();
    if (token.is("-")) return unary(Op::neg, parse(kSign), token);
    if (token.is("+")) return parse(kSign);
    if (token.is("not") || token.is("!")) return unary(Op::logical_not, parse(kNot), token);
    if (token.is("(")) {
      const int inner = parse(0);
      expect(")", "')' for the '(' at column " + std::to_string(token.position + 1));
      return inner;
    }
    if (token.kind == Token::Kind::number) {
      return add({.kind = Syntax::Kind::number, .value = token.value, .position = token.position});
    }
    if (token.kind == Token::Kind::name && find_infix(token) == nullptr) return parse_name(token);
    fail(token, "expected a number, a name or '(', found " + shown(token));
  }

  int unary(Op op, int operand, const Token& token) {
    return add(
        {.kind = Syntax::Kind::unary, .op = op, .operands = {operand}, .position = token.position});
  }

  int parse_name(const Token& token) {
    Syntax syntax{
        .kind = Syntax::Kind::name, .text = std::string(token.text), .position = token.position};
    if (lexer_.peek().is("[")) {
      lexer_.next();
      syntax.kind = Syntax::Kind::index;
      const Token column = lexer_.next();
      if (column.kind != Token::Kind::name) {
        fail(column, "expected the name of an index column in '[ ]', found " + shown(column));
      }
      syntax.operands.push_back(add({.kind = Syntax::Kind::name,
                                     .text = std::string(column.text),
                                     .position = column.position}));
      expect("]", "']'");
    } else if (lexer_.peek().is("(")) {
      lexer_.next();
      syntax.kind = Syntax::Kind::call;
      parse_arguments(syntax);
    }
    return add(std::move(syntax));
  }

  void parse_arguments(Syntax& call) {
    if (lexer_.peek().is(")")) {
      lexer_.next();
      return;
    }
    while (true) {
      call.operands.push_back(parse(0));
      const Token token = lexer_.next();
      if (token.is(")")) return;
      if (!token.is(",")) {
        fail(token,
             "expected ',' or ')' in the arguments of '" + call.text + "', found " + shown(token));
      }
    }
  }

  void expect(std::string_view symbol, const std::string& wanted) {
    const Token token = lexer_.next();
    if (!token.is(symbol)) fail(token, "expected " + wanted + ", found " + shown(token));
  }

  Lexer lexer_;
  Formula formula_;
  int depth_ = 0;
};

}  // namespace

Formula parse_formula(std::string_view text) {
  if (text.size() > kMaxText) {
    throw FormulaError(std::string(text.substr(0, 40)) + "…", 0,
                       "the formula is longer than 1 MiB");
  }
  if (text.find('\0') != std::string_view::npos) {
    throw FormulaError(std::string(text.substr(0, text.find('\0'))), 0,
                       "the formula holds a zero byte");
  }
  return Parser(text).run();
}

}  // namespace nlsq::expr
