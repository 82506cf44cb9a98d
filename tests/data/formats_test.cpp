// SPDX-License-Identifier: MIT
#include "data/formats.hpp"

#include "table_support.hpp"

namespace nlsq::data {
namespace {

using namespace std::string_literals;

std::string refusal(const std::string& bytes, const std::string& source) {
  return data_error([&] { refuse_other_formats(bytes, source); });
}

TEST(OtherFormats, CompressedFilesSayHowToDecompressThem) {
  EXPECT_EQ(refusal("\x1F\x8B\x08"s, "d.csv.gz"),
            "d.csv.gz: this is compressed with gzip, not a table in text or NPY; decompress it "
            "first: gzip -dc "
            "d.csv.gz | nlsq fit - …");
  EXPECT_NE(refusal("BZh91AY&SY\x01\x02"s, "standard input").find("bzip2 -dc FILE | nlsq fit"),
            std::string::npos);
  EXPECT_NE(refusal("\xFD"
                    "7zXZ\0\0"s,
                    "d")
                .find("xz -dc d"),
            std::string::npos);
  EXPECT_NE(refusal("\x28\xB5\x2F\xFD\0"s, "d").find("zstd -dc d"), std::string::npos);
}

TEST(OtherFormats, WorkbooksAskForCsv) {
  EXPECT_EQ(
      refusal("PK\x03\x04\x14\0"s, "d.xlsx"),
      "d.xlsx: this is an Excel workbook that is cut off or damaged: the list of parts at its "
      "end is missing, not a table in text or NPY; copy or save it again");
  EXPECT_NE(refusal("PK\x03\x04\x14\0"s, "d.ODS").find("an OpenDocument spreadsheet"),
            std::string::npos);
  EXPECT_NE(refusal("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0"s, "d.xls").find("Excel"),
            std::string::npos);
}

TEST(OtherFormats, ZipArchivesAreToldApartByTheirFirstFile) {
  const std::string head = "PK\x03\x04"s + std::string(26, '\0');
  EXPECT_NE(refusal(head + "[Content_Types].xml", "-").find("Excel"), std::string::npos);
  EXPECT_NE(refusal(head + "arr_0.npy", "-").find("NumPy archive"), std::string::npos);
  EXPECT_NE(refusal(head + "data.csv", "d.zip").find("unzip -p d.zip | nlsq fit - …"),
            std::string::npos);
}

TEST(OtherFormats, BinaryTablesAreNamed) {
  EXPECT_NE(refusal("PAR1\x15\0"s, "d").find("Parquet"), std::string::npos);
  EXPECT_NE(refusal("ARROW1\0\0"s, "d").find("Arrow"), std::string::npos);
  EXPECT_NE(refusal("\x89HDF\r\n\x1A\n"s, "d").find("HDF5"), std::string::npos);
  EXPECT_NE(refusal("MATLAB 5.0 MAT-file\0\1"s, "d").find("MATLAB"), std::string::npos);
  EXPECT_NE(refusal("\0\0\0\0\1"s, "d.mat").find("MATLAB"), std::string::npos);
  EXPECT_NE(refusal("%PDF-1.4\n", "d").find("PDF"), std::string::npos);
  EXPECT_NE(refusal("\x89PNG\r\n\x1A\n"s, "d").find("PNG"), std::string::npos);
}

TEST(OtherFormats, Utf32TextSaysHowToConvertIt) {
  EXPECT_NE(refusal("\xFF\xFE\0\0x\0\0\0"s, "d").find("iconv -f UTF-32 -t"), std::string::npos);
  EXPECT_NE(refusal("x\0\0\0,\0\0\0"s, "d").find("iconv -f UTF-32LE -t"), std::string::npos);
  EXPECT_NE(refusal("\0\0\0x\0\0\0,"s, "d").find("iconv -f UTF-32BE -t"), std::string::npos);
}

TEST(OtherFormats, Utf16TextIsRead) {
  for (const std::string& bytes :
       {"\xFF\xFEx\0,\0y\0\n\0001\0,\0002\0\n\0"s, "x\0,\0y\0\n\0001\0,\0002\0\n\0"s,
        "\xFE\xFF\0x\0,\0y\0\n\0001\0,\0002\0\n"s, "\0x\0,\0y\0\n\0001\0,\0002\0\n"s}) {
    const Table table = parse_table(bytes, "d.csv");
    EXPECT_EQ(table.names(), (std::vector<std::string>{"x", "y"}));
    EXPECT_EQ(table.values(1)[0], 2);
    EXPECT_EQ(table.notes().back(), "the file is read as UTF-16");
  }
  // µ, a pair of surrogates, and half of one.
  const Table table =
      parse_table("\xFF\xFE\xB5\0,\0\x3D\xD8\0\xDE,\0\x3D\xD8\n\0001\0,\0002\0,\0003\0"s, "d");
  EXPECT_EQ(table.names(),
            (std::vector<std::string>{"\xC2\xB5", "\xF0\x9F\x98\x80", "\xEF\xBF\xBD"}));
}

TEST(OtherFormats, MarksOnEveryLineAreNoText) {
  const Table table = parse_table(
      "\xEF\xBB\xBFx,y\n\xEF\xBB\xBF"
      "1,2\n\xEF\xBB\xBF"
      "3,4\n",
      "d");
  EXPECT_EQ(table.names().front(), "x");
  EXPECT_EQ(table.values(0)[1], 3);
}

TEST(OtherFormats, JcampThatIsNotPlainIsRefused) {
  const auto refused = [](const std::string& lines) {
    try {
      parse_table("##TITLE=a\n##FIRSTX=1\n##LASTX=4\n##NPOINTS=4\n" + lines + "##END=\n", "d");
    } catch (const DataError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(refused("##XYDATA=(X++(Y..Y))\n1 10 20\n3 30+40\n"), "");
  EXPECT_NE(refused("##XYDATA=(X++(Y..Y))\n1A2B3\n").find("d:6: this JCAMP-DX file holds packed"),
            std::string::npos);
  EXPECT_NE(refused("##XYDATA=(X++(Y..Y))\n1 10 20\n").find("NPOINTS is 4, but there are 2"),
            std::string::npos);
  EXPECT_NE(refused("##XYDATA=(X++(Y..Y))\n1 10 20\n9 30 40\n").find("d:7: the line begins at"),
            std::string::npos);
  EXPECT_NE(refused("##XYDATA=(XYZ)\n1 10 20\n").find("(XYZ)"), std::string::npos);
  EXPECT_NE(refused("##XYPOINTS=(XY..XY)\n1 10 20\n").find("d:6:"), std::string::npos);
  EXPECT_NE(refused("").find("holds no data"), std::string::npos);
}

TEST(OtherFormats, FilesThatAreCutOffOrBinaryAreNamed) {
  EXPECT_NE(refusal("\x93NU", "d.npy").find("NPY file is cut off"), std::string::npos);
  const std::string head = "PK\x03\x04"s + std::string(26, '\0') + "x.npy";
  EXPECT_NE(refusal(head, "d.npz").find("cut off or damaged"), std::string::npos);
  std::string junk;
  for (int i = 1; i < 256; ++i) junk += static_cast<char>(i * 7 % 256 == 0 ? 1 : i * 7 % 256);
  EXPECT_NE(refusal(junk, "d").find("a binary file of an unknown kind"), std::string::npos);
  std::string high(300, '\xE9');
  EXPECT_NE(refusal(high, "d").find("a binary file"), std::string::npos);
}

TEST(OtherFormats, NamesInLatin1AreRead) {
  const Table table = parse(
      "t/\xB5s,T/\xB0"
      "C\n1,2\n");
  EXPECT_EQ(table.names(), (Names{"t/µs", "T/°C"}));
  EXPECT_NE(table.notes().at(0).find("Latin-1"), std::string::npos);
}

TEST(OtherFormats, JsonAndMarkupAreNamed) {
  EXPECT_EQ(refusal("{\"x\": [1, 2]}", "d"),
            "d: this is JSON, not a table in text or NPY; export it as CSV");
  EXPECT_NE(refusal(" [[1, 2], [3, 4]]", "d").find("JSON"), std::string::npos);
  EXPECT_NE(refusal("[null]", "d.json").find("JSON"), std::string::npos);
  EXPECT_NE(refusal("<html><table>", "d.xls").find("HTML"), std::string::npos);
}

TEST(OtherFormats, PlainTextIsReadWhateverItsExtension) {
  for (const char* name : {"d.xls", "d.mat", "d.dat", "d.json"}) {
    EXPECT_EQ(parse_table("x\ty\n1\t2\n", name).rows(), 1) << name;
  }
  EXPECT_EQ(parse("PAR1,[s]\n1,2\n").names(), (Names{"PAR1", "[s]"}));
  EXPECT_EQ(parse("[s],[V]\n1,2\n").names(), (Names{"[s]", "[V]"}));
}

}  // namespace
}  // namespace nlsq::data
