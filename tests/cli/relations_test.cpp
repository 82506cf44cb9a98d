// SPDX-License-Identifier: MIT
// --tie, --prior and --derive of the command.
#include <cmath>

#include "command_support.hpp"

namespace nlsq::test {
namespace {

class Relations : public CommandTest {
 protected:
  Relations() {
    std::string rows = "x,y\n";
    for (int i = 0; i < 80; ++i) {
      const double x = 0.15 * i;
      rows += std::to_string(x) + "," +
              std::to_string(3.0 * std::exp(-std::pow((x - 3.0) / 0.8, 2)) +
                             1.6 * std::exp(-std::pow((x - 7.0) / 1.6, 2)) +
                             0.05 * std::sin(17.0 * i)) +
              "\n";
    }
    write("d.csv", rows);
  }
  static constexpr const char* kStart = "h=2,c=2.8,w=1,k=1,d=7.2";
};

TEST_F(Relations, AreReportedWithErrors) {
  const Outcome tied = fit("d.csv", "h*exp(-((x-c)/w)^2) + k*exp(-((x-d)/v)^2)",
                           {"--p0", kStart, "--tie", "v = 2*w", "--prior", "c=3.0+-0.01",
                            "--derive", "fwhm=2*sqrt(log(2))*w", "--json"});
  EXPECT_EQ(tied.code, 0) << tied.err;
  const auto r = tied.json();
  const auto& p = r["parameters"];
  EXPECT_DOUBLE_EQ(p["v"]["value"], 2.0 * p["w"]["value"].get<double>());
  EXPECT_DOUBLE_EQ(p["v"]["stderr"], 2.0 * p["w"]["stderr"].get<double>());
  EXPECT_EQ(p["v"]["tied"], "2*w");
  EXPECT_TRUE(p["w"]["tied"].is_null());
  EXPECT_EQ(r["n"], 81);
  EXPECT_EQ(r["n_priors"], 1);
  EXPECT_EQ(r["dof"], 81 - 5);
  const double factor = 2.0 * std::sqrt(std::log(2.0));
  EXPECT_NEAR(r["derived"]["fwhm"]["stderr"], factor * p["w"]["stderr"].get<double>(), 1e-12);
  EXPECT_EQ(r["derived"]["fwhm"]["ci95"].size(), 2u);

  const Outcome table =
      fit("d.csv", "h*exp(-((x-c)/w)^2) + k*exp(-((x-d)/v)^2)",
          {"--p0", kStart, "--tie", "v=2*w", "--derive", "fwhm=2*sqrt(log(2))*w", "--plot", "p.svg",
           "--table", "t.csv", "--out", "o.csv", "--report", "r.html"});
  EXPECT_EQ(table.code, 0) << table.err;
  EXPECT_NE(table.out.find("= 2*w"), std::string::npos) << table.out;
  EXPECT_NE(table.out.find("fwhm"), std::string::npos);
  EXPECT_NE(read("o.csv").find("fwhm_stderr"), std::string::npos);
  EXPECT_NE(read("r.html").find("fwhm"), std::string::npos);
}

TEST_F(Relations, MayAddAParameter) {
  const Outcome r = fit("d.csv", "h*exp(-((x-c)/w)^2) + k*exp(-((x-d)/v)^2)",
                        {"--p0", "h=2,c=2.8,w=1,d=7.2,ratio=0.5", "--tie", "v=2*w", "--tie",
                         "k=ratio*h", "--json", "--table", "t.csv"});
  EXPECT_EQ(r.code, 0) << r.err;
  const auto p = r.json()["parameters"];
  EXPECT_NEAR(p["k"]["value"], p["ratio"]["value"].get<double>() * p["h"]["value"].get<double>(),
              1e-12);
  EXPECT_EQ(r.json()["dof"], 80 - 5);
}

TEST_F(Relations, WhatMakesNoSenseIsExitCode2) {
  const auto says = [&](std::vector<std::string> options, const std::string& part) {
    const Outcome r = fit("d.csv", "h*exp(-((x-c)/w)^2)", std::move(options));
    EXPECT_EQ(r.code, 2) << r.out;
    EXPECT_NE(r.err.find(part), std::string::npos) << r.err;
  };
  says({"--tie", "w"}, "--tie: 'w': write NAME=EXPRESSION");
  says({"--tie", "w=2*w"}, "tied to itself");
  says({"--tie", "w=2*c", "--fix", "w=1"}, "fixed as well");
  says({"--prior", "c=3"}, "no uncertainty");
  says({"--prior", "c=3+-0"}, "positive");
  says({"--prior", "q=3+-1"}, "'q'");
  says({"--derive", "area=h*ww"}, "'ww'");
  says({"--tie", "w=2*c", "--by", "x"}, "--tie");
}

class Shared : public CommandTest {
 protected:
  Shared() {
    std::string rows = "x,name,v\n";
    const char* const names[] = {"red", "blue", "green"};
    for (int g = 0; g < 3; ++g) {
      for (int i = 0; i < 40; ++i) {
        const double x = -4.0 + 0.2 * i;
        rows += std::to_string(x) + "," + names[g] + "," +
                std::to_string((1.0 + g) * std::exp(-0.5 * std::pow((x - 0.2 * g) / 0.8, 2)) +
                               0.01 * std::sin(31.0 * i + g)) +
                "\n";
      }
    }
    write("s.csv", rows);
  }
};

TEST_F(Shared, GroupsAreOneFitWithParametersInCommon) {
  const Outcome r = fit("s.csv", "v = h*exp(-0.5*((x-c)/w)^2)",
                        {"--by", "name", "--share", "w", "--p0", "h=1,c=0,w=1", "--json"});
  EXPECT_EQ(r.code, 0) << r.err;
  const auto json = r.json();
  EXPECT_EQ(json["parameter_order"].size(), 7u);
  EXPECT_NEAR(json["parameters"]["h[blue]"]["value"], 2.0, 0.02);
  EXPECT_NEAR(json["parameters"]["w"]["value"], 0.8, 0.01);
  EXPECT_EQ(json["n"], 120);
  EXPECT_EQ(json["linear_solver"], "dense");
  const Outcome sparse = fit("s.csv", "v = h*exp(-0.5*((x-c)/w)^2)",
                             {"--by", "name", "--share", "w", "--p0", "h=1,c=0,w=1",
                              "--linear-solver", "sparse", "--table", "t.csv", "--json"});
  EXPECT_EQ(sparse.code, 0) << sparse.err;
  EXPECT_EQ(sparse.json()["linear_solver"], "sparse");
  EXPECT_NEAR(sparse.json()["parameters"]["w"]["value"], json["parameters"]["w"]["value"], 1e-9);
  const Outcome tied = fit("s.csv", "v = h*exp(-0.5*((x-c)/w)^2)",
                           {"--by", "name", "--share", "w", "--p0", "h=1,c=0,w=1", "--tie",
                            "h[green]=3*h[red]", "--json"});
  EXPECT_EQ(tied.code, 0) << tied.err;
  EXPECT_EQ(tied.json()["parameters"]["h[green]"]["tied"], "3*h[red]");
}

TEST_F(Shared, WhatMakesNoSenseIsNamed) {
  const Outcome unknown =
      fit("s.csv", "v = h*exp(-0.5*((x-c)/w)^2)", {"--by", "name", "--share", "width"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_NE(unknown.err.find("no parameter 'width'"), std::string::npos) << unknown.err;
  const Outcome alone = fit("s.csv", "v = h*exp(-0.5*((x-c)/w)^2)", {"--share", "w"});
  EXPECT_EQ(alone.code, 2);
  EXPECT_NE(alone.err.find("--by"), std::string::npos) << alone.err;
}

}  // namespace
}  // namespace nlsq::test
