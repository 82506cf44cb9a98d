// SPDX-License-Identifier: MIT
#include "data/npy_reader.hpp"

#include <algorithm>
#include <cstring>

#include "table_support.hpp"

namespace nlsq::data {
namespace {

// The bytes of an NPY file with this header and these data.
std::string npy(const std::string& header, const std::string& body, int version = 1) {
  std::string out = "\x93NUMPY";
  out += static_cast<char>(version);
  out += '\0';
  std::string text = header;
  while ((out.size() + (version == 1 ? 2 : 4) + text.size() + 1) % 64 != 0) text += ' ';
  text += '\n';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
    out += static_cast<char>(text.size() >> (8 * i) & 0xFF);
  return out + text + body;
}

template <typename T>
std::string raw(const std::vector<T>& values, bool big_endian = false) {
  std::string out;
  for (const T value : values) {
    std::string bytes(sizeof(T), '\0');
    std::memcpy(bytes.data(), &value, sizeof(T));
    if (big_endian) std::reverse(bytes.begin(), bytes.end());
    out += bytes;
  }
  return out;
}

std::string header(const std::string& dtype, const std::string& shape, bool fortran = false) {
  return "{'descr': " + dtype + ", 'fortran_order': " + (fortran ? "True" : "False") +
         ", 'shape': " + shape + ", }";
}

template <typename T>
void expect_reads(const std::string& code, const std::vector<T>& values) {
  const std::string shape = "(" + std::to_string(values.size()) + ",)";
  const Values expected(values.begin(), values.end());
  for (const bool big : {false, true}) {
    const std::string dtype = std::string(big ? "'>" : "'<") + code + "'";
    EXPECT_EQ(column(parse(npy(header(dtype, shape), raw(values, big))), 0), expected) << dtype;
  }
}

TEST(NpyReader, ReadsEveryKindOfNumberInBothByteOrders) {
  expect_reads<double>("f8", {1.5, -2, 1e300});
  expect_reads<float>("f4", {1.5F, -2});
  expect_reads<std::int64_t>("i8", {-1, 1LL << 40});
  expect_reads<std::int32_t>("i4", {-1, 70000});
  expect_reads<std::int16_t>("i2", {-1, 300});
  expect_reads<std::int8_t>("i1", {-1, 100});
  expect_reads<std::uint64_t>("u8", {1ULL << 63, 5});
  expect_reads<std::uint32_t>("u4", {4000000000U});
  expect_reads<std::uint16_t>("u2", {65535});
  expect_reads<std::uint8_t>("u1", {255});
}

TEST(NpyReader, ReadsBooleansAndOneByteNumbers) {
  EXPECT_EQ(column(parse(npy(header("'|b1'", "(3,)"), std::string("\1\0\2", 3))), 0),
            (Values{1, 0, 1}));
  EXPECT_EQ(column(parse(npy(header("'|u1'", "(2,)"), "\x05\xFF")), 0), (Values{5, 255}));
}

TEST(NpyReader, NamesColumnsByTheirNumber) {
  const std::string body = raw<double>({1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_EQ(parse(npy(header("'<f8'", "(8,)"), body)).names(), (Names{"y"}));
  EXPECT_EQ(parse(npy(header("'<f8'", "(4, 2)"), body)).names(), (Names{"x", "y"}));
  EXPECT_EQ(parse(npy(header("'<f8'", "(2, 4)"), body)).names(), (Names{"c1", "c2", "c3", "c4"}));
  EXPECT_EQ(parse(npy(header("'<f8'", "(4, 2)"), body)).notes(),
            (Names{"the array has no names: the columns are named x, y"}));
}

TEST(NpyReader, TakesNamesFromTheOption) {
  ReadOptions options;
  options.columns = {"t", "V"};
  const std::string bytes = npy(header("'<f8'", "(1, 2)"), raw<double>({1, 2}));
  EXPECT_EQ(parse(bytes, options).names(), (Names{"t", "V"}));
  options.columns = {"t"};
  EXPECT_EQ(parse_error(bytes, options), "t.csv: 1 name given (t) for a table of 2 columns");
}

TEST(NpyReader, ReadsBothOrders) {
  const std::string body = raw<double>({1, 2, 3, 4, 5, 6});
  EXPECT_EQ(column(parse(npy(header("'<f8'", "(3, 2)"), body)), 1), (Values{2, 4, 6}));
  EXPECT_EQ(column(parse(npy(header("'<f8'", "(3, 2)", true), body)), 1), (Values{4, 5, 6}));
}

TEST(NpyReader, ReadsEveryVersion) {
  for (const int version : {1, 2, 3}) {
    EXPECT_EQ(column(parse(npy(header("'<f8'", "(2,)"), raw<double>({1, 2}), version)), 0),
              (Values{1, 2}));
  }
  EXPECT_EQ(parse_error(npy(header("'<f8'", "(2,)"), "", 4)),
            "t.csv: this NPY file has format version 4; versions 1, 2 and 3 are known");
}

TEST(NpyReader, ReadsRecords) {
  const std::string dtype =
      "[('t', '<f8'), ('', '|V4'), (('a title', 'n'), '>i2'), ('name', '<U1')]";
  std::string body;
  for (int i = 1; i <= 2; ++i) {
    body += raw<double>({i * 1.5}) + "pad_" +
            raw<std::int16_t>({static_cast<std::int16_t>(i)}, true) + "a\0\0\0";
    body.append(3, '\0');
  }
  const Table table = parse(npy(header(dtype, "(2,)"), body));
  EXPECT_EQ(table.names(), (Names{"t", "n", "name"}));
  EXPECT_EQ(column(table, 0), (Values{1.5, 3}));
  EXPECT_EQ(column(table, 1), (Values{1, 2}));
  EXPECT_EQ(value_error(table, 2),
            "t.csv: column 'name' holds text ('dtype <U1') where a number belongs");
}

TEST(NpyReader, ReadsManyRowsOnManyThreads) {
  std::vector<float> values(400000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  ReadOptions options;
  options.threads = 3;
  const Table table = parse(npy(header("'<f4'", "(200000, 2)"), raw(values)), options);
  bool same = true;
  for (std::size_t i = 0; i < 200000; ++i)
    same = same && table.values(1)[i] == static_cast<double>(2 * i + 1);
  EXPECT_TRUE(same);
}

TEST(NpyReader, PadsColumnsAndHasNoLines) {
  const Table table = parse(npy(header("'<f8'", "(2,)"), raw<double>({1, 2})));
  EXPECT_EQ(table.values(0).data()[2 + 15], 2);
  EXPECT_EQ(table.line(0), 0);
}

TEST(NpyReader, RefusesOtherDtypes) {
  EXPECT_EQ(parse_error(npy(header("'<c16'", "(1,)"), std::string(16, '\0'))),
            "t.csv: this NPY file has dtype '<c16'; read are float32, float64, integers and bool: "
            "save it with "
            ".astype(float)");
  EXPECT_EQ(parse_error(npy(header("'|O'", "(1,)"), "x")),
            "t.csv: this NPY file holds pickled Python objects; save it with .astype(float)");
  EXPECT_EQ(parse_error(npy(header("'<q9'", "(1,)"), "x")),
            "t.csv: this NPY file has the unknown dtype '<q9'");
  EXPECT_EQ(parse_error(npy(header("[('a', '<f8', (2,))]", "(1,)"), "x")),
            "t.csv: the field 'a' of this NPY file is an array; save an array of plain numbers or "
            "one with flat "
            "named fields");
}

TEST(NpyReader, RefusesOtherShapes) {
  EXPECT_EQ(parse_error(npy(header("'<f8'", "()"), raw<double>({1}))),
            "t.csv: this NPY file holds an array of 0 dimensions; a table has 1 (one column) or 2 "
            "(rows and columns)");
  EXPECT_NE(parse_error(npy(header("'<f8'", "(1, 1, 1)"), raw<double>({1}))).find("3 dimensions"),
            std::string::npos);
  EXPECT_EQ(parse_error(npy(header("'<f8'", "(0,)"), "")), "t.csv: this NPY file has no rows");
  EXPECT_EQ(parse_error(npy(header("'<f8'", "(3, 0)"), "")), "t.csv: this NPY file has no columns");
}

TEST(NpyReader, RefusesFilesThatAreCutOff) {
  const std::string whole = npy(header("'<f8'", "(2,)"), raw<double>({1, 2}));
  EXPECT_EQ(parse_error(whole.substr(0, whole.size() - 1)),
            "t.csv: this NPY file is cut off: its shape needs 16 bytes of data, it has 15");
  for (std::size_t size = 6; size < 128; ++size) {
    EXPECT_NE(parse_error(whole.substr(0, size)), "") << size;
  }
  EXPECT_EQ(parse_error(npy(header("'<f8'", "(4611686018427387904, 4)"), "x")),
            "t.csv: the shape in this NPY file is impossibly large");
}

TEST(NpyReader, RefusesHeadersThatCannotBeRead) {
  const std::string start = "t.csv: the header of this NPY file cannot be read: ";
  EXPECT_EQ(parse_error(npy("[1]", "")), start + "'{' is missing");
  EXPECT_EQ(parse_error(npy("{'shape': (1,), }", "")), start + "it has no dtype");
  EXPECT_EQ(parse_error(npy("{'descr': '<f8', }", "")), start + "it has no shape");
  EXPECT_EQ(parse_error(npy("{'descr': '<f8', 'shape': (-1,), }", "")),
            start + "the shape is not a tuple of sizes");
  EXPECT_EQ(parse_error(npy("{'colour': 1}", "")), start + "it has an unknown key 'colour'");
  EXPECT_EQ(parse_error(npy("{'descr': '<f8", "")), start + "a string does not end");
}

}  // namespace
}  // namespace nlsq::data
