// SPDX-License-Identifier: MIT
#include "data/units.hpp"

#include "table_support.hpp"

namespace nlsq::data {
namespace {

TEST(Units, AreKnown) {
  for (const char* unit : {"s",
                           "ms",
                           "\xC2\xB5s",
                           "us",
                           "min",
                           "mV",
                           "kHz",
                           "nm",
                           "cm-1",
                           "1/cm",
                           "cm^-1",
                           "m/s",
                           "mA/cm^2",
                           "[s]",
                           "(anything)",
                           "V vs. Ref.",
                           "\xC2\xB0"
                           "C",
                           "\xCE\xA9",
                           "kOhm",
                           "a.u.",
                           "%",
                           "counts",
                           "counts/s",
                           "Volt",
                           "SECOND",
                           "g mol-1",
                           "#",
                           "-",
                           "degC",
                           "J/mol"})
    EXPECT_TRUE(is_unit(unit)) << unit;
  for (const char* word :
       {"", "time", "Voltage", "x", "y", "run 1", "signal", "CH1", "T_f", "abc/def"})
    EXPECT_FALSE(is_unit(word)) << word;
  EXPECT_TRUE(are_units({"s", "", "mV"}));
  EXPECT_FALSE(are_units({"", ""}));
  EXPECT_FALSE(are_units({"s", "Voltage"}));
  EXPECT_EQ(bare_unit("[mV]"), "mV");
}

TEST(Units, AreTakenOffNames) {
  EXPECT_EQ(name_without_unit("Time (s)"), "Time");
  EXPECT_EQ(name_without_unit("U [V]"), "U");
  EXPECT_EQ(name_without_unit("freq/Hz"), "freq");
  EXPECT_EQ(name_without_unit("Re(Z)/Ohm"), "Re(Z)");
  EXPECT_EQ(name_without_unit("Temp, degC"), "Temp");
  EXPECT_EQ(name_without_unit("loading(mmol)"), "loading");
  EXPECT_EQ(name_without_unit("x"), "x");
  EXPECT_EQ(name_without_unit("a/b"), "a/b");
  EXPECT_EQ(name_without_unit("(s)"), "(s)");
  EXPECT_EQ(name_without_unit(""), "");
}

}  // namespace
}  // namespace nlsq::data
