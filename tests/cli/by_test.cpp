// SPDX-License-Identifier: MIT
// Many fits by groups of rows: which rows make a group, and that each is fitted as if alone.
#include "by_support.hpp"

namespace nlsq::test {
namespace {

class By : public ByTest {
 protected:
  // The single fit of one well's rows.
  nlohmann::json alone(int k, int points = 12, std::vector<std::string> more = {}) const {
    std::string text = "x,y\n";
    for (int i = 0; i < points; ++i) text += decay_row(k, i) + "\n";
    write("alone.csv", text);
    more.push_back("--json");
    return fit("alone.csv", kDecayModel, more).json();
  }
  static void expect_near(double value, const nlohmann::json& expected) {
    EXPECT_NEAR(value, expected.get<double>(), 1e-9 * std::abs(expected.get<double>()));
  }
  void expect_same(const std::map<std::string, std::string>& row, const nlohmann::json& one) const {
    for (const std::string name : {"a", "b", "c"}) {
      expect_near(number(row.at(name)), one["parameters"][name]["value"]);
      expect_near(number(row.at(name + "_stderr")), one["parameters"][name]["stderr"]);
    }
    expect_near(number(row.at("rss")), one["rss"]);
    expect_near(number(row.at("r2")), one["r_squared"]);
    EXPECT_EQ(row.at("n"), one["n"].dump());
    EXPECT_GT(number(row.at("status")), 0);
  }
};

TEST_F(By, each_group_is_fitted_as_if_alone_and_keeps_its_name_and_place) {
  write("d.csv", plate({"B02", "A01", "H12", "001"}));
  const Outcome outcome = by_well("d.csv");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  EXPECT_TRUE(outcome.out.starts_with(
      "well,n,a,a_stderr,b,b_stderr,c,c_stderr,rss,r2,status,message\nB02,12,"))
      << outcome.out;
  const auto table = read_csv(outcome.out);
  ASSERT_EQ(table.size(), 4u);
  const char* const names[] = {"B02", "A01", "H12", "001"};
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_EQ(table[k].at("well"), names[k]);
    expect_same(table[k], alone(static_cast<int>(k)));
  }
}

TEST_F(By, rows_of_a_group_need_not_be_adjacent) {
  std::string mixed = "well,x,y\n";
  for (int i = 0; i < 12; ++i) {
    for (int k = 0; k < 3; ++k)
      mixed += std::string(1, static_cast<char>('C' - k)) + "," + decay_row(k, i) + "\n";
  }
  write("mixed.csv", mixed);
  write("sorted.csv", plate({"C", "B", "A"}));
  EXPECT_EQ(by_well("mixed.csv").out, by_well("sorted.csv").out);
}

TEST_F(By, sets_may_have_different_lengths_and_weights) {
  std::string text = "well,x,y,e\n";
  for (int k = 0; k < 3; ++k) {
    for (int i = 0; i < 6 + 5 * k; ++i)
      text += "W" + std::to_string(k) + "," + decay_row(k, i) + "," +
              (i == 2 ? "inf" : std::to_string(1 + i % 3)) + "\n";
  }
  write("d.csv", text);
  const auto table = read_csv(by_well("d.csv", {"--sigma", "e", "--y", "y"}).out);
  ASSERT_EQ(table.size(), 3u);
  for (int k = 0; k < 3; ++k) {
    std::string one = "x,y,e\n";
    for (int i = 0; i < 6 + 5 * k; ++i)
      one += decay_row(k, i) + "," + (i == 2 ? "inf" : std::to_string(1 + i % 3)) + "\n";
    write("one.csv", one);
    expect_same(table[static_cast<std::size_t>(k)],
                fit("one.csv", kDecayModel, {"--sigma", "e", "--y", "y", "--json"}).json());
  }
}

TEST_F(By, several_keys_text_and_numbers) {
  std::string text = "plate,x,y,well\n";
  for (int i = 0; i < 8; ++i) {
    for (const char* keys : {"10,A1", "2.50,A1", "10,\"B,1\"", "1e5,A1"}) {
      const std::string both = keys;
      const std::size_t comma = both.find(',');
      text += both.substr(0, comma) + "," + decay_row(static_cast<int>(both.size()), i) +
              both.substr(comma) + "\n";
    }
  }
  write("d.csv", text);
  const Outcome outcome = fit("d.csv", kDecayModel, {"--by", "plate,well"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  std::vector<std::string> keys;
  for (const auto& row : read_csv(outcome.out))
    keys.push_back(row.at("plate") + " " + row.at("well"));
  EXPECT_EQ(keys, (std::vector<std::string>{"10 A1", "2.5 A1", "10 B,1", "100000 A1"}));
  EXPECT_NE(outcome.out.find("10,\"B,1\",8,"), std::string::npos) << outcome.out;
  const std::string lines = fit("d.csv", kDecayModel, {"--by", "well,plate", "--json"}).out;
  EXPECT_TRUE(lines.starts_with("{\"by\": {\"well\": \"A1\", \"plate\": 10}, ")) << lines;
}

TEST_F(By, computed_keys_and_rows_kept_by_where) {
  write("d.csv", plate({"A", "B", "C"}));
  const Outcome outcome =
      fit("d.csv", kDecayModel, {"--by", "half", "--expr", "half=x < 2.9", "--where", "x > 0.1"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const auto table = read_csv(outcome.out);
  ASSERT_EQ(table.size(), 2u);
  EXPECT_EQ(table[0].at("half"), "1");
  EXPECT_EQ(table[0].at("n"), "15");
  EXPECT_EQ(table[1].at("n"), "18");
  // A group none of whose rows is wanted is none.
  write("k.csv", "k,x,y\n1,1,1\n1,2,2\n1,3,3.5\n2,1,-1\n");
  EXPECT_EQ(read_csv(fit("k.csv", "y = a*x", {"--by", "k", "--where", "y > 0"}).out).size(), 1u);
}

TEST_F(By, a_numeric_key_is_no_candidate_for_x_or_y) {
  write("d.csv", "plate,t,signal\n1,0,1\n1,1,2\n1,2,3.1\n2,0,1\n2,1,3\n2,2,5.2\n");
  EXPECT_EQ(read_csv(fit("d.csv", "a*t + b", {"--by", "plate"}).out).size(), 2u);
  const Outcome built_in = fit("d.csv", "linear", {"--by", "plate", "--y", "signal"});
  EXPECT_NE(built_in.err.find("x is the column 't'"), std::string::npos) << built_in.err;
  EXPECT_NEAR(number(read_csv(built_in.out)[1].at("a")), 2.1, 1e-9);
}

TEST_F(By, a_built_in_model_starts_each_group_from_its_own_rows) {
  std::string text = "well,x,y\n";
  const double centres[] = {3, 700, -40};
  for (const double centre : centres) {
    for (int i = -20; i <= 20; ++i) {
      const double x = centre + 0.1 * i;
      text +=
          "W" + std::to_string(static_cast<int>(centre)) + "," + std::to_string(x) + "," +
          std::to_string(5 * std::exp(-0.5 * (x - centre) * (x - centre) / 0.09) + 0.01 * (i % 3)) +
          "\n";
    }
  }
  write("d.csv", text);
  const Outcome outcome = fit("d.csv", "gaussian", {"--by", "well"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const auto table = read_csv(outcome.out);
  for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(number(table[k].at("mu")), centres[k], 0.01);
}

TEST_F(By, missing_values_are_an_error_or_left_out_of_their_group) {
  write("d.csv", plate({"A", "B"}) + "B,9,\nC,1,\n,1,1\n");
  const Outcome raised = by_well("d.csv");
  EXPECT_EQ(raised.code, 2);
  EXPECT_NE(raised.err.find("d.csv:26: 'y' is missing"), std::string::npos) << raised.err;
  const Outcome omitted = by_well("d.csv", {"--missing", "omit"});
  EXPECT_EQ(omitted.code, 1);
  EXPECT_NE(omitted.err.find("2 rows with missing values left out"), std::string::npos);
  EXPECT_NE(omitted.err.find("1 row without a key left out"), std::string::npos);
  const auto table = read_csv(omitted.out);
  ASSERT_EQ(table.size(), 3u);
  EXPECT_EQ(table[1].at("n"), "12");
  EXPECT_EQ(table[2].at("n"), "0");
  EXPECT_EQ(table[2].at("status"), "-1");
  EXPECT_EQ(table[2].at("message"), "0 rows cannot determine 3 free parameters");
  write("k.csv", plate({"A"}) + ",1,1\n");
  const Outcome keyless = by_well("k.csv");
  EXPECT_EQ(keyless.code, 2);
  EXPECT_NE(keyless.err.find("k.csv:14: the key 'well' is missing"), std::string::npos)
      << keyless.err;
}

TEST_F(By, a_bad_group_is_flagged_and_it_alone) {
  std::string text = plate({"A", "B"}) + "few,1,1\nfew,2,2\n";
  for (int i = 0; i < 12; ++i) text += "bad," + std::to_string(-1e4 * i) + ",1\n";
  write("d.csv", text + plate({"C"}).substr(9));
  const Outcome outcome = by_well("d.csv", {"--p0", "a=1,b=1,c=1"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.err, "nlsq: warning: 2 of 5 groups failed: few, bad\n");
  const auto table = read_csv(outcome.out);
  for (const std::size_t good : {0U, 1U, 4U}) EXPECT_GT(number(table[good].at("status")), 0);
  expect_same(table[1], alone(1));
  EXPECT_EQ(table[2].at("status"), "-1");
  EXPECT_EQ(table[2].at("message"), "2 rows cannot determine 3 free parameters");
  EXPECT_EQ(table[3].at("message"), "the model is not finite at the start values");
  for (const char* name : {"a", "a_stderr", "rss", "r2"}) EXPECT_EQ(table[3].at(name), "") << name;
}

TEST_F(By, threads_do_not_matter) {
  std::string text = "well,x,y\n";
  for (int i = 0; i < 10; ++i) {
    for (int k = 0; k < 700; ++k)
      text += "W" + std::to_string(k % 613) + "," + decay_row(k % 613 % 9, i) + "\n";
  }
  write("d.csv", text);
  const std::string one = by_well("d.csv", {"--threads", "1"}).out;
  EXPECT_EQ(read_csv(one).size(), 613u);
  EXPECT_EQ(by_well("d.csv", {"--threads", "3"}).out, one);
}

}  // namespace
}  // namespace nlsq::test
