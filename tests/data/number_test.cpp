// SPDX-License-Identifier: MIT
#include "data/number.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

namespace nlsq::data {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

double number(std::string_view text, char decimal = '.') {
  double value = 0;
  EXPECT_EQ(classify(text, decimal, value), FieldKind::number) << text;
  return value;
}

FieldKind kind(std::string_view text, char decimal = '.') {
  double value = 0;
  return classify(text, decimal, value);
}

std::uint64_t bits_of(double value) { return std::bit_cast<std::uint64_t>(value); }

TEST(Number, ReadsPlainForms) {
  EXPECT_EQ(number("1.5"), 1.5);
  EXPECT_EQ(number("-3"), -3);
  EXPECT_EQ(number(".5"), 0.5);
  EXPECT_EQ(number("5."), 5);
  EXPECT_EQ(number("1e5"), 1e5);
  EXPECT_EQ(number("1E-5"), 1e-5);
  EXPECT_EQ(number("  7\t"), 7);
}

TEST(Number, ReadsALeadingPlus) {
  EXPECT_EQ(number("+1.25e+3"), 1250);
  EXPECT_EQ(number("+inf"), kInf);
  EXPECT_EQ(kind("++1"), FieldKind::text);
  EXPECT_EQ(kind("+-1"), FieldKind::text);
  EXPECT_EQ(kind("+"), FieldKind::text);
}

TEST(Number, ReadsFortranExponents) {
  EXPECT_EQ(number("1.0D+03"), 1000);
  EXPECT_EQ(number("1d5"), 1e5);
  EXPECT_EQ(number("-.25d-2"), -0.0025);
  EXPECT_EQ(number("+1.5D0"), 1.5);
  EXPECT_EQ(kind("1d"), FieldKind::text);
  EXPECT_EQ(kind("d5"), FieldKind::text);
  EXPECT_EQ(kind("1d5d5"), FieldKind::text);
}

TEST(Number, ReadsInfinityInAnyCase) {
  EXPECT_EQ(number("inf"), kInf);
  EXPECT_EQ(number("-INF"), -kInf);
  EXPECT_EQ(number("Infinity"), kInf);
  EXPECT_EQ(kind("info"), FieldKind::text);
}

TEST(Number, OverflowsToInfinityAndUnderflowsToZeroOrASubnormal) {
  EXPECT_EQ(number("1e400"), kInf);
  EXPECT_EQ(number("-1e400"), -kInf);
  EXPECT_EQ(number("1d400"), kInf);
  EXPECT_EQ(bits_of(number("1e-400")), bits_of(0.0));
  EXPECT_EQ(bits_of(number("-1e-400")), bits_of(-0.0));
  EXPECT_EQ(number("4.9e-324"), 4.9e-324);
  EXPECT_EQ(number("1e99999999999999999999"), kInf);
}

TEST(Number, KeepsTheSignOfZero) { EXPECT_TRUE(std::signbit(number("-0.0"))); }

TEST(Number, KnowsTheWordsForMissing) {
  for (const char* word : {"", " ", "NA", "na", "N/A", "#N/A", "NaN", "nan", "-nan", "NULL", "null",
                           "None", "-", "."}) {
    double value = 0;
    EXPECT_EQ(classify(word, '.', value), FieldKind::missing) << word;
    EXPECT_TRUE(std::isnan(value)) << word;
  }
}

TEST(Number, TakesOtherSpellingsAsText) {
  for (const char* word : {"0x10", "1_000", "1,5", "1e", "1e+", "abc", "1 2", "--", "..", "1.2.3",
                           "1-2", "nano", "2020-01-01", "12:30", "5%", "-e5"}) {
    EXPECT_EQ(kind(word), FieldKind::text) << word;
  }
}

TEST(Number, ReadsADecimalComma) {
  EXPECT_EQ(number("1,5", ','), 1.5);
  EXPECT_EQ(number("-1,25e3", ','), -1250);
  EXPECT_EQ(number("+1,5D1", ','), 15);
  EXPECT_EQ(kind("1.5", ','), FieldKind::text);
}

TEST(Number, RecognisesADecimalComma) {
  EXPECT_TRUE(is_decimal_comma("1,5"));
  EXPECT_TRUE(is_decimal_comma("-1,5e3"));
  EXPECT_FALSE(is_decimal_comma("1,5,6"));
  EXPECT_FALSE(is_decimal_comma("15"));
  EXPECT_FALSE(is_decimal_comma("a,b"));
}

// Digits, points and exponents put together at random, most of them numbers.
std::string random_spelling(std::mt19937_64& random) {
  std::string out = random() % 3 == 0 ? "-" : "";
  const auto digits = [&](std::uint64_t most) {
    for (std::uint64_t n = random() % (most + 1); n > 0; --n)
      out += static_cast<char>('0' + random() % 10);
  };
  digits(random() % 8 == 0 ? 40 : 9);
  if (random() % 2 == 0) out += '.';
  digits(random() % 8 == 0 ? 40 : 9);
  if (random() % 2 == 0) {
    out += random() % 2 == 0 ? 'e' : 'E';
    if (random() % 2 == 0) out += random() % 2 == 0 ? '-' : '+';
    digits(3);
  }
  return out;
}

TEST(Number, AgreesWithStrtodOnRandomSpellings) {
  std::mt19937_64 random(20240501);
  int numbers = 0;
  for (int i = 0; i < 200000; ++i) {
    const std::string text = random_spelling(random);
    char* stop = nullptr;
    const double expected = std::strtod(text.c_str(), &stop);
    const bool is_number = !text.empty() && stop == text.c_str() + text.size();
    double value = 0;
    ASSERT_EQ(classify(text, '.', value) == FieldKind::number, is_number) << text;
    if (!is_number) continue;
    ++numbers;
    ASSERT_EQ(bits_of(value), bits_of(expected)) << text;
  }
  EXPECT_GT(numbers, 100000);
}

}  // namespace
}  // namespace nlsq::data
