// SPDX-License-Identifier: MIT
// What many fits write: CSV, NPZ, a line of JSON a group.
#include <algorithm>
#include <cstdint>
#include <cstring>

#include "by_support.hpp"

namespace nlsq::test {
namespace {

class ByOutput : public ByTest {
 protected:
  ByOutput() { write("d.csv", plate({"A01", "\"say \"\"µ\"\", #2\"", "B01"})); }
};

// The members of an archive without compression, by name.
std::map<std::string, std::string> members(const std::string& zip) {
  std::map<std::string, std::string> out;
  std::size_t at = 0;
  const auto get = [&](std::size_t offset, std::size_t bytes) {
    std::uint32_t value = 0;
    std::memcpy(&value, zip.data() + at + offset, bytes);
    return value;
  };
  while (get(0, 4) == 0x04034B50U) {
    EXPECT_EQ(get(8, 2), 0u) << "stored";
    const std::uint32_t size = get(18, 4), name = get(26, 2), extra = get(28, 2);
    out[zip.substr(at + 30, name)] = zip.substr(at + 30 + name + extra, size);
    at += 30 + name + extra + size;
  }
  return out;
}

template <class T>
std::vector<T> array_of(const std::string& npy, const std::string& type) {
  EXPECT_EQ(npy.substr(0, 8), std::string("\x93NUMPY\x01\0", 8));
  EXPECT_NE(npy.find("'descr': '" + type + "'"), std::string::npos) << npy.substr(0, 128);
  const std::size_t start = npy.find('\n') + 1;
  EXPECT_EQ(start % 64, 0u);
  std::vector<T> values((npy.size() - start) / sizeof(T));
  std::memcpy(values.data(), npy.data() + start, values.size() * sizeof(T));
  return values;
}

TEST_F(ByOutput, csv_is_quoted_where_it_must_be_and_reads_back) {
  const Outcome outcome = by_well("d.csv", {"--out", "r.csv"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err, "nlsq: note: 3 groups; results in r.csv\n");
  EXPECT_NE(read("r.csv").find("\n\"say \"\"µ\"\", #2\",12,"), std::string::npos) << read("r.csv");
  EXPECT_EQ(read("r.csv"), by_well("d.csv").out);
  EXPECT_EQ(by_well("d.csv", {"--out", "again.csv", "--quiet", "--p0-from", "r.csv"}).err, "");
  EXPECT_EQ(files(), (std::vector<std::string>{"again.csv", "d.csv", "r.csv"}));
}

TEST_F(ByOutput, names_of_ours_make_way_for_yours) {
  write("n.csv", plate({"A", "B"}));
  const Outcome outcome = fit("n.csv", "y = n*exp(-status*x) + rss", {"--by", "well"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(outcome.out.starts_with(
      "well,n_,n,n_stderr,status,status_stderr,rss,rss_stderr,rss_,r2,status_,message\nA,12,2."))
      << outcome.out;
  EXPECT_NE(outcome.err.find("ours is called 'n_'"), std::string::npos) << outcome.err;
}

TEST_F(ByOutput, npz_holds_the_same) {
  EXPECT_EQ(by_well("d.csv", {"--out", "r.npz"}).code, 0);
  const Outcome check = shell("python3 -m zipfile -t r.npz");
  EXPECT_EQ(check.out, "Done testing\n") << check.out << check.err;
  const auto arrays = members(read("r.npz"));
  const auto table = read_csv(by_well("d.csv").out);
  EXPECT_EQ(arrays.size(), table[0].size());
  const auto b = array_of<double>(arrays.at("b.npy"), "<f8");
  const auto n = array_of<std::int64_t>(arrays.at("n.npy"), "<i8");
  const auto status = array_of<std::int64_t>(arrays.at("status.npy"), "<i8");
  const auto well = array_of<char32_t>(arrays.at("well.npy"), "<U11");
  ASSERT_EQ(b.size(), 3u);
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_EQ(b[k], number(table[k].at("b")));
    EXPECT_EQ(n[k], 12);
    EXPECT_EQ(std::to_string(status[k]), table[k].at("status"));
  }
  EXPECT_EQ(std::u32string(well.data(), 11), std::u32string(U"A01\0\0\0\0\0\0\0\0", 11));
  EXPECT_EQ(std::u32string(well.data() + 11, 11), U"say \"µ\", #2");
}

TEST_F(ByOutput, json_is_a_line_a_group_with_the_keys_of_single_fits) {
  write("n.csv", "k,x,y\n1,0,1\n1,1,2.1\n1,2,2.9\n1,3,\n2.5,0,1\n");
  const Outcome outcome =
      fit("n.csv", "y = s*x + t", {"--by", "k", "--json", "--missing", "omit", "--level", "0.9"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(outcome.out.starts_with("{\"by\": {\"k\": 1}, \"schema\": 1, ")) << outcome.out;
  std::istringstream lines(outcome.out);
  std::vector<nlohmann::json> groups;
  for (std::string line; std::getline(lines, line);) groups.push_back(nlohmann::json::parse(line));
  ASSERT_EQ(groups.size(), 2u);
  const auto one = fit("n.csv", "y = s*x + t",
                       {"--where", "k == 1", "--json", "--missing", "omit", "--level", "0.9"})
                       .json();
  for (const auto& [key, value] : one.items()) {
    ASSERT_TRUE(groups[0].contains(key)) << key;
    const auto& own = groups[0][key];
    if (value.is_number_float() && own.is_number_float()) {
      EXPECT_NEAR(own.get<double>(), value.get<double>(), 1e-9 * std::abs(value.get<double>()))
          << key;
    }
    if (value.is_number_integer() && own.is_number_integer() && key != "nfev" && key != "status") {
      EXPECT_EQ(own, value) << key;
    }
  }
  EXPECT_EQ(groups[0]["n_omitted"], 1);
  for (const char* name : {"s", "t"}) {
    EXPECT_EQ(groups[0]["parameters"][name].size(), one["parameters"][name].size());
    for (const char* key : {"ci", "ci95"}) {
      EXPECT_NEAR(groups[0]["parameters"][name][key][1].get<double>(),
                  one["parameters"][name][key][1].get<double>(), 1e-8);
    }
  }
  EXPECT_EQ(groups[1]["by"]["k"], 2.5);
  EXPECT_EQ(groups[1]["success"], false);
  EXPECT_TRUE(groups[1]["parameters"]["s"]["value"].is_null());
  EXPECT_TRUE(groups[1]["rss"].is_null());
  EXPECT_EQ(groups[1]["message"], "1 row cannot determine 2 free parameters");
}

TEST_F(ByOutput, json_and_a_file_go_together) {
  const Outcome outcome = by_well("d.csv", {"--json", "--out", "r.csv"});
  EXPECT_EQ(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 3);
  EXPECT_EQ(read_csv(read("r.csv")).size(), 3u);
}

TEST_F(ByOutput, a_full_disk_is_a_failure_of_writing) {
  const Outcome outcome = shell("nlsq fit d.csv --by well --model 'y = a*x + b' > /dev/full");
  EXPECT_EQ(outcome.code, 4);
  EXPECT_NE(outcome.err.find("cannot write to standard output"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace nlsq::test
