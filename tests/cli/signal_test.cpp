// SPDX-License-Identifier: MIT
// A signal during a fit: the best so far is printed and the exit code is 3. lgamma and its
// derivative are slow enough for some ten steps of many milliseconds each; the signal is sent when
// the first is reported.
#include <algorithm>
#include <cstdio>
#include <string>

#include "command_support.hpp"

namespace nlsq::test {
namespace {

class Signal : public CommandTest {
 protected:
  Outcome interrupt(const std::string& signal) {
    std::string csv = "x,y\n";
    for (int i = 0; i < 200000; ++i)
      csv += std::to_string(i % 977) + "," + std::to_string(i % 31) + "\n";
    write("d.csv", csv);
    return shell(
        "mkfifo said\n"
        "(exec '" NLSQ_COMMAND
        "' fit d.csv --model 'a*lgamma(1 + b*x) + c*lgamma(1.5 + d*x)' --p0 a=3,b=9,c=1,d=0.01 "
        "--bounds b=0:,d=0: --ftol 0 --xtol 0 --gtol 0 --threads 1 --json --verbose 2> said) &\n"
        "pid=$!\n"
        "exec 3< said\n"
        "while read -r word rest <&3; do [ \"$word\" = 1 ] && break; done\n"
        "kill -" +
        signal +
        " $pid\n"
        "cat <&3 > /dev/null\n"
        "wait $pid");
  }
};

TEST_F(Signal, interrupt_prints_the_best_so_far) {
  const Outcome outcome = interrupt("TERM");
  EXPECT_EQ(outcome.code, 3) << outcome.err;
  EXPECT_EQ(outcome.json()["status"], -2);
  EXPECT_EQ(outcome.json()["success"], false);
}

// A pass over the rows takes seconds on one thread; the signal comes within one.
TEST_F(Signal, interrupt_ends_a_fit_within_a_pass) {
  std::string csv = "x,y\n";
  for (int i = 0; i < 300000; ++i)
    csv += std::to_string(1 + i % 977) + "," + std::to_string(i % 31) + "\n";
  write("d.csv", csv);
  const Outcome outcome = shell(
      "(exec '" NLSQ_COMMAND
      "' fit d.csv --model 'y = a*polygamma(1, x + b) + c*polygamma(2, x + d) + g*polygamma(3, x + "
      "h)' --p0 a=1,b=1,c=1,d=1,g=1,h=1 --ftol 0 --xtol 0 --gtol 0 --threads 1 --json) &\n"
      "pid=$!\n"
      "sleep 2\n"
      "kill -INT $pid\n"
      "date +%s%N > sent\n"
      "wait $pid\n"
      "code=$?\n"
      "date +%s%N > ended\n"
      "exit $code");
  EXPECT_EQ(outcome.code, 3) << outcome.err;
  EXPECT_EQ(outcome.json()["status"], -2);
  const double seconds = (std::stod(read("ended")) - std::stod(read("sent"))) * 1e-9;
  std::printf("%.3f s after the signal\n", seconds);
  EXPECT_LT(seconds, 1.0);
}

// Another program truncates the file while it is read, from the first moment on. The head stays, so
// that all the rest is read before its zero bytes are found.
TEST_F(Signal, a_file_that_is_cut_short_is_an_error) {
  std::string csv = "x,y\n";
  for (int i = 0; i < 300000; ++i)
    csv += std::to_string(i % 977) + ".5," + std::to_string(i % 31) + "\n";
  write("d.csv", csv);
  const Outcome outcome = shell(
      "size=$(stat -c %s d.csv)\n"
      "(while [ ! -e over ]; do truncate -s 400000 d.csv; truncate -s $size d.csv; done) &\n"
      "for i in $(seq 200); do\n"
      "  '" NLSQ_COMMAND
      "' fit d.csv --model 'y = a*x + b' > out 2> err\n"
      "  code=$?\n"
      "  [ $code -ge 126 ] && break\n"
      "  [ $code = 4 ] && grep -q 'cut short' err && break\n"
      "done\n"
      "touch over; wait; exit $code");
  EXPECT_EQ(outcome.code, 4) << read("err");
  EXPECT_NE(read("err").find("cut short"), std::string::npos) << read("err");
}

// Shares of some hundred groups take long enough for the signal to arrive before the last one.
TEST_F(Signal, interrupt_keeps_the_groups_that_are_fitted) {
  std::string csv = "k,x,y\n";
  for (int i = 0; i < 200000; ++i) {
    csv += std::to_string(i / 100) + "," + std::to_string(i % 100) + "," + std::to_string(i % 31) +
           "\n";
  }
  write("d.csv", csv);
  const Outcome outcome = shell(
      "mkfifo said\n"
      "(exec '" NLSQ_COMMAND
      "' fit d.csv --by k --model 'y = a*lgamma(1 + b*x) + c*lgamma(1.5 + d*x)' --p0 "
      "a=3,b=9,c=1,d=0.01 --bounds b=0:,d=0: --ftol 0 --xtol 0 --gtol 0 --max-nfev 60 "
      "--threads 1 --verbose --out r.csv 2> said) &\n"
      "pid=$!\n"
      "exec 3< said\n"
      "while read -r done rest <&3; do case $rest in *fitted) [ $done -gt 0 ] && break;; esac; "
      "done\n"
      "kill -INT $pid\n"
      "cat <&3 > rest\n"
      "wait $pid");
  EXPECT_EQ(outcome.code, 3) << read("rest");
  EXPECT_EQ(read("rest").find("error"), std::string::npos) << read("rest");
  const std::string table = read("r.csv");
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 2001);
  const auto waiting = table.find(",-2,");
  ASSERT_NE(waiting, std::string::npos);
  const auto fitted = table.find("\n0,100,");
  ASSERT_NE(fitted, std::string::npos);
  EXPECT_NE(table[fitted + 7], ',') << "the first groups have values";
  EXPECT_LT(fitted, waiting);
}

}  // namespace
}  // namespace nlsq::test
