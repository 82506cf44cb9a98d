// SPDX-License-Identifier: MIT
// Dates are those of the Gregorian calendar, by Hinnant's days_from_civil; there are no leap
// seconds. A field must be one time from its first sign to its last.
#include "data/moment.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <optional>
#include <string>

namespace nlsq::data {
namespace {

constexpr std::int64_t kDay = 86400;

class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text) {}
  bool at_end() const { return at_ == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  bool take(char c) {
    if (peek() != c || at_end()) return false;
    ++at_;
    return true;
  }
  bool take_any(std::string_view signs) {
    if (at_end() || signs.find(peek()) == std::string_view::npos) return false;
    ++at_;
    return true;
  }
  void skip_blanks() {
    while (take(' ')) {}
  }
  // Digits; their number is in `size`.
  std::optional<int> number(std::size_t most, std::size_t& size) {
    int value = 0;
    size = 0;
    for (; size < most && std::isdigit(static_cast<unsigned char>(peek())) != 0; ++size)
      value = 10 * value + (text_[at_++] - '0');
    return size == 0 ? std::nullopt : std::optional<int>(value);
  }
  std::optional<int> number(std::size_t most) {
    std::size_t size = 0;
    return number(most, size);
  }
  // .5 or ,5
  double fraction() {
    const std::size_t start = at_;
    if (!take_any(".,")) return 0;
    double value = 0, unit = 0.1;
    bool any = false;
    for (; std::isdigit(static_cast<unsigned char>(peek())) != 0; unit /= 10, any = true)
      value += unit * (text_[at_++] - '0');
    if (!any) at_ = start;
    return value;
  }
  std::string word() {
    std::string out;
    while (std::isalpha(static_cast<unsigned char>(peek())) != 0)
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(text_[at_++])));
    return out;
  }
  std::size_t position() const { return at_; }
  void back_to(std::size_t position) { at_ = position; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

std::int64_t days_from_civil(int year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const int era = (year >= 0 ? year : year - 399) / 400;
  const int of_era = year - era * 400;
  const int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return std::int64_t{era} * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

bool is_day_of(int year, int month, int day) {
  constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1) return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

std::optional<int> month_of(const std::string& word) {
  constexpr std::string_view kMonths = "janfebmaraprmayjunjulaugsepoctnovdec";
  if (word.size() < 3) return std::nullopt;
  const std::size_t at = kMonths.find(word.substr(0, 3));
  if (at == std::string_view::npos || at % 3 != 0) return std::nullopt;
  return static_cast<int>(at / 3) + 1;
}

// 10:05, 10:05:30.5, 10-05-30, 1:05 pm; behind a date a zone.
bool scan_clock(Scan& scan, bool behind_date, Moment& moment) {
  const std::optional<int> hours = scan.number(behind_date ? 2 : 6);
  const char sign = scan.peek();
  if (!hours || (sign != ':' && !(behind_date && (sign == '-' || sign == '.')))) return false;
  scan.take(sign);
  std::size_t size = 0;
  const std::optional<int> minutes = scan.number(2, size);
  if (!minutes || size != 2 || *minutes > 59) return false;
  moment.seconds += 3600 * std::int64_t{*hours} + 60 * *minutes;
  if (scan.take(sign)) {
    const std::optional<int> seconds = scan.number(2, size);
    if (!seconds || size != 2 || *seconds > 60) return false;
    moment.seconds += *seconds;
    moment.fraction = scan.fraction();
    if (moment.fraction == 0 && scan.take(':')) return false;
  }
  if (behind_date && *hours > 24) return false;
  const std::size_t here = scan.position();
  scan.skip_blanks();
  if (const std::string half = scan.word(); half == "am" || half == "pm") {
    if (*hours < 1 || *hours > 12) return false;
    moment.seconds += (half == "pm" ? 43200 : 0) - (*hours == 12 ? 43200 : 0);
  } else if (!(half == "z" && behind_date)) {
    scan.back_to(here);
  }
  if (behind_date && (scan.peek() == '+' || scan.peek() == '-')) {
    const bool is_east = scan.take('+') || !scan.take('-');
    const std::optional<int> zone_hours = scan.number(2, size);
    if (!zone_hours || size != 2) return false;
    scan.take(':');
    const int zone_minutes = scan.number(2).value_or(0);
    const int zone = 3600 * *zone_hours + 60 * zone_minutes;
    moment.seconds += is_east ? -zone : zone;
  }
  return true;
}

struct Parts {
  std::array<int, 3> number{};
  std::array<std::size_t, 3> size{};
  int month = 0;  ///< by its name, in the middle
  char sign = 0;
};

bool scan_parts(Scan& scan, Parts& parts) {
  for (std::size_t i = 0; i < 3; ++i) {
    if (i == 1 && std::isalpha(static_cast<unsigned char>(scan.peek())) != 0) {
      const std::optional<int> month = month_of(scan.word());
      if (!month) return false;
      parts.month = parts.number[1] = *month;
      parts.size[1] = 2;
    } else {
      const std::optional<int> number = scan.number(4, parts.size[i]);
      if (!number || parts.size[i] == 3) return false;
      parts.number[i] = *number;
    }
    if (i == 2) break;
    const char sign = scan.peek();
    if (!scan.take_any("-/. ") || (i == 1 && sign != parts.sign)) return false;
    parts.sign = sign;
  }
  return true;
}

int full_year(int year, std::size_t digits) {
  if (digits == 4) return year;
  return year + (year < 70 ? 2000 : 1900);
}

bool read_clock(std::string_view text, bool as_minutes, Moment& moment) {
  Scan scan(text);
  const bool is_negative = scan.take('-');
  if (!as_minutes) {
    if (!scan_clock(scan, false, moment)) return false;
  } else {
    const std::optional<int> minutes = scan.number(6);
    std::size_t size = 0;
    if (!minutes || !scan.take(':')) return false;
    const std::optional<int> seconds = scan.number(2, size);
    if (!seconds || size != 2 || *seconds > 59) return false;
    moment.seconds = 60 * std::int64_t{*minutes} + *seconds;
    moment.fraction = scan.fraction();
  }
  if (is_negative) moment = {-moment.seconds, -moment.fraction};
  return scan.at_end();
}

std::int64_t seconds_in(const std::string& unit) {
  constexpr std::array<std::string_view, 4> kDays{"d", "day", "days", "tag"};
  constexpr std::array<std::string_view, 5> kHours{"h", "hr", "hrs", "hour", "hours"};
  constexpr std::array<std::string_view, 5> kMinutes{"m", "min", "mins", "minute", "minutes"};
  constexpr std::array<std::string_view, 5> kSeconds{"s", "sec", "secs", "second", "seconds"};
  const auto is_in = [&](const auto& list) {
    return std::find(list.begin(), list.end(), unit) != list.end();
  };
  return is_in(kDays)      ? kDay
         : is_in(kHours)   ? 3600
         : is_in(kMinutes) ? 60
         : is_in(kSeconds) ? 1
                           : 0;
}

}  // namespace

bool read_date(std::string_view text, TimeKind kind, Moment& moment) {
  Scan scan(text);
  Parts parts;
  if (!scan_parts(scan, parts)) return false;
  const bool is_short = kind == TimeKind::short_year_first;
  const bool year_first = is_short || kind == TimeKind::year_first;
  if ((parts.size[0] == 4) != (kind == TimeKind::year_first) || parts.size[1] > 2 ||
      (is_short && (parts.size[0] != 2 || parts.month != 0)) || (year_first && parts.size[2] > 2))
    return false;
  const auto [a, b, c] = parts.number;
  const int year = year_first ? full_year(a, parts.size[0]) : full_year(c, parts.size[2]);
  const int month = kind == TimeKind::month_first ? a : b;
  const int day = year_first ? c : kind == TimeKind::month_first ? b : a;
  if (kind == TimeKind::month_first && parts.month != 0) return false;
  if (!is_day_of(year, month, day)) return false;
  moment.seconds = kDay * days_from_civil(year, month, day);
  if (scan.at_end()) return true;
  if (!scan.take_any(" T_-,")) return false;
  scan.skip_blanks();
  return scan_clock(scan, true, moment) && scan.at_end();
}

bool read_parts(std::string_view text, Moment& moment, int& count) {
  Scan scan(text);
  std::int64_t last = 2 * kDay;
  for (count = 0; !scan.at_end(); ++count) {
    const std::optional<int> number = scan.number(9);
    if (!number) return false;
    const double fraction = scan.fraction();
    scan.skip_blanks();
    const std::int64_t unit = seconds_in(scan.word());
    if (unit == 0 || unit >= last || (fraction != 0 && unit != 1)) return false;
    moment.seconds += unit * *number;
    moment.fraction += fraction;
    last = unit;
    scan.skip_blanks();
    scan.take(',');
    scan.skip_blanks();
  }
  return count > 0;
}

bool read_moment(std::string_view text, TimeKind kind, Moment& moment) {
  int count = 0;
  switch (kind) {
    case TimeKind::none: return false;
    case TimeKind::year_first:
    case TimeKind::day_first:
    case TimeKind::month_first:
    case TimeKind::short_year_first: return read_date(text, kind, moment);
    case TimeKind::hours: return read_clock(text, false, moment);
    case TimeKind::minutes: return read_clock(text, true, moment);
    case TimeKind::parts: return read_parts(text, moment, count);
  }
  return false;
}

}  // namespace nlsq::data
