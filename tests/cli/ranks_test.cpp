// SPDX-License-Identifier: MIT
// `mpirun nlsq fit`: the bits of one process for any number of them, and what is wrong with one of
// them ends all. Skipped where there is no mpirun.
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "command_support.hpp"

namespace nlsq::test {
namespace {

constexpr int kRows = 300'000;
const std::string kMpirun =
    "env OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 mpirun --oversubscribe -n ";

class Ranks : public CommandTest {
 protected:
  void SetUp() override {
    if (shell("command -v mpirun").code != 0) GTEST_SKIP() << "mpirun is not installed";
    if (nlsq({"info"}).out.find("MPI yes") == std::string::npos)
      GTEST_SKIP() << "the command was built without MPI";
    if (shell("timeout 60 " + kMpirun + "2 true").code != 0)
      GTEST_SKIP() << "mpirun starts no two processes here";
  }

  // x, y, s as the columns of a row-major NPY file.
  void write_rows(const std::string& name, int rows = kRows) const {
    std::vector<double> values;
    for (int i = 0; i < rows; ++i) {
      const double x = 4.0 * i / kRows;
      values.push_back(x);
      values.push_back(2.5 * std::exp(-1.3 * x) + 0.5 + 0.05 * std::sin(12.9898 * i * i));
      values.push_back(i % 1000 == 5 ? INFINITY : 0.05);
    }
    std::string head =
        "{'descr': '<f8', 'fortran_order': False, 'shape': (" + std::to_string(rows) + ", 3), }";
    head.resize(118, ' ');
    head.back() = '\n';
    std::string bytes("\x93NUMPY\x01\x00", 8);
    bytes += {118, 0};
    bytes += head;
    bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double));
    write(name, bytes);
  }

  Outcome with(int processes, const std::string& more, const std::string& file = "d.npy") const {
    const std::string run = processes == 0 ? "" : kMpirun + std::to_string(processes) + " ";
    return shell(run + NLSQ_COMMAND " fit " + file +
                 " --columns x,y,s --model 'y = a*exp(-b*x)+c' --p0 a=1,b=1,c=1 --json " + more);
  }
};

TEST_F(Ranks, any_number_of_processes_has_the_bits_of_one) {
  write_rows("d.npy");
  for (const std::string more : {"", "--sigma s", "--loss huber --f-scale 0.05", "--threads 2"}) {
    const Outcome alone = with(0, more);
    ASSERT_EQ(alone.code, 0) << alone.err;
    for (const int processes : {1, 2, 4}) {
      const Outcome together = with(processes, more);
      ASSERT_EQ(together.code, 0) << together.err;
      for (const char* key : {"parameters", "covariance", "cost", "rss", "n", "nfev", "r_squared"})
        EXPECT_EQ(together.json()[key], alone.json()[key]) << key << " of " << processes;
    }
  }
}

TEST_F(Ranks, tell_what_travels) {
  write_rows("d.npy");
  const Outcome done = with(2, "--verbose");
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_NE(done.err.find("2 processes, "), std::string::npos) << done.err;
  EXPECT_NE(done.err.find("bytes sent"), std::string::npos) << done.err;
}

TEST_F(Ranks, few_rows_are_fitted_by_the_first_one_alone) {
  write_rows("d.npy", 2000);
  const Outcome done = with(2, "");
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_EQ(done.json()["parameters"], with(0, "").json()["parameters"]);
}

TEST_F(Ranks, a_mistake_is_told_once) {
  write_rows("d.npy");
  const Outcome option = with(2, "--sigma nonsense");
  EXPECT_NE(option.code, 0);
  EXPECT_NE(option.err.find("nonsense"), std::string::npos) << option.err;
  EXPECT_EQ(option.err.find("nlsq: error"), option.err.rfind("nlsq: error")) << option.err;
  const Outcome by = with(2, "--by s");
  EXPECT_NE(by.err.find("--by needs the rows in memory"), std::string::npos) << by.err;
}

TEST_F(Ranks, files_that_differ_between_processes_are_refused) {
  write_rows("d0.npy");
  write_rows("d1.npy", kRows - 1);
  const Outcome done = shell(
      kMpirun + "2 sh -c '" NLSQ_COMMAND
                " fit d$OMPI_COMM_WORLD_RANK.npy --columns x,y,s --model \"y=a*exp(-b*x)+c\"'");
  EXPECT_NE(done.code, 0);
  EXPECT_NE(done.err.find("process 2 of 2 sees 299999 rows"), std::string::npos) << done.err;
}

TEST_F(Ranks, a_process_that_dies_ends_all) {
  write_rows("d.npy", 3 * kRows);
  const Outcome done =
      shell("timeout 60 " + kMpirun +
            "3 sh -c 'if [ $OMPI_COMM_WORLD_RANK = 1 ]; then (sleep 1; kill -9 $$) & fi; "
            "exec " NLSQ_COMMAND
            " fit d.npy --columns x,y,s --model \"y=a*exp(-b*x)+c+d*sin(e*x+f)\" --max-nfev "
            "100000 --ftol 0 --xtol 0 --gtol 0 --checkpoint c.log'");
  EXPECT_NE(done.code, 124);  // of timeout
  EXPECT_TRUE(exists("c.log"));
}

}  // namespace
}  // namespace nlsq::test
