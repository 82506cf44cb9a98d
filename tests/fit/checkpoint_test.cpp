// SPDX-License-Identifier: MIT
// Fits that go on from a checkpoint: cut after any pass they end with the bits of the fit that was
// not, and make only the passes that are missing; other fits and damaged files are refused.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "fit/streamed_support.hpp"
#include "nlsq/error.hpp"
#include "support/decay.hpp"

namespace nlsq::test {
namespace {

class Checkpointed : public testing::Test {
 protected:
  Checkpointed() {
    std::string name = (std::filesystem::temp_directory_path() / "nlsq-checkpoint-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    path_ = folder_ + "/fit.ckp";
  }
  ~Checkpointed() override { std::filesystem::remove_all(folder_); }

  std::string read() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write(const std::string& bytes) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
  }

  // A fit with a checkpoint, and how many passes it made.
  FitResult fit(const Dataset& data, FitOptions options, index_t& passes) const {
    static const Model model = Model::parse("a*exp(-b*x)+c");
    options.checkpoint = path_;
    const FitResult r = curve_fit(model, data, options);
    passes = r.nfev;
    return r;
  }
  std::string message_of(const Dataset& data, const FitOptions& options) const {
    index_t passes = 0;
    try {
      fit(data, options, passes);
    } catch (const InputError& error) {
      return error.what();
    }
    return "fitted";
  }

  std::string folder_, path_;
};

TEST_F(Checkpointed, EndsWithTheSameBitsCutAnywhere) {
  const Decay d = make_decay(300'007);
  const MadeRows made(300'007,
                      {{"x", [&](index_t i) { return d.x[static_cast<std::size_t>(i)]; }},
                       {"y", [&](index_t i) { return d.y[static_cast<std::size_t>(i)]; }},
                       {"s", [&](index_t i) { return d.sigma[static_cast<std::size_t>(i)]; }}});
  Dataset resident, streamed;
  resident.column("x", d.x).response(d.y).sigma(d.sigma);
  streamed.column("x", made.column("x")).response(made.column("y")).sigma(made.column("s"));
  for (const Dataset* data : {&resident, &streamed}) {
    for (const Loss loss : {Loss::linear, Loss::huber}) {
      for (const Method method : {Method::trf, Method::lm, Method::dogbox}) {
        for (const bool progressive : {true, false}) {
          FitOptions options;
          options.p0 = {1.0, 1.0, 1.0};
          options.loss = loss;
          options.f_scale = 0.5;
          options.method = method;
          options.progressive = progressive;
          std::filesystem::remove(path_);
          index_t passes = 0;
          const FitResult whole = fit(*data, options, passes);
          const std::string bytes = read();
          for (const double share : {0.0, 0.1, 0.3, 0.5, 0.77, 0.999, 1.0}) {
            // Cut in the middle of an entry, most often.
            const std::size_t head = bytes.find("judge") + 18;
            write(bytes.substr(0, head + static_cast<std::size_t>(
                                             share * static_cast<double>(bytes.size() - head))));
            expect_same_bits(fit(*data, options, passes), whole, std::to_string(share));
            EXPECT_EQ(read(), bytes);
          }
        }
      }
    }
  }
}

TEST_F(Checkpointed, AFinishedFitReadsRowsForItsSampleAlone) {
  const Decay d = make_decay(300'000);
  index_t read = 0;
  const MadeRows made(300'000, {{"x", [&](index_t i) { return d.x[static_cast<std::size_t>(i)]; }},
                                {"y", [&](index_t i) {
                                   ++read;
                                   return d.y[static_cast<std::size_t>(i)];
                                 }}});
  Dataset data;
  data.column("x", made.column("x")).response(made.column("y"));
  FitOptions options;
  options.p0 = {1.0, 1.0, 1.0};
  options.threads = 1;
  index_t passes = 0;
  fit(data, options, passes);
  EXPECT_GT(read, 2 * 300'000);
  read = 0;
  fit(data, options, passes);
  EXPECT_LT(read, 310'000);  // once, for the moments of the response
}

TEST_F(Checkpointed, RefusesAnotherFitAndSaysWhatDiffers) {
  const Decay d = make_decay(1000);
  Dataset data;
  data.column("x", d.x).response(d.y);
  FitOptions options;
  options.p0 = {1.0, 1.0, 1.0};
  options.checkpoint_data = "d.csv (100 bytes)";
  index_t passes = 0;
  fit(data, options, passes);
  FitOptions other = options;
  other.loss = Loss::huber;
  EXPECT_NE(message_of(data, other).find("a fit with loss linear; this one has loss huber"),
            std::string::npos);
  other = options;
  other.p0 = {2.0, 1.0, 1.0};
  EXPECT_NE(message_of(data, other).find("start 1 1 1; this one has start 2 1 1"),
            std::string::npos);
  other = options;
  other.checkpoint_data = "d.csv (101 bytes)";
  EXPECT_NE(message_of(data, other).find("data d.csv (100 bytes); this one has"),
            std::string::npos);
  EXPECT_EQ(message_of(data, options), "fitted");
}

TEST_F(Checkpointed, RefusesFilesThatAreNone) {
  const Decay d = make_decay(1000);
  Dataset data;
  data.column("x", d.x).response(d.y);
  FitOptions options;
  options.p0 = {1.0, 1.0, 1.0};
  write("x,y\n1,2\n");
  EXPECT_NE(message_of(data, options).find("is no checkpoint, and is not touched"),
            std::string::npos);
  EXPECT_EQ(read(), "x,y\n1,2\n");
  write("nlsq checkpoint 7\nand more");
  EXPECT_NE(message_of(data, options).find("of another version"), std::string::npos);
  write("nlsq checkpoint 1\nand more");
  EXPECT_NE(message_of(data, options).find("damaged at its beginning"), std::string::npos);
  options.checkpoint = folder_ + "/nowhere/file";
  EXPECT_THROW(curve_fit(Model::parse("a*exp(-b*x)+c"), data, options), IoError);
}

}  // namespace
}  // namespace nlsq::test
