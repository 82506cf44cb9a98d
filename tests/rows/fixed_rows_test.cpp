// SPDX-License-Identifier: MIT
// Arrays and records in files, whole and in parts; files that change while they are read.
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "nlsq/error.hpp"
#include "nlsq/fit.hpp"
#include "rows/row_support.hpp"

namespace nlsq::test {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

constexpr index_t kRows = 10'007;

std::vector<double> series(index_t rows, double scale) {
  std::vector<double> values(z(rows));
  for (index_t i = 0; i < rows; ++i) values[z(i)] = scale * static_cast<double>(i) + 0.25;
  return values;
}

void expect_columns(const RowSource& rows, const std::vector<std::vector<double>>& columns,
                    const std::vector<std::string>& names) {
  ASSERT_EQ(rows.rows(), static_cast<index_t>(columns.front().size()));
  for (std::size_t c = 0; c < columns.size(); ++c) {
    EXPECT_EQ(through_cursor(rows, names[c]), columns[c]) << names[c];
    const index_t index = rows.column(names[c]).index;
    std::vector<double> got(6);
    void* to = got.data();
    const std::vector<index_t> firsts = {rows.rows() - 3, 5};
    rows.gather(firsts, 3, {&index, 1}, {&to, 1});
    for (std::size_t i = 0; i < 6; ++i)
      EXPECT_EQ(got[i], columns[c][z(firsts[i / 3]) + i % 3]) << names[c];
  }
}

TEST(FixedRows, ReadsArraysInEitherOrder) {
  const Folder folder;
  for (const std::size_t width : {1U, 2U, 3U, 5U}) {
    std::vector<std::vector<double>> columns;
    RowFileOptions options;
    for (std::size_t c = 0; c < width; ++c) {
      columns.push_back(series(kRows, static_cast<double>(c + 1)));
      options.read.columns.push_back("c" + std::to_string(c));
    }
    for (const bool fortran : {false, true}) {
      const std::string path = folder.write("a.npy", npy_of(columns, fortran));
      expect_columns(*open_rows({path}, options).rows, columns, options.read.columns);
      EXPECT_EQ(read_head(path, options).names(), options.read.columns);
    }
  }
}

TEST(FixedRows, ReadsRecordsOfSeveralKinds) {
  struct [[gnu::packed]] Record {
    std::int16_t x;
    float y;
    char name[3];
    double s;
  };
  std::vector<Record> records(z(kRows));
  std::vector<std::vector<double>> columns(3);
  for (index_t i = 0; i < kRows; ++i) {
    records[z(i)] = {
        static_cast<std::int16_t>(i % 1000), static_cast<float>(i) * 0.5F, {}, 1.0 / 3};
    columns[0].push_back(static_cast<double>(i % 1000));
    columns[1].push_back(static_cast<double>(i) * 0.5);
    columns[2].push_back(1.0 / 3);
  }
  const Folder folder;
  const std::string path =
      folder.write("r.npy", npy("[('x', '<i2'), ('y', '<f4'), ('name', '|S3'), ('s', '<f8')]",
                                false, "(" + std::to_string(kRows) + ",)", records.data(),
                                records.size() * sizeof(Record)));
  expect_columns(*open_rows({path}).rows, columns, {"x", "y", "s"});
}

TEST(FixedRows, ReadsRawRecords) {
  const std::vector<double> x = series(kRows, 1.0), y = series(kRows, -2.0);
  std::string bytes = "header";
  for (index_t i = 0; i < kRows; ++i) {
    bytes.append(reinterpret_cast<const char*>(&x[z(i)]), 8);
    bytes.append(reinterpret_cast<const char*>(&y[z(i)]), 8);
  }
  const Folder folder;
  RowFileOptions options;
  options.raw = {{"x", "<f8"}, {"y", "<f8"}};
  options.raw_offset = 6;
  expect_columns(*open_rows({folder.write("d.bin", bytes)}, options).rows, {x, y}, {"x", "y"});
  const std::string cut = folder.write("e.bin", bytes.substr(0, bytes.size() - 3));
  EXPECT_THROW(open_rows({cut}, options), DataError);
  options.raw = {{"x", "complex"}};
  EXPECT_THROW(open_rows({cut}, options), InputError);
}

TEST(FixedRows, JoinsFilesAndArrays) {
  const Folder folder;
  const std::vector<double> x = series(kRows, 1.0), y = series(kRows, 2.0), w = series(kRows, 3.0);
  std::vector<std::string> files;
  for (const auto& range : {std::pair{0, 4000}, {4000, 4001}, {4001, 10'007}}) {
    const auto part = [&range](const std::vector<double>& all) {
      return std::vector<double>(all.begin() + range.first, all.begin() + range.second);
    };
    files.push_back(
        folder.write("part" + std::to_string(files.size()) + ".npy", npy_of({part(x), part(y)})));
  }
  EXPECT_EQ(files_of(folder.path("part*.npy")), files);
  EXPECT_THROW(files_of(folder.path("none*.npy")), DataError);
  const SharedRows joined = open_rows(files).rows;
  expect_columns(*joined, {x, y}, {"x", "y"});
  expect_columns(*rows_beside({joined, rows_in_memory({{"w", w}})}), {x, y, w}, {"x", "y", "w"});
  EXPECT_THROW(rows_beside({joined, joined}), InputError);
}

TEST(FixedRows, WritesAndReadsScratchFiles) {
  const std::vector<double> x = series(kRows, 1.0), y = series(kRows, 2.0);
  RowSpill spill({"x", "y"});
  for (index_t at = 0, count = 1; at < kRows;
       at += count, count = std::min(3 * count, kRows - at)) {
    const double* const columns[] = {x.data() + at, y.data() + at};
    spill.append(columns, count);
  }
  expect_columns(*spill.finish(), {x, y}, {"x", "y"});
  EXPECT_THROW(RowSpill({"x"}, "/nowhere"), IoError);
}

std::string message_of(const std::vector<std::string>& files) {
  try {
    open_rows(files);
  } catch (const std::exception& error) {
    return error.what();
  }
  return "opened";
}

TEST(FixedRows, NamesWhatIsWrongWithFiles) {
  const Folder folder;
  const std::vector<double> x = series(10, 1.0);
  const std::string good = folder.write("good.npy", npy_of({x, x}));
  const std::string wide = folder.write("wide.npy", npy_of({x, x, x}));
  const std::string narrow =
      folder.write("narrow.npy", npy("'<f4'", false, "(5, 2)", x.data(), 40));
  const std::string empty = folder.write("empty.npy", npy("'<f8'", false, "(0, 2)", nullptr, 0));
  const std::string nothing = folder.write("nothing.npy", "");
  const std::string cut = folder.write("cut.npy", npy_of({x, x}).substr(0, 200));
  EXPECT_NE(message_of({good, wide}).find("this file has 3 columns, " + good + " has 2"),
            std::string::npos);
  EXPECT_NE(message_of({good, narrow}).find("is <f4, that of " + good + " is <f8"),
            std::string::npos);
  EXPECT_NE(message_of({good, empty}).find("has no rows"), std::string::npos);
  EXPECT_NE(message_of({good, nothing}).find("this file is empty"), std::string::npos);
  EXPECT_NE(message_of({cut}).find("cut off"), std::string::npos);
  EXPECT_NE(message_of({folder.path("")}).find("regular file"), std::string::npos);
}

// Reads a leaf, has the file changed, and reads on.
template <class Change>
std::string message_after(const std::string& path, index_t leaf, const Change& change) {
  const SharedRows rows = open_rows({path}).rows;
  through_cursor(*rows, "x");
  change();
  try {
    rows->check();
    const index_t index = 0;
    const auto cursor = rows->open({&index, 1}, Walk::onward);
    const void* values = nullptr;
    cursor->lease(leaf * RowSource::kLeafRows, 100, {&values, 1});
    cursor->lease(leaf * RowSource::kLeafRows, RowSource::kLeafRows, {&values, 1});
  } catch (const IoError& error) {
    return error.what();
  }
  return "read";
}

TEST(FixedRows, NoticesFilesThatChange) {
  const Folder folder;
  const std::string bytes = npy_of({series(kRows, 1.0), series(kRows, 2.0)});
  const auto fresh = [&] { return folder.write("a.npy", bytes); };
  const std::string path = fresh();
  const auto overwrite = [&](off_t at) {
    const int file = ::open(path.c_str(), O_WRONLY);
    ASSERT_EQ(::pwrite(file, "!", 1, at), 1);
    ::close(file);
  };
  EXPECT_EQ(message_after(path, 1, [] {}), "read");
  EXPECT_NE(message_after(path, 1, [&] { ::truncate(path.c_str(), 100'000); })
                .find("cut short while it was read: it ends after 100000 bytes"),
            std::string::npos);
  fresh();
  EXPECT_NE(message_after(path, 1, [&] { std::ofstream(path, std::ios::app) << "more"; })
                .find("changed while it was read (it had"),
            std::string::npos);
  fresh();
  EXPECT_NE(message_after(path, 1, [&] { overwrite(128 + 16 * 5000); })
                .find("its time of change is another one"),
            std::string::npos);
}

TEST(FixedRows, EndsAFitWhoseFileChanges) {
  constexpr index_t kMany = 300'000;
  std::vector<double> x(z(kMany)), y(z(kMany));
  for (index_t i = 0; i < kMany; ++i) {
    x[z(i)] = 4.0 * static_cast<double>(i) / kMany;
    y[z(i)] = 2.0 * std::exp(-x[z(i)]) + 0.01 * static_cast<double>(i * 7919 % 101 - 50);
  }
  const Folder folder;
  const std::string path = folder.write("a.npy", npy_of({x, y}));
  const SharedRows rows = open_rows({path}).rows;
  Dataset data;
  data.column("x", rows->column("x")).response(rows->column("y"));
  const Model model = Model::parse("a*exp(-b*x)");
  FitOptions options;
  options.p0 = {1.0, 2.0};
  EXPECT_TRUE(curve_fit(model, data, options).success);
  const auto message = [&](const std::function<void()>& change) {
    index_t passes = 0;
    options.progressive = false;
    options.before_pass = [&] {
      if (++passes == 3) change();
    };
    try {
      curve_fit(model, data, options);
    } catch (const IoError& error) {
      return std::string(error.what());
    }
    return std::string("fitted");
  };
  EXPECT_EQ(message([] {}), "fitted");
  // What neither size nor time of change tell, the values do.
  const auto overwrite = [&] {
    struct stat before {};
    ::stat(path.c_str(), &before);
    const int file = ::open(path.c_str(), O_WRONLY);
    ASSERT_EQ(::pwrite(file, "!", 1, 128 + 16 * 200'000), 1);
    const timespec times[2] = {before.st_atim, before.st_mtim};
    ASSERT_EQ(::futimens(file, times), 0);
    ::close(file);
  };
  EXPECT_NE(message(overwrite).find(path + ", byte 3145856: the rows were changed while they were "
                                           "read: 196609 to 200704 are not what they were"),
            std::string::npos);
  EXPECT_NE(message([&] { ::truncate(path.c_str(), 1'000'000); }).find("cut short"),
            std::string::npos);
}

}  // namespace
}  // namespace nlsq::test
