// SPDX-License-Identifier: MIT
// NPZ archives; arrays.npz is what numpy.savez writes, compressed.npz what savez_compressed does.
#include "data/npz_reader.hpp"

#include <fstream>
#include <iterator>

#include "table_support.hpp"

namespace nlsq::data {
namespace {

std::string file(const std::string& name) {
  std::ifstream stream(std::string(NLSQ_TEST_DATA) + "/tables/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

std::vector<std::string> fields(const Table& table, index_t j) {
  std::vector<std::string> out;
  for (index_t row = 0; row < table.rows(); ++row) out.emplace_back(table.text(j)[row]);
  return out;
}

// The archive with `from` for `to`, which have the same length.
std::string changed(std::string bytes, const std::string& from, const std::string& to) {
  for (std::size_t at = bytes.find(from); at != std::string::npos; at = bytes.find(from, at + 1))
    bytes.replace(at, from.size(), to);
  return bytes;
}

TEST(NpzReader, ReadsNumbersAndText) {
  const Table table = parse_table(file("arrays.npz"), "t.npz");
  EXPECT_EQ(table.names(), (Names{"well", "code", "n", "y (µV)"}));
  EXPECT_EQ(table.rows(), 3);
  EXPECT_EQ(fields(table, 0), (Names{"A01", "Ωµ", "A01"}));
  EXPECT_EQ(table.text(0).words.size(), 2U);
  EXPECT_EQ(fields(table, 1), (Names{"p", "", "qrs"}));
  EXPECT_EQ(column(table, 2), (Values{8, -7, 6}));
  EXPECT_EQ(bits(table.values(3)), bits(Values{0.5, kMissingValue, -kInfinity}));
  EXPECT_EQ(value_error(table, 0),
            "t.npz: column 'well' holds text ('dtype <U3') where a number belongs");
  EXPECT_EQ(table.line(0), 0);
}

TEST(NpzReader, SaysWhatItDoesNotRead) {
  const std::string good = file("arrays.npz");
  EXPECT_EQ(data_error([&] { parse_table(changed(good, "n.npy", "n.txt"), "t.npz"); }),
            "t.npz: this NPZ file holds 'n.txt', no array");
  EXPECT_EQ(data_error([&] { parse_table(changed(good, "'<i8'", "'<U0'"), "t.npz"); }),
            "t.npz, array 'n': this array has items of no size");
  EXPECT_EQ(data_error([&] { parse_table(changed(good, "'<i8'", "'|O8'"), "t.npz"); }),
            "t.npz, array 'n': this NPY file holds pickled Python objects; save it with "
            ".astype(float)");
}

TEST(NpzReader, WantsColumnsOfOneLength) {
  const std::string good = file("arrays.npz");
  std::string bad = good;
  bad.replace(bad.rfind("'shape': (3,)"), 13, "'shape': (2,)");
  EXPECT_EQ(data_error([&] { parse_table(bad, "t.npz"); }),
            "t.npz: this NPZ file has arrays of different lengths: 'well' 3 rows, 'y (µV)' 2 rows");
  EXPECT_EQ(data_error(
                [&] { parse_table(changed(good, "'shape': (3,), ", "'shape': (1,3),"), "t.npz"); }),
            "t.npz, array 'well': this array has 2 dimensions; a column has 1");
}

TEST(NpzReader, EndsWellWhateverIsDamaged) {
  const std::string good = file("arrays.npz");
  for (std::size_t size = 1; size < good.size(); ++size)
    EXPECT_THROW(parse_table(good.substr(0, size), "t.npz"), InputError) << size;
  // Any byte may be wrong: a table or an error, no more.
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char wrong : {'\0', '\xFF', '9'}) {
      std::string bad = good;
      bad[at] = wrong;
      try {
        EXPECT_GT(parse_table(bad, "t.npz").rows(), 0);
      } catch (const InputError&) {
      } catch (const std::bad_alloc&) {}
    }
  }
}

}  // namespace
}  // namespace nlsq::data
