// SPDX-License-Identifier: MIT
// Jobs in YAML: what they mean, what they refuse, and several at once.
#include <fstream>
#include <string>

#include "command_support.hpp"

namespace nlsq::test {
namespace {

class Jobs : public CommandTest {
 protected:
  void SetUp() override {
    if (nlsq({"info"}).out.find("YAML yes") != std::string::npos) return;
    write("job.yaml", "data: {input_file: d.csv}\n");
    const Outcome without = nlsq({"fit", "job.yaml"});
    EXPECT_EQ(without.code, 2);
    EXPECT_NE(without.err.find("job.yaml: jobs need the library yaml-cpp"), std::string::npos)
        << without.err;
    GTEST_SKIP() << "built without yaml-cpp";
  }

  /// What `nlsq config` says of a job.
  std::string meaning(const std::string& job) {
    write("job.yaml", job);
    const Outcome outcome = nlsq({"config", "job.yaml"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.out.substr(outcome.out.rfind("\nnlsq fit ") + 1);
  }

  /// The message about a job that is refused.
  std::string fault(const std::string& job) {
    write("job.yaml", job);
    const Outcome outcome = nlsq({"fit", "job.yaml"});
    EXPECT_EQ(outcome.code, 2) << job << outcome.err;
    EXPECT_EQ(outcome.out, "") << job;
    return outcome.err;
  }

  static constexpr const char* kData = "data: {input_file: d.csv}\n";
};

class Batch : public Jobs {};

TEST_F(Jobs, the_one_that_init_writes_runs) {
  write("data.csv", kDecay);
  const Outcome made = nlsq({"init"});
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_EQ(nlsq({"config", "job.yaml"}).code, 0);
  const Outcome fit = nlsq({"fit", "job.yaml"});
  EXPECT_EQ(fit.code, 0) << fit.err;
  EXPECT_TRUE(exists("job.json"));
  const Outcome again = nlsq({"init"});
  EXPECT_EQ(again.code, 2);
  EXPECT_NE(again.err.find("'job.yaml' exists; it is replaced only with --force"),
            std::string::npos);
}

TEST_F(Jobs, init_names_the_columns_of_a_file) {
  write("d.csv",
        "label,time (s),\"a \"\"b\"\"\",dy\nA,0,5.1,.1\nB,1,3.3,.1\nC,2,2.4,.1\nD,3,2.2,.1\n");
  EXPECT_EQ(nlsq({"init", "my job.yml", "--data", "d.csv", "--model", "linear"}).code, 0);
  const std::string job = read("my job.yml");
  EXPECT_NE(job.find("    x: \"time (s)\"\n    y: \"a \\\"b\\\"\"\n    sigma: dy\n"),
            std::string::npos)
      << job;
  const Outcome fit = nlsq({"fit", "my job.yml"});
  EXPECT_EQ(fit.code, 0) << fit.err;
  EXPECT_TRUE(exists("my job.json"));
}

TEST_F(Jobs, is_the_command_that_config_shows) {
  write("d.csv", kDecay);
  const std::string command = meaning(
      "data:\n  input_file: d.csv\n  columns: {x: 0, y: y}\n"
      "model: {formula: a*exp(-b*x) + c}\n"
      "fitting: {p0: [4, 0.5, 1], bounds: {lower: [0, 0, null], upper: [.inf, 5, 2]}, loss: "
      "huber}\n"
      "options: {where: [x < 5, y > 0]}\n");
  const Outcome by_command = shell(command.substr(0, command.size() - 1) + " --json");
  const Outcome by_job = nlsq({"fit", "job.yaml", "--json"});
  ASSERT_EQ(by_job.code, 0) << by_job.err;
  EXPECT_EQ(by_job.json()["parameters"], by_command.json()["parameters"]) << command;
  EXPECT_EQ(by_job.json()["loss"], "huber");
  EXPECT_EQ(by_job.json()["n"], 5);
}

TEST_F(Jobs, options_beside_a_job_go_before_its_own) {
  write("d.csv", kDecay);
  write("job.yaml",
        "data: {input_file: d.csv}\nmodel: {name: linear}\nfitting: {loss: huber, method: lm}\n");
  const auto json =
      nlsq({"fit", "job.yaml", "--loss", "cauchy", "--model", "a*x", "--json"}).json();
  EXPECT_EQ(json["loss"], "cauchy");
  EXPECT_EQ(json["method"], "lm");
  EXPECT_EQ(json["model"], "a*x");
}

TEST_F(Jobs, the_report_has_the_command_that_a_job_made) {
  write("d.csv", kDecay);
  write("job.yaml",
        "data: {input_file: d.csv}\nmodel: {name: linear}\n"
        "export: {report_file: out/r.html, table_file: out/t.csv}\n");
  EXPECT_EQ(nlsq({"fit", "job.yaml"}).code, 0);
  const std::string report = read("out/r.html");
  EXPECT_NE(report.find("<pre>nlsq fit d.csv --model linear --table out/t.csv --report out/r.html"),
            std::string::npos);
  EXPECT_TRUE(exists("out/t.csv"));
}

// A file with the keys of NLSQ's workflows, most of which say how a figure looks.
TEST_F(Jobs, workflow_files_of_nlsq_run) {
  write("run7.csv",
        "time,counts,err\n0,5.1,.1\n1,3.3,.1\n2,2.4,.1\n3,1.7,.1\n4,1.45,.1\n5,1.3,.1\n");
  write("job.yaml", R"(metadata: {workflow_name: decay_a, dataset_id: run7}
data:
  input_file: run7.csv
  format: auto
  columns: {x: time, y: counts, z: null, sigma: err}
  csv: {delimiter: ",", header: true, encoding: utf-8, skip_header: 0, missing_values: ["", NA]}
  ascii: {delimiter: null, comment_char: "%", skip_header: 3, skip_footer: 2, dtype: float64}
  npz: {x_key: x, y_key: y, z_key: null, sigma_key: null}
  hdf5: {x_path: /data/x, y_path: /data/y, z_path: null, sigma_path: null}
validation: {require_finite: true, min_points: 2}
model: {type: builtin, name: exponential_decay}
fitting:
  p0: auto
  bounds: {lower: [0, 0, -1], upper: [9, 5, 2]}
  method: trf
  termination: {ftol: 1e-8, xtol: 1e-8, gtol: 1e-8, max_function_evals: 2000}
  loss: linear
  absolute_sigma: true
  check_finite: true
global_optimization: {n_starts: 10, sampler: lhs, center_on_p0: true, scale_factor: 1.0}
streaming: {memory_limit_gb: 2}
export: {results_file: out/r.json, format: json, stdout: false, skip_file_on_stdout: false}
visualization: {enabled: true, output_dir: figures, filename_prefix: fit, style: publication, formats: [svg],
  figure_size: [6, 4.5], dpi: 300, font: {family: serif, size: 10}, main_plot: {title: null, x_label: x,
  fit: {n_points: 500}, confidence_band: {enabled: true, level: 0.9}}, histogram: {enabled: true, bins: auto}}
)");
  const Outcome outcome = nlsq({"fit", "job.yaml"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("have no counterpart here and are left out"), std::string::npos);
  const auto json = nlohmann::json::parse(read("out/r.json"));
  EXPECT_EQ(json["absolute_sigma"], true);
  EXPECT_EQ(json["parameters"]["c"]["value"].get<double>() < 2.0, true);
  EXPECT_TRUE(exists("figures/fit_combined.svg"));
}

TEST_F(Jobs, columns_of_a_surface_take_their_places_in_the_formula) {
  write("d.txt", "# three lines\n#\n#\n0 0 1 1\n1 0 3 1\n0 1 4 1\n1 1 6.1 1\n2 1 7.9 1\n");
  write("job.yaml",
        "data: {input_file: d.txt, format: ascii, columns: {x: 0, y: 1, z: 2, sigma: 3}, "
        "ascii: {skip_header: 3}}\nmodel: {type: formula, formula: a*x + b*y + c}\n");
  const Outcome outcome = nlsq({"fit", "job.yaml", "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NEAR(outcome.json()["parameters"]["b"]["value"].get<double>(), 3.0, 0.1);
}

TEST_F(Jobs, parameters_may_be_listed_with_starts_and_bounds) {
  EXPECT_EQ(
      meaning(std::string(kData) +
              "model:\n  formula: a*exp(-b*x)\n  parameters:\n"
              "    - {name: a, initial: 2.0, bounds: [0, null], fixed: false}\n"
              "    - {name: b, initial: 0.5, bounds: [0, 1], fixed: true, transform: none}\n"),
      "nlsq fit d.csv --model 'a*exp(-b*x)' --fix b --p0 a=2.0,b=0.5 --bounds a=0:,b=0:1\n");
}

TEST_F(Jobs, a_footer_of_some_lines_is_left_out) {
  write("d.txt", "x y\n0 1\n1 2\n2 3\n99 99\n98 98\n");
  write("job.yaml", "data: {input_file: d.txt, ascii: {skip_footer: 2}}\nmodel: {name: linear}\n");
  EXPECT_EQ(nlsq({"fit", "job.yaml", "--json"}).json()["n"], 3);
}

TEST_F(Jobs, the_data_may_lie_beside_the_job) {
  shell("mkdir sub");
  write("sub/d.csv", kDecay);
  write("sub/job.yaml", std::string(kData) + "model: {name: decay}\n");
  const Outcome outcome = nlsq({"fit", "sub/job.yaml"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_NE(outcome.err.find("d.csv is the one in the job's folder: sub/d.csv"), std::string::npos)
      << outcome.err;
}

TEST_F(Jobs, keys_that_are_not_known_are_errors_with_their_line) {
  EXPECT_EQ(fault("data:\n  input_file: d.csv\nmodle: {name: linear}\n"),
            "nlsq: error: job.yaml:3: there is no key 'modle' in a job (did you mean 'model'?)\n");
  EXPECT_EQ(fault("data:\n  input_file: d.csv\n  colums: {x: 0}\n"),
            "nlsq: error: job.yaml:3: there is no key 'colums' in 'data' (did you mean "
            "'columns'?)\n");
  EXPECT_NE(fault("data: {input_file: d.csv, max_nfev: 3}\n").find("; there is 'fitting.max_nfev'"),
            std::string::npos);
  EXPECT_NE(fault(std::string(kData) + "model: {parameters: [{nam: a}]}\n")
                .find("job.yaml:2: there is no key 'nam'"),
            std::string::npos);
  EXPECT_EQ(fault(std::string(kData) + "model: {name: linear}\noptions:\n  wher: x > 2\n"),
            "nlsq: error: job.yaml:4: there is no option 'wher' (did you mean 'where'?); 'nlsq fit "
            "--help' lists them\n");
}

TEST_F(Jobs, values_of_a_wrong_type_are_errors_with_their_line) {
  const std::string model = std::string(kData) + "model: {name: linear}\n";
  EXPECT_EQ(fault(model + "fitting:\n  ftol: small\n"),
            "nlsq: error: job.yaml:4: 'fitting.ftol' is to be a number, found 'small'\n");
  EXPECT_EQ(
      fault(model + "fitting: {absolute_sigma: 1}\n"),
      "nlsq: error: job.yaml:3: 'fitting.absolute_sigma' is to be true or false, found '1'\n");
  EXPECT_EQ(fault(model + "fitting: [1]\n"),
            "nlsq: error: job.yaml:3: 'fitting' is to be a map of keys, found a list\n");
  EXPECT_EQ(fault("data: {input_file: [a.csv]}\n"),
            "nlsq: error: job.yaml:1: 'data.input_file' is to be a text, found a list\n");
  EXPECT_EQ(fault(model + "fitting: {max_nfev: -3}\n"),
            "nlsq: error: job.yaml:3: 'fitting.max_nfev' is to be a whole number, 0 or more, found "
            "'-3'\n");
  EXPECT_NE(fault(model + "fitting: {p0: [[1]]}\n").find("'fitting.p0' has a number for each"),
            std::string::npos);
  EXPECT_NE(
      fault(model + "fitting: {bounds: {lower: [1, 2], upper: [3]}}\n").find("lists of one length"),
      std::string::npos);
  EXPECT_NE(fault(model + "options: {json: 3}\n").find("'options.json' is to be true or false"),
            std::string::npos);
}

TEST_F(Jobs, options_that_the_fit_refuses_name_the_line) {
  write("d.csv", kDecay);
  const std::string data = std::string(kData);
  EXPECT_EQ(fault(data + "model: {name: linear}\nfitting:\n  method: abc\n"),
            "nlsq: error: job.yaml:4: 'fitting.method': method: 'abc' is none of 'auto', 'trf', "
            "'lm', 'dogbox' and 'varpro'\n");
  EXPECT_NE(fault(data + "model:\n  formula: a*x +\n").find("job.yaml:3: 'model.formula': formula"),
            std::string::npos);
  EXPECT_NE(fault(data + "model: {name: linear}\nfitting: {bounds: {lower: [0], upper: [1]}}\n")
                .find("job.yaml:3: 'fitting.bounds': --bounds: give LOW:HIGH for all 2 parameters"),
            std::string::npos);
  EXPECT_NE(fault("data: {input_file: d.csv, columns: {y: z}}\nmodel: {name: linear}\n")
                .find("job.yaml:1: 'data.columns.y': --y: d.csv has no column named 'z'"),
            std::string::npos);
  EXPECT_NE(fault(data + "model: {name: linear}\nvalidation: {min_points: 7}\n")
                .find("7 rows are wanted, 6 are left to fit"),
            std::string::npos);
}

TEST_F(Jobs, models_that_are_not_here_are_explained) {
  EXPECT_NE(fault(std::string(kData) + "model: {type: custom, path: m.py, function: f}\n")
                .find("is a function in Python, which this command does not run"),
            std::string::npos);
  EXPECT_NE(fault(std::string(kData) + "model: {name: linaer}\n").find("(did you mean 'linear'?)"),
            std::string::npos);
  EXPECT_NE(fault(std::string(kData) + "model: {type: polynomial}\n").find("there is no degree"),
            std::string::npos);
  EXPECT_NE(fault(std::string(kData) + "model: {name: linear, constraints: {enabled: true}}\n")
                .find("set it to false"),
            std::string::npos);
  EXPECT_EQ(meaning(std::string(kData) + "model: {type: polynomial, degree: 3}\n"),
            "nlsq fit d.csv --model 'polynomial(3)'\n");
}

TEST_F(Jobs, yaml_that_no_job_needs_is_refused) {
  EXPECT_NE(fault("a: &x 1\n").find("job.yaml:1: anchors"), std::string::npos);
  EXPECT_NE(fault("data: &x {input_file: d.csv}\nmodel: *x\n").find("job.yaml:1: anchors"),
            std::string::npos);
  EXPECT_NE(fault("data: !!python/object 1\n").find("tags (!name)"), std::string::npos);
  EXPECT_NE(fault("data: {input_file: d.csv}\n---\ndata: 1\n").find("job.yaml:3: a second"),
            std::string::npos);
  EXPECT_NE(fault("data: 1\ndata: 2\n").find("'data' is given twice, first in line 1"),
            std::string::npos);
  EXPECT_NE(fault("- 1\n- 2\n").find("a job is a map of sections"), std::string::npos);
  EXPECT_NE(fault("").find("the job is empty"), std::string::npos);
  EXPECT_NE(fault("data: {input_file: d.csv\n").find("this is no YAML"), std::string::npos);
}

TEST_F(Jobs, bombs_are_refused_quickly) {
  std::string deep = "metadata: ";
  for (int i = 0; i < 5000; ++i) deep += '[';
  EXPECT_NE(fault(deep + std::string(5000, ']') + "\n").find("nested 16 levels at most"),
            std::string::npos);
  std::string wide = "metadata: [";
  for (int i = 0; i < 20'000; ++i) wide += "1, ";
  EXPECT_NE(fault(wide + "1]\n").find("at most 10000 values"), std::string::npos);
  EXPECT_NE(fault("metadata: " + std::string(300'000, 'a') + "\n").find("at most 256 KiB"),
            std::string::npos);
  EXPECT_NE(fault(std::string("data: \0 1\n", 10)).find("this is no text"), std::string::npos);
  std::string laughs = "a: &a [1, 1]\n";
  for (char c = 'b'; c < 'z'; ++c)
    laughs += std::string(1, c) + ": &" + c + " [*" + char(c - 1) + ", *" + char(c - 1) + "]\n";
  EXPECT_NE(fault(laughs).find("anchors (&name) are not read"), std::string::npos);
}

TEST_F(Batch, runs_jobs_and_writes_a_row_for_each) {
  write("d.csv", kDecay);
  const std::string data(kData);
  write("a.yaml", data + "model: {name: decay}\n");
  write("b.yaml", data + "model: {name: linear}\nexport: {results_file: b.json}\n");
  write("c.yaml", data + "model: {name: linaer}\n");
  const Outcome outcome =
      nlsq({"batch", "a.yaml", "b.yaml", "c.yaml", "--workers", "2", "--summary", "s.csv"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.out.find("a.yaml  converged  a = "), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.err.find("c.yaml: error: c.yaml:2: 'model.name' is 'linaer'"),
            std::string::npos)
      << outcome.err;
  EXPECT_NE(outcome.err.find("3 jobs: 2 converged, 1 failed: 'c.yaml'; summary in s.csv"),
            std::string::npos);
  EXPECT_TRUE(exists("b.json"));
  const std::string summary = read("s.csv");
  EXPECT_EQ(summary.substr(0, summary.find('\n')),
            "job,exit_code,seconds,n,a,a_stderr,b,b_stderr,c,c_stderr,rss,r2,status,message");
  EXPECT_NE(summary.find("\nc.yaml,2,"), std::string::npos) << summary;
  // The summary is a table of ours, and replaced.
  EXPECT_EQ(nlsq({"batch", "a.yaml", "--summary", "s.csv"}).code, 0);
}

TEST_F(Batch, the_summary_as_json_has_the_keys_of_nlsq) {
  write("d.csv", kDecay);
  write("a.yaml", std::string(kData) + "model: {name: decay}\n");
  write("c.yaml", std::string(kData) + "model: {name: linear}\nfitting: {method: abc}\n");
  EXPECT_EQ(nlsq({"batch", "a.yaml", "c.yaml", "-s", "s.json", "-w", "1"}).code, 1);
  const auto json = nlohmann::json::parse(read("s.json"));
  EXPECT_EQ(json["total"], 2);
  EXPECT_EQ(json["succeeded"], 1);
  EXPECT_EQ(json["failures"][0]["workflow_path"], "c.yaml");
  EXPECT_NE(json["failures"][0]["error"]["message"].get<std::string>().find("'abc' is none of"),
            std::string::npos);
  EXPECT_EQ(json["successes"][0]["workflow_path"], "a.yaml");
}

TEST_F(Batch, may_end_at_the_first_failure) {
  write("d.csv", kDecay);
  write("a.yaml", std::string(kData) + "model: {name: linear}\nfitting: {method: abc}\n");
  write("b.yaml", std::string(kData) + "model: {name: linear}\nexport: {results_file: b.json}\n");
  const Outcome outcome = nlsq({"batch", "a.yaml", "b.yaml", "-w", "1", "--no-continue-on-error"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_FALSE(exists("b.json"));
  write("a.yaml", "modle: 1\n");
  EXPECT_EQ(nlsq({"batch", "b.yaml", "a.yaml", "--no-continue-on-error"}).code, 2);
  EXPECT_FALSE(exists("b.json"));
  EXPECT_EQ(nlsq({"batch", "b.yaml", "a.yaml", "--continue-on-error"}).code, 1);
  EXPECT_TRUE(exists("b.json"));
}

TEST_F(Batch, refuses_jobs_that_write_one_file) {
  write("d.csv", kDecay);
  const std::string job =
      std::string(kData) + "model: {name: linear}\nexport: {results_file: r.json}\n";
  write("a.yaml", job);
  write("b.yaml", job);
  const Outcome outcome = nlsq({"batch", "a.yaml", "b.yaml"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.err.find("b.yaml:3: 'export.results_file' writes to 'r.json', as a.yaml does"),
            std::string::npos)
      << outcome.err;
  EXPECT_EQ(nlsq({"batch", "d.csv"}).code, 1);
  EXPECT_EQ(nlsq({"batch"}).code, 2);
  EXPECT_EQ(nlsq({"batch", "a.yaml", "--workers", "0"}).code, 2);
}

TEST_F(Batch, groups_are_counted) {
  write("p.csv", "well,x,y\nA,0,1\nA,1,2\nA,2,3.1\nB,0,1\nB,1,3\nB,2,5\n");
  write("a.yaml", "data: {input_file: p.csv}\nmodel: {name: linear}\noptions: {by: well}\n");
  const Outcome outcome = nlsq({"batch", "a.yaml"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "a.yaml  converged  2 groups, 2 converged\n");
}

TEST_F(Jobs, config_without_a_job_says_what_is_set) {
  const Outcome outcome = shell("NLSQ_NUM_THREADS=3 nlsq config");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_NE(outcome.out.find("NLSQ_NUM_THREADS     3\n"), std::string::npos) << outcome.out;
}

}  // namespace
}  // namespace nlsq::test
