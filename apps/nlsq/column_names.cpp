// SPDX-License-Identifier: MIT
// Formulas are taken apart as the formula language does: names, `names in backquotes`, "text".
#include "column_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "names.hpp"
#include "nlsq/error.hpp"
#include "nlsq/table.hpp"

namespace nlsq::command {
namespace {

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool begins_name(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_in_name(char c) { return begins_name(c) || is_digit(c) || c == '.'; }

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// A piece of a formula: a name, a name in backquotes, a text in quotes, $3, or anything else.
struct Piece {
  enum class Kind { name, backquoted, text, number, other } kind = Kind::other;
  std::size_t from = 0, to = 0;
  std::string inside;
};

std::vector<Piece> pieces_of(const std::string& text) {
  std::vector<Piece> pieces;
  for (std::size_t at = 0; at < text.size();) {
    Piece piece;
    piece.from = at;
    const char c = text[at];
    if (c == '`' || c == '"' || c == '\'') {
      const std::size_t close = std::min(text.find(c, at + 1), text.size());
      piece.kind = c == '`' ? Piece::Kind::backquoted : Piece::Kind::text;
      piece.inside = text.substr(at + 1, close - at - 1);
      at = std::min(close + 1, text.size());
    } else if (c == '$' && at + 1 < text.size() && is_digit(text[at + 1])) {
      piece.kind = Piece::Kind::number;
      while (++at < text.size() && is_digit(text[at])) piece.inside += text[at];
    } else if (begins_name(c)) {
      piece.kind = Piece::Kind::name;
      while (at < text.size() && is_in_name(text[at])) piece.inside += text[at++];
    } else if (is_digit(c) || c == '.') {
      // 1e5 holds no name.
      while (at < text.size() && (is_in_name(text[at]))) ++at;
    } else {
      ++at;
    }
    piece.to = at;
    pieces.push_back(piece);
  }
  return pieces;
}

// What follows a piece, past blanks.
char follows(const std::string& text, const Piece& piece) {
  const std::size_t at = text.find_first_not_of(" \t", piece.to);
  return at == std::string::npos ? '\0' : text[at];
}

// c3, and the 3 in it; 0 if it is something else.
index_t number_in(const std::string& name, char sign) {
  if (name.size() < 2 || name[0] != sign || name.size() > 7 || name[1] == '0') return 0;
  if (!std::all_of(name.begin() + 1, name.end(), is_digit)) return 0;
  return std::stoll(name.substr(1));
}

index_t only_one(const std::vector<std::string>& names, const std::string& name, bool exact) {
  index_t found = -1;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string bare = name_without_unit(names[i]);
    if (bare == names[i] || (exact ? bare != name : lower(bare) != lower(name))) continue;
    if (found >= 0) return -1;
    found = static_cast<index_t>(i);
  }
  return found;
}

bool is_known(const std::vector<std::string>& names, const std::string& name) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& other) { return lower(other) == lower(name); });
}

}  // namespace

index_t find_other_name(const std::string& name, const std::vector<std::string>& names) {
  const auto count = static_cast<index_t>(names.size());
  for (const char sign : {'$', 'c'}) {
    const index_t number = number_in(name, sign);
    if (number > 0) return number <= count ? number - 1 : -1;
  }
  const index_t exact = only_one(names, name, true);
  return exact >= 0 ? exact : only_one(names, name, false);
}

std::string with_column_names(const std::string& text, const NameRules& rules,
                              const std::string& option, std::vector<std::string>& notes) {
  const std::vector<std::string>& names = *rules.names;
  const auto is_own = [&](const std::string& name) {
    return std::find(rules.own.begin(), rules.own.end(), name) != rules.own.end();
  };
  const auto meant = [&](const Piece& piece) -> index_t {
    if (piece.kind == Piece::Kind::number) {
      const index_t found = find_other_name("$" + piece.inside, names);
      if (found >= 0) return found;
      throw InputError(option, fmt::format("{}: there is no column ${}; the table has {}", option,
                                           piece.inside, names.size()));
    }
    if (piece.kind == Piece::Kind::backquoted)
      return is_known(names, piece.inside) ? -1 : find_other_name(piece.inside, names);
    if (piece.kind != Piece::Kind::name || is_known(names, piece.inside) || is_own(piece.inside) ||
        follows(text, piece) == '(')
      return -1;
    if (number_in(piece.inside, 'c') > 0)
      return rules.has_parameters ? -1 : find_other_name(piece.inside, names);
    if (piece.inside == "e" || piece.inside == "pi") return -1;
    const index_t exact = only_one(names, piece.inside, true);
    // One letter of another case is as likely a parameter.
    if (exact >= 0 || piece.inside.size() < 2) return exact;
    return only_one(names, piece.inside, false);
  };
  std::string out;
  for (const Piece& piece : pieces_of(text)) {
    const std::string as_written = text.substr(piece.from, piece.to - piece.from);
    const index_t column = meant(piece);
    if (column < 0) {
      out += as_written;
      continue;
    }
    const std::string& name = names[static_cast<std::size_t>(column)];
    if (name.find('`') != std::string::npos) {
      throw InputError(option, fmt::format("{}: the name of column {} holds a backquote; name the "
                                           "columns with --columns",
                                           option, column + 1));
    }
    out += "`" + name + "`";
    const std::string note = fmt::format("'{}' is read as the column '{}'", as_written, name);
    if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(note);
  }
  return out;
}

std::string with_columns_for(const std::string& text,
                             const std::vector<std::pair<std::string, std::string>>& columns) {
  std::string out;
  for (const Piece& piece : pieces_of(text)) {
    const auto found = std::find_if(columns.begin(), columns.end(), [&](const auto& each) {
      return piece.kind == Piece::Kind::name && each.first == piece.inside &&
             follows(text, piece) != '(';
    });
    if (found == columns.end())
      out += text.substr(piece.from, piece.to - piece.from);
    else
      out += number_in(found->second, '$') > 0 || is_plain_name(found->second)
                 ? found->second
                 : "`" + found->second + "`";
  }
  return out;
}

bool mentions(const std::string& text, const std::string& name) {
  const std::vector<Piece> pieces = pieces_of(text);
  return std::any_of(pieces.begin(), pieces.end(), [&](const Piece& piece) {
    return piece.kind == Piece::Kind::name && piece.inside == name && follows(text, piece) != '(';
  });
}

std::vector<TextCondition> text_conditions(const std::string& text) {
  std::vector<TextCondition> found;
  std::vector<Piece> pieces;
  for (const Piece& piece : pieces_of(text)) {
    if (piece.kind != Piece::Kind::other || text[piece.from] != ' ') pieces.push_back(piece);
  }
  // NAME, two signs, "text".
  for (std::size_t i = 3; i < pieces.size(); ++i) {
    const Piece& name = pieces[i - 3];
    const std::string sign = {text[pieces[i - 2].from], text[pieces[i - 1].from]};
    const bool is_name = name.kind == Piece::Kind::name || name.kind == Piece::Kind::backquoted;
    if (pieces[i].kind != Piece::Kind::text || !is_name || (sign != "==" && sign != "!=")) continue;
    found.push_back({name.inside, pieces[i].inside, sign == "==", name.from, pieces[i].to});
  }
  return found;
}

}  // namespace nlsq::command
