// SPDX-License-Identifier: MIT
// Dates and times: what they mean, and what is none.
#include "data/times.hpp"

#include <algorithm>
#include <cmath>

#include "table_support.hpp"

namespace nlsq::data {
namespace {

double seconds(const char* text, TimeKind kind) {
  double value = NAN;
  TimeColumn column;
  column.kind = kind;
  return read_time(text, column, value) ? value : NAN;
}

TEST(Times, OfEachKindAreSeconds) {
  EXPECT_EQ(seconds("1970-01-01", TimeKind::year_first), 0);
  EXPECT_EQ(seconds("2024-02-29", TimeKind::year_first), 1709164800);
  EXPECT_EQ(seconds("2024/02/29 12:30", TimeKind::year_first), 1709164800 + 45000);
  EXPECT_EQ(seconds("2024-02-29T12:30:05.5Z", TimeKind::year_first), 1709164800 + 45005.5);
  EXPECT_EQ(seconds("2024-02-29T12:30:05+02:00", TimeKind::year_first), 1709164800 + 37805);
  EXPECT_EQ(seconds("2019-12-03-09-01-24", TimeKind::year_first), 1575363684);
  EXPECT_EQ(seconds("29.02.2024", TimeKind::day_first), 1709164800);
  EXPECT_EQ(seconds("29-Feb-2024 00:00:01", TimeKind::day_first), 1709164801);
  EXPECT_EQ(seconds("29/2/24", TimeKind::day_first), 1709164800);
  EXPECT_EQ(seconds("2/29/2024 1:00 pm", TimeKind::month_first), 1709164800 + 46800);
  EXPECT_EQ(seconds("12:30:05,25", TimeKind::hours), 45005.25);
  EXPECT_EQ(seconds("100:00:00", TimeKind::hours), 360000);
  EXPECT_EQ(seconds("75:30.5", TimeKind::minutes), 4530.5);
  EXPECT_EQ(seconds("0h 1m59s", TimeKind::parts), 119);
  EXPECT_EQ(seconds("1 d 2 hours", TimeKind::parts), 93600);
}

TEST(Times, OfOtherFormsAreNone) {
  for (const char* text : {"2023-02-29", "2024-13-01", "2024-00-01", "2024-1", "2024-02-29x",
                           "2024-02-29 25:00", "29.02.2024", "", "1709164800", "24-02-29"})
    EXPECT_TRUE(std::isnan(seconds(text, TimeKind::year_first))) << text;
  for (const char* text : {"31/4/2024", "1/2", "2024-02-29", "1/13/2024"})
    EXPECT_TRUE(std::isnan(seconds(text, TimeKind::day_first))) << text;
  for (const char* text : {"12:60", "12", "12:5", "12:30:5", "a:30"})
    EXPECT_TRUE(std::isnan(seconds(text, TimeKind::hours))) << text;
  for (const char* text : {"5 mm", "1m 2h", "h", "1.5h", "3"})
    EXPECT_TRUE(std::isnan(seconds(text, TimeKind::parts))) << text;
}

Values first_column(const std::string& fields) {
  std::string text = "t;y\n";
  int n = 0;
  for (std::size_t at = 0; at < fields.size();) {
    const std::size_t end = std::min(fields.find('|', at), fields.size());
    text += fields.substr(at, end - at) + ";" + std::to_string(n++) + "\n";
    at = end + 1;
  }
  const Table table = parse(text);
  return table.is_text(0) ? Values{} : column(table, 0);
}

TEST(Times, OfAColumnAreCountedFromItsFirst) {
  EXPECT_EQ(first_column("2020-12-19|2020-12-20|2020-12-18"), (Values{0, 86400, -86400}));
  EXPECT_EQ(first_column("2020-01-01|2020-03-01|2021-01-01"), (Values{0, 60, 366}));
  EXPECT_EQ(first_column("2020-01-01 00:00:00.001|2020-01-01 00:00:00.002"), (Values{0, 0.001}));
  EXPECT_EQ(first_column("31/01/2023|01/02/2023"), (Values{0, 86400}));
  EXPECT_EQ(first_column("01/31/2023|02/01/2023"), (Values{0, 86400}));
  EXPECT_EQ(first_column("01/02/2023|02/02/2023"), (Values{})) << "either may be the month";
  EXPECT_EQ(first_column("01.02.2023|02.02.2023"), (Values{0, 86400}));
  EXPECT_EQ(first_column("23:59:58|23:59:59|00:00:01"), (Values{0, 1, 3}));
  EXPECT_EQ(first_column("0h 0m59s|0h 1m59s"), (Values{0, 60}));
  EXPECT_EQ(first_column("5 m|6 m"), (Values{})) << "metres";
  EXPECT_EQ(first_column("2020-12-19|never|2020-12-20"), (Values{}));
}

TEST(Times, AMidnightMayEndADay) {
  EXPECT_EQ(first_column("22:00|23:00|24:00|01:00"), (Values{0, 3600, 7200, 10800}));
  EXPECT_EQ(first_column("23:30:00|24:00:00|00:30:00"), (Values{0, 1800, 3600}));
  EXPECT_EQ(first_column("23:00|24:00|24:30"), (Values{0, 60, 90})) << "minutes";
}

TEST(Times, AYearOfTwoDigitsMayComeFirst) {
  EXPECT_EQ(first_column("99-12-31|00-01-01"), (Values{0, 86400}));
  EXPECT_EQ(first_column("20-12-01|20-12-02|20-12-05"), (Values{0, 86400, 4 * 86400}));
  EXPECT_EQ(first_column("22/03/20 10:00|22/03/20 11:00|22/03/21 10:00"), (Values{0, 3600, 86400}));
  EXPECT_EQ(first_column("30/12/21|31/12/21|01/01/22"), (Values{0, 86400, 2 * 86400}));
  EXPECT_EQ(first_column("20-Dec-01|21-Dec-01"), (Values{0, 86400})) << "a month by name";
  EXPECT_EQ(first_column("20.12.01|21.12.01"), (Values{0, 86400})) << "points";
  EXPECT_EQ(first_column("22-03-20 10:00|22-03-20 11:00"), (Values{0, 3600})) << "one day";
  EXPECT_EQ(first_column("20-12-21|23-12-22"), (Values{})) << "either goes on alike";
  EXPECT_EQ(first_column("01-02-03|01-02-04"), (Values{})) << "any may be the year";
}

TEST(Times, TheOrderOfDayAndYearIsToldAndMayShowAtTheEnd) {
  std::string text = "t,y\n";
  for (int i = 0; i < 200; ++i) text += "22-03-20,1\n";
  const Table table = parse(text + "22-03-21,2\n");
  EXPECT_EQ(table.values(0)[200], 86400.0);
  EXPECT_NE(table.notes().at(0).find("(22-03-20, year first)"), std::string::npos);
  try {
    parse("t,y\n20-12-21,1\n23-12-22,2\n").values(0);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("whether year or day comes first"), std::string::npos)
        << error.what();
  }
}

TEST(Times, TheOrderOfDayAndMonthMayShowAtTheEnd) {
  std::string text = "t,y\n";
  for (int i = 0; i < 200; ++i) text += "03/04/2022,1\n";
  const Table table = parse(text + "03/25/2022,2\n");
  ASSERT_FALSE(table.is_text(0));
  EXPECT_EQ(table.values(0)[200], 21 * 86400.0);
}

TEST(Times, ADateBesideATimeOfDayIsPartOfIt) {
  const Table table =
      parse("date time y\n2024-03-05 23:00 1\n2024-03-06 01:00 2\n2024-03-08 01:00 3\n");
  EXPECT_EQ(column(table, 1), (Values{0, 7200, 7200 + 2 * 86400}));
  EXPECT_EQ(table.unit(1), "s");
  EXPECT_NE(table.notes().at(0).find("with the dates of 'date'"), std::string::npos);
}

TEST(Times, MayCountFromWhereThoseOfAnotherTableDo) {
  std::string months = "when,y\n";
  for (int i = 1; i <= 12; ++i)
    months += "2022-" + std::string(i < 10 ? "0" : "") + std::to_string(i) + "-01,1\n";
  for (const auto& [text, first, second] :
       {std::tuple("when,y\n2022-01-11,1\n2022-01-12,1\n", 10.0, 11.0),
        std::tuple("when\n11.01.2022 12:00\n12.01.2022\n", 10.5, 11.0),
        std::tuple("y,when\n1,2021-12-31\n2,2023-01-01\n", -1.0, 365.0)}) {
    ReadOptions options;
    options.clocks = parse(months).clocks();
    ASSERT_EQ(options.clocks.size(), 1U);
    const Table table = parse(text, options);
    const index_t when = table.find("when");
    EXPECT_EQ(column(table, when), (Values{first, second})) << text;
    EXPECT_EQ(table.unit(when), "d");
    EXPECT_NE(table.notes().at(0).find("as days since the first of the data"), std::string::npos);
  }
  // A column of dates before one of times of day.
  ReadOptions dated;
  dated.clocks = parse("d,t,y\n2022-01-01,22:00,1\n2022-01-02,01:00,2\n").clocks();
  EXPECT_EQ(column(parse("d,t\n2022-02-15,02:00\n", dated), 1), (Values{45 * 86400 - 72000}));
  EXPECT_THROW(parse("t,y\n02:00,1\n", dated), DataError);
  // The order of day and year that the other table told.
  ReadOptions short_years;
  short_years.clocks = parse("when,y\n20-12-01,1\n20-12-02,2\n20-12-05,3\n").clocks();
  EXPECT_EQ(column(parse("when\n20-12-03\n", short_years), 0), (Values{2 * 86400}));
  // Times of day count from the same midnight.
  ReadOptions of_day;
  of_day.clocks = parse("t,y\n10:00,1\n11:00,2\n").clocks();
  EXPECT_EQ(column(parse("t\n12:30\n", of_day), 0), (Values{9000}));
}

TEST(Times, OfOneColumnAloneAreRead) {
  EXPECT_EQ(column(parse("when\n2022-03-10\n2022-03-12\n"), 0), (Values{0, 2 * 86400}));
}

TEST(Times, UnitsAreGiven) {
  ReadOptions options;
  options.time_unit = 'h';
  const Table table = parse("t,y\n10:00:00,1\n11:30:00,2\n", options);
  EXPECT_EQ(column(table, 0), (Values{0, 1.5}));
  EXPECT_EQ(table.unit(0), "h");
  options.time_unit = 'w';
  EXPECT_THROW(parse("t,y\n10:00:00,1\n", options), InputError);
}

TEST(Times, AKeyStaysText) {
  ReadOptions options;
  options.keep_text = {"t"};
  const Table table = parse("t,y\n2020-01-01,1\n2020-01-02,2\n", options);
  ASSERT_TRUE(table.is_text(0));
  EXPECT_EQ(table.text(0)[1], "2020-01-02");
}

}  // namespace
}  // namespace nlsq::data
