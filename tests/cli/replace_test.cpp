// SPDX-License-Identifier: MIT
// How files come to be and are replaced: what is ours, links, modes, streams, folders that cannot
// be written to.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "by_support.hpp"

namespace nlsq::test {
namespace {

class Replace : public ByTest {
 protected:
  Replace() {
    write("d.csv", kDecay);
    write("g.csv", plate({"A", "B"}));
  }
  Outcome plot(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments{"--quiet", "--plot"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return fit("d.csv", "y = a*x + b", arguments);
  }
  std::string path(const std::string& name) const { return folder_ + "/work/" + name; }
  unsigned mode(const std::string& name) const {
    struct stat status = {};
    return stat(path(name).c_str(), &status) == 0 ? status.st_mode & 07777U : 0U;
  }
  ino_t inode(const std::string& name) const {
    struct stat status = {};
    return stat(path(name).c_str(), &status) == 0 ? status.st_ino : 0;
  }
  bool is_plot(const std::string& name) const {
    const std::string svg = read(name);
    return svg.starts_with("<?xml") && svg.ends_with("</svg>\n");
  }
};

TEST_F(Replace, results_of_ours_are_replaced) {
  EXPECT_EQ(plot({"p.svg"}).code, 0);
  const std::string first = read("p.svg");
  EXPECT_EQ(fit("d.csv", "y = a*x^2 + b", {"--plot", "p.svg"}).code, 0);
  EXPECT_NE(read("p.svg"), first);
  for (const char* name : {"r.csv", "r.npz"}) {
    EXPECT_EQ(by_well("g.csv", {"--out", name}).code, 0);
    const std::string before = read(name);
    const Outcome again = by_well("g.csv", {"--out", name, "--fix", "c=0.4"});
    EXPECT_EQ(again.code, 0) << again.err;
    EXPECT_NE(read(name), before);
  }
}

TEST_F(Replace, tables_with_names_of_the_users_are_known_again) {
  write("n.csv", "message,x,y\n\"a,b\",0,1\n\"a,b\",1,3\n\"a,b\",2,4\n");
  for (int i = 0; i < 2; ++i) {
    const Outcome outcome = fit("n.csv", "y = n*x + `@rss`", {"--by", "message", "--out", "r.csv"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
  }
  EXPECT_TRUE(read("r.csv").starts_with(
      "message,n_,n,n_stderr,'@rss,'@rss_stderr,rss,r2,status,message_\n"))
      << read("r.csv");
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(fit("n.csv", "y = a*x", {"--by", "message", "--out", "r.npz"}).code, 0);
}

TEST_F(Replace, results_that_were_edited_are_the_users) {
  EXPECT_EQ(plot({"p.svg"}).code, 0);
  EXPECT_EQ(by_well("g.csv", {"--out", "r.csv"}).code, 0);
  EXPECT_EQ(by_well("g.csv", {"--out", "r.npz"}).code, 0);
  write("p.svg", "<!-- for the poster -->" + read("p.svg"));
  write("r.csv", "remark," + read("r.csv").substr(0, 100) + "\n");
  write("r.npz", read("r.npz") + "\n");
  for (const char* name : {"r.npz", "p.svg"}) {
    const std::string before = read(name);
    const Outcome outcome = name[0] == 'p' ? plot({name}) : by_well("g.csv", {"--out", name});
    EXPECT_EQ(outcome.code, 2) << name;
    EXPECT_EQ(read(name), before);
  }
  EXPECT_EQ(plot({"p.svg", "--force"}).code, 0);
  EXPECT_TRUE(is_plot("p.svg"));
}

TEST_F(Replace, one_kind_of_result_does_not_replace_another) {
  EXPECT_EQ(by_well("g.csv", {"--out", "r.csv"}).code, 0);
  EXPECT_EQ(shell("cp r.csv p.svg").code, 0);
  EXPECT_EQ(plot({"p.svg"}).code, 2);
  EXPECT_EQ(read("p.svg"), read("r.csv"));
}

TEST_F(Replace, force_replaces_what_is_not_ours) {
  write("p.svg", "<svg/>");
  write("r.csv", "mine\n1\n");
  EXPECT_EQ(plot({"p.svg", "--force"}).code, 0);
  EXPECT_TRUE(is_plot("p.svg"));
  EXPECT_EQ(by_well("g.csv", {"--out", "r.csv", "--force"}).code, 0);
  EXPECT_TRUE(read("r.csv").starts_with("well,n,a,"));
}

TEST_F(Replace, empty_files_are_replaced_and_keep_their_mode) {
  write("p.svg", "");
  ASSERT_EQ(chmod(path("p.svg").c_str(), 0640), 0);
  EXPECT_EQ(plot({"p.svg"}).code, 0);
  EXPECT_TRUE(is_plot("p.svg"));
  EXPECT_EQ(mode("p.svg"), 0640u);
}

TEST_F(Replace, new_files_have_the_mode_of_umask) {
  EXPECT_EQ(shell("umask 027; nlsq fit d.csv --model 'y = a*x + b' --plot p.svg").code, 0);
  EXPECT_EQ(mode("p.svg"), 0640u);
  EXPECT_EQ(shell("umask 077; nlsq fit d.csv --model 'y = a*x + b' --plot q.svg").code, 0);
  EXPECT_EQ(mode("q.svg"), 0600u);
}

TEST_F(Replace, links_stay_and_their_targets_are_written) {
  shell("mkdir sub; ln -s sub/p.svg link.svg; ln -s link.svg twice.svg");
  EXPECT_EQ(plot({"twice.svg"}).code, 0);  // leads to what does not exist yet
  EXPECT_TRUE(is_plot("sub/p.svg"));
  const std::string before = read("sub/p.svg");
  EXPECT_EQ(fit("d.csv", "y = a*x^2 + b", {"--plot", "link.svg"}).code, 0);
  EXPECT_NE(read("sub/p.svg"), before);
  EXPECT_EQ(shell("[ -L link.svg ] && [ -L twice.svg ]").code, 0);
}

TEST_F(Replace, other_names_of_a_replaced_file_keep_the_old_content) {
  EXPECT_EQ(plot({"p.svg"}).code, 0);
  shell("ln p.svg kept.svg");
  const std::string before = read("kept.svg");
  EXPECT_EQ(fit("d.csv", "y = a*x^2 + b", {"--plot", "p.svg"}).code, 0);
  EXPECT_EQ(read("kept.svg"), before);
  EXPECT_NE(read("p.svg"), before);
}

TEST_F(Replace, standard_output_takes_a_plot_or_a_table) {
  const Outcome plotted = plot({"-"});
  EXPECT_EQ(plotted.code, 0);
  EXPECT_TRUE(plotted.out.starts_with("<?xml") && plotted.out.ends_with("</svg>\n"));
  EXPECT_NE(plotted.err.find("Converged"), std::string::npos) << plotted.err;
  EXPECT_EQ(plot({"/dev/stdout"}).out, plotted.out);
  EXPECT_EQ(plot({"/proc/self/fd/1"}).out, plotted.out);
  const std::string table = by_well("g.csv").out;
  EXPECT_EQ(by_well("g.csv", {"--out", "-"}).out, table);
  EXPECT_EQ(by_well("g.csv", {"--out", "/dev/stdout"}).out, table);
  EXPECT_EQ(files(), (std::vector<std::string>{"d.csv", "g.csv"}));
}

TEST_F(Replace, streams_are_written_to_and_stay) {
  const std::string line = "nlsq fit d.csv --model 'y = a*x + b' --plot ";
  const Outcome piped = shell("mkfifo f; cat f > got & " + line + "f > /dev/null; wait; [ -p f ]");
  EXPECT_EQ(piped.code, 0) << piped.err;
  EXPECT_TRUE(is_plot("got"));
  EXPECT_EQ(shell(line + "/dev/null && [ -c /dev/null ]").code, 0);
  EXPECT_EQ(shell(line + "/dev/fd/3 3> third > /dev/null").code, 0);
  EXPECT_EQ(read("third"), read("got"));
  EXPECT_EQ(shell("echo before > log; " + line + "/dev/fd/3 3>> log > /dev/null").code, 0);
  EXPECT_EQ(read("log"), "before\n" + read("got"));
}

TEST_F(Replace, a_reader_that_goes_away_is_a_failure_of_writing) {
  std::string csv = "x,y\n";
  for (int i = 0; i < 6000; ++i) csv += std::to_string(i) + "," + std::to_string(i % 7) + "\n";
  write("many.csv", csv);
  const std::string line = "nlsq fit many.csv --model 'y = a*x + b' --plot ";
  const Outcome pipe = shell("mkfifo f; head -c 9 f > /dev/null & " + line + "f > /dev/null");
  EXPECT_EQ(pipe.code, 4);
  EXPECT_EQ(pipe.err, "nlsq: error: cannot write 'f': Broken pipe\n");
  const Outcome out = shell("head -c 9 f > /dev/null & " + line + "- > f");
  EXPECT_EQ(out.code, 4);
  EXPECT_NE(out.err.find("cannot write 'standard output': Broken pipe"), std::string::npos);
}

#if !defined(__SANITIZE_THREAD__)  // whose run time writes a file of its own before main
TEST_F(Replace, a_limit_of_size_leaves_the_old_file) {
  EXPECT_EQ(plot({"p.svg"}).code, 0);
  const std::string before = read("p.svg");
  const Outcome outcome =
      shell("ulimit -f 8; nlsq fit d.csv --model 'y = a*x^2 + b' --plot p.svg > /dev/null");
  EXPECT_EQ(outcome.code, 4);
  EXPECT_EQ(outcome.err, "nlsq: error: cannot write 'p.svg': File too large\n");
  EXPECT_EQ(read("p.svg"), before);
  EXPECT_EQ(files(), (std::vector<std::string>{"d.csv", "g.csv", "p.svg"}));
}
#endif

TEST_F(Replace, a_name_of_the_greatest_length_is_written) {
  const std::string name = std::string(251, 'n') + ".svg";
  EXPECT_EQ(plot({name}).code, 0);
  EXPECT_TRUE(is_plot(name));
}

TEST_F(Replace, a_file_that_comes_to_be_during_the_fit_is_kept) {
  // The data come through a FIFO, so that the file can be made after the first look.
  const Outcome outcome = shell(
      "mkfifo f\n"
      "nlsq fit f --model 'y = a*x + b' --plot p.svg > /dev/null & pid=$!\n"
      "exec 3> f; echo mine > p.svg; cat d.csv >&3; exec 3>&-\n"
      "wait $pid");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.err.find("'p.svg' exists and is not a plot"), std::string::npos) << outcome.err;
  EXPECT_EQ(read("p.svg"), "mine\n");
}

// Commands that run without the rights of root, which may write anywhere.
class Unprivileged : public Replace {
 protected:
  void SetUp() override {
    if (geteuid() != 0) return;
    ASSERT_EQ(chmod(folder_.c_str(), 0755), 0);
    if (run("nlsq --version").code != 0) {  // it lies where others may not look, as in /root
      command_ = folder_ + "/nlsq";
      std::filesystem::copy_file(NLSQ_COMMAND, command_);
    }
    if (run("nlsq --version").code != 0)
      GTEST_SKIP() << "the command cannot be run as another user";
    shell("chown -R 65534:65534 .");
  }
  Outcome run(const std::string& line) const {
    const std::string become =
        geteuid() == 0 ? "exec setpriv --reuid=65534 --regid=65534 --clear-groups " : "";
    return shell(become + "sh <<'END'\nnlsq() { '" + command_ + "' \"$@\"; }\n" + line + "\nEND");
  }
  std::string command_ = NLSQ_COMMAND;
};

TEST_F(Unprivileged, a_file_in_a_folder_that_is_not_writable_is_written_in_place) {
  const std::string line =
      "nlsq fit d.csv --model 'y = a*x + b' --quiet --plot sub/p.svg > /dev/null";
  EXPECT_EQ(run("mkdir sub; " + line).code, 0);
  const ino_t before = inode("sub/p.svg");
  const std::string expected = read("sub/p.svg");
  const Outcome outcome =
      run("nlsq fit d.csv --model 'y = a*x^2 + b*x + c' --quiet --plot sub/p.svg > /dev/null; "
          "chmod a-w sub\n" +
          line);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(inode("sub/p.svg"), 0u);
  EXPECT_EQ(read("sub/p.svg"), expected);
  const ino_t in_place = inode("sub/p.svg");
  EXPECT_EQ(run(line).code, 0);
  EXPECT_EQ(inode("sub/p.svg"), in_place);
  EXPECT_NE(before, 0u);
  const Outcome refused = run("nlsq fit d.csv --model 'y = a*x + b' --plot sub/new.svg");
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("cannot write in the folder of 'sub/new.svg'"), std::string::npos)
      << refused.err;
  run("chmod u+w sub");
}

// A disk of its own that is full, as a folder of a user who may write the file but not the folder,
// and of root, who replaces it.
TEST_F(Unprivileged, a_full_disk_leaves_the_old_file) {
  const std::string setup =
      "mount -t tmpfs -o size=256k,mode=755 none sub || exit 99\n"
      "nlsq fit d.csv --model 'y = a*x + b' --plot sub/p.svg > /dev/null; cp sub/p.svg old.svg\n"
      "chown 65534 sub/p.svg; cat /dev/zero > sub/rest 2> /dev/null\n";
  shell("mkdir sub");
  write("setup", setup);
  write("many.csv", [] {
    std::string csv = "x,y\n";
    for (int i = 0; i < 6000; ++i) csv += std::to_string(i) + "," + std::to_string(i % 7) + "\n";
    return csv;
  }());
  const std::string end = "code=$?; cmp sub/p.svg old.svg || exit 98; ls -A sub >&2; exit $code\n";
  for (const char* become : {"", "setpriv --reuid=65534 --regid=65534 --clear-groups "}) {
    const Outcome outcome = shell(
        std::string("unshare -m sh <<'END'\nnlsq() { '" NLSQ_COMMAND "' \"$@\"; }\n. ./setup\n") +
        become +
        "'" NLSQ_COMMAND "' fit many.csv --model 'y = a*x + b' --plot sub/p.svg > /dev/null\n" +
        end + "END");
    if (outcome.code == 99 || outcome.err.find("unshare") != std::string::npos)
      GTEST_SKIP() << "no disk can be mounted here";
    EXPECT_EQ(outcome.code, 4) << outcome.err;
    EXPECT_EQ(outcome.err,
              "nlsq: error: cannot write 'sub/p.svg': No space left on device\np.svg\nrest\n");
  }
}

TEST_F(Unprivileged, files_of_others_are_left_alone_or_keep_their_owner) {
  if (geteuid() != 0) GTEST_SKIP() << "needs two users";
  shell(
      "mkdir sticky; chmod 1777 sticky; : > sticky/open.svg; : > sticky/shut.svg; chmod 666 "
      "sticky/open.svg; chmod 644 sticky/shut.svg; chown root sticky sticky/*");
  const std::string line = "nlsq fit d.csv --model 'y = a*x + b' --plot sticky/";
  const Outcome open = run(line + "open.svg > /dev/null");
  EXPECT_EQ(open.code, 0) << open.err;
  EXPECT_TRUE(is_plot("sticky/open.svg"));
  struct stat status = {};
  ASSERT_EQ(stat(path("sticky/open.svg").c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 0u);
  EXPECT_EQ(mode("sticky/open.svg"), 0666u);
  const Outcome shut = run(line + "shut.svg --force");
  EXPECT_EQ(shut.code, 2);
  EXPECT_NE(shut.err.find("'sticky/shut.svg' is write-protected"), std::string::npos) << shut.err;
  EXPECT_EQ(shell("ls -A sticky | wc -l").out, "2\n");
}

TEST_F(Unprivileged, root_gives_a_replaced_file_back_to_its_owner) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  EXPECT_EQ(run("nlsq fit d.csv --model 'y = a*x + b' --plot p.svg > /dev/null").code, 0);
  EXPECT_EQ(plot({"p.svg"}).code, 0);
  struct stat status = {};
  ASSERT_EQ(stat(path("p.svg").c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 65534u);
}

}  // namespace
}  // namespace nlsq::test
