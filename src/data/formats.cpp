// SPDX-License-Identifier: MIT
// Magic numbers first. An extension counts only for binary content or JSON: many instruments write
// plain tables into files called .xls or .mat.
#include "data/formats.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>

#include "data/latin1.hpp"
#include "nlsq/error.hpp"

namespace nlsq::data {
namespace {

using namespace std::string_view_literals;

struct Format {
  std::string_view extension;
  std::string_view magic;
  std::string_view name;
  std::string_view advice;
};

constexpr auto kNpyMagic = "\x93NUMPY"sv;
constexpr auto kSheet = "export it as CSV"sv;
constexpr auto kColumns =
    "export it as CSV, in Python: pandas.read_{}(FILE).to_csv(\"data.csv\")"sv;
constexpr auto kHdf5 = "export the columns as CSV or .npy, for example with h5dump or h5py"sv;
constexpr auto kMat =
    "in MATLAB: writetable or save -ascii; in Python: scipy.io.loadmat and numpy.save"sv;
constexpr auto kNone = "it holds no table to read; give the numbers as CSV"sv;

// Magic numbers that could also begin a text are checked for binary bytes behind them.
constexpr std::array<Format, 20> kFormats{{
    {".gz", "\x1F\x8B"sv, "compressed with gzip", "gzip -dc"},
    {".bz2", "BZh"sv, "compressed with bzip2", "bzip2 -dc"},
    {".xz",
     "\xFD"
     "7zXZ\0"sv,
     "compressed with xz", "xz -dc"},
    {".zst", "\x28\xB5\x2F\xFD"sv, "compressed with zstd", "zstd -dc"},
    {".npz", ""sv,
     "a NumPy archive that is cut off or damaged: the list of arrays at its end is missing",
     "copy or save it again"},
    {".xlsx", ""sv,
     "an Excel workbook that is cut off or damaged: the list of parts at its end is missing",
     "copy or save it again"},
    {".ods", ""sv, "an OpenDocument spreadsheet", kSheet},
    {".zip", "PK\x03\x04"sv, "a zip archive", "unpack it first: unzip -p"},
    {".xls", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv, "an Excel workbook (or another old Office file)",
     kSheet},
    {".parquet", "PAR1"sv, "a Parquet file", kColumns},
    {".feather", "ARROW1"sv, "an Arrow (Feather) file", kColumns},
    {".arrow", "FEA1"sv, "an Arrow (Feather) file", kColumns},
    {".h5", "\x89HDF\r\n\x1A\n"sv, "an HDF5 file", kHdf5},
    {".hdf5", "\x89HDF\r\n\x1A\n"sv, "an HDF5 file", kHdf5},
    {".mat", "MATLAB 5.0 MAT-file"sv, "a MATLAB file", kMat},
    {".mat", "MATLAB 7.3 MAT-file"sv, "a MATLAB file", kMat},
    {".pdf", "%PDF-"sv, "a PDF document", kNone},
    {".png", "\x89PNG\r\n\x1A\n"sv, "a PNG image", kNone},
    {".jpg", "\xFF\xD8\xFF"sv, "a JPEG image", kNone},
    {".fits", "SIMPLE  ="sv, "a FITS file",
     "export the columns as CSV or .npy, for example with astropy"},
}};

std::string lower_extension(const std::string& source) {
  const std::size_t dot = source.find_last_of("./");
  if (dot == std::string::npos || source[dot] == '/') return "";
  std::string out = source.substr(dot);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool is_binary(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, 4096);
  return std::any_of(head.begin(), head.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x09 || (byte > 0x0D && byte < 0x20 && byte != 0x1B);
  });
}

const Format* by_extension(const std::string& extension) {
  const auto found = std::find_if(kFormats.begin(), kFormats.end(), [&](const Format& format) {
    return format.extension == extension;
  });
  return found == kFormats.end() ? nullptr : &*found;
}

// Which of the formats that are zip archives inside: by the extension, else by the first file in
// it.
const Format* in_zip(std::string_view bytes, const std::string& extension) {
  constexpr std::size_t kNameAt = 30;
  if (extension == ".xlsx" || extension == ".ods" || extension == ".npz")
    return by_extension(extension);
  const std::string_view name = bytes.size() > kNameAt ? bytes.substr(kNameAt, 64) : ""sv;
  if (name.starts_with("[Content_Types].xml") || name.starts_with("xl/"))
    return by_extension(".xlsx");
  if (name.starts_with("mimetypeapplication/vnd.oasis")) return by_extension(".ods");
  if (name.find(".npy") != std::string_view::npos) return by_extension(".npz");
  return by_extension(".zip");
}

const Format* recognise(std::string_view bytes, const std::string& extension) {
  const bool binary = is_binary(bytes);
  for (const Format& format : kFormats) {
    const bool textual = std::all_of(format.magic.begin(), format.magic.end(),
                                     [](char c) { return c >= ' ' && c <= '~'; });
    const bool sure =
        !textual || binary || format.extension == ".pdf" || format.extension == ".fits";
    if (format.magic.empty() || !sure || !bytes.starts_with(format.magic)) continue;
    return format.extension == ".zip" ? in_zip(bytes, extension) : &format;
  }
  return binary ? by_extension(extension) : nullptr;
}

// Text in UTF-32, by its mark or by the zeros beside its first characters; empty if it is not.
std::string_view wide_encoding(std::string_view bytes) {
  const auto starts = [&](std::string_view mark) { return bytes.starts_with(mark); };
  if (starts("\xFF\xFE\0\0"sv) || starts("\0\0\xFE\xFF"sv)) return "UTF-32";
  constexpr std::size_t kLook = 4;
  if (bytes.size() < 2 * kLook) return "";
  const auto zeros = [&](std::size_t from, std::size_t step, bool zero) {
    for (std::size_t i = from; i < 2 * kLook; i += step) {
      if ((bytes[i] == '\0') != zero) return false;
    }
    return true;
  };
  if (zeros(0, 4, false) && zeros(1, 4, true) && zeros(2, 4, true) && zeros(3, 4, true))
    return "UTF-32LE";
  if (zeros(0, 4, true) && zeros(1, 4, true) && zeros(2, 4, true) && zeros(3, 4, false))
    return "UTF-32BE";
  return "";
}

// The beginning of text holds few control characters (NUL bytes are told with their line; some in a
// name are shown escaped) and, in whatever encoding, more letters than bytes above 0x7F.
bool is_junk(std::string_view bytes) {
  constexpr std::size_t kFew = 8;
  const std::string_view head = bytes.substr(0, 4096);
  std::size_t control = 0, high = 0;
  for (const char c : head) {
    const auto byte = static_cast<unsigned char>(c);
    control += (byte > 0 && byte < 0x09) || (byte > 0x0D && byte < 0x20) || byte == 0x7F ? 1 : 0;
    high += byte >= 0x80 ? 1 : 0;
  }
  return (control > kFew && 32 * control > head.size()) ||
         (2 * high > head.size() && !is_utf8(head));
}

// Only what can hardly begin a table: "[s]" is a good name for a column.
bool is_json(std::string_view bytes, const std::string& extension) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t open = bytes.find_first_not_of(kBlank);
  if (open == std::string_view::npos || (bytes[open] != '{' && bytes[open] != '[')) return false;
  if (extension == ".json") return true;
  const std::size_t next = bytes.find_first_not_of(kBlank, open + 1);
  if (next == std::string_view::npos) return false;
  const std::string_view follows = bytes[open] == '{' ? "\"}"sv : "{[\"-0123456789"sv;
  return follows.find(bytes[next]) != std::string_view::npos;
}

bool is_markup(std::string_view bytes) {
  const std::size_t open = bytes.find_first_not_of(" \t\r\n");
  if (open == std::string_view::npos || bytes[open] != '<' || open + 1 >= bytes.size())
    return false;
  const char c = bytes[open + 1];
  if (c == '?' || c == '!') return true;
  if (std::isalpha(static_cast<unsigned char>(c)) == 0) return false;
  std::string tag;
  for (std::size_t i = open + 1; i < bytes.size() && tag.size() < 5; ++i)
    tag += static_cast<char>(std::tolower(static_cast<unsigned char>(bytes[i])));
  if (tag.starts_with("html") || tag.starts_with("svg") || tag == "table") return true;
  // Potentiostats write settings and tables between lines such as <Segment1>: most lines are bare.
  constexpr std::size_t kLooked = 4096;
  std::string_view rest = bytes.substr(open, kLooked);
  index_t tags = 0, bare = 0;
  while (!rest.empty()) {
    const std::size_t stop = std::min(rest.find('\n'), rest.size());
    const std::size_t at = rest.substr(0, stop).find_first_not_of(" \t\r");
    if (at != std::string_view::npos) ++(rest[at] == '<' ? tags : bare);
    rest.remove_prefix(std::min(stop + 1, rest.size()));
  }
  return tags >= bare;
}

std::string replaced(std::string_view text, std::string_view with) {
  std::string out(text);
  const std::size_t at = out.find("{}");
  return at == std::string::npos ? out : out.replace(at, 2, with);
}

std::string advice_for(const Format& format, const std::string& source) {
  const std::string file = source == "standard input" ? "FILE" : source;
  const std::string_view advice = format.advice;
  if (advice.ends_with(" -dc")) {
    return "decompress it first: " + std::string(advice) + " " + file + " | nlsq fit - …";
  }
  if (advice.ends_with(" -p")) return std::string(advice) + " " + file + " | nlsq fit - …";
  return replaced(advice, format.extension == ".parquet" ? "parquet" : "feather");
}

}  // namespace

void refuse_other_formats(std::string_view bytes, const std::string& source) {
  const std::string extension = lower_extension(source);
  if (const Format* format = recognise(bytes, extension)) {
    throw DataError(source, 0,
                    "this is " + std::string(format->name) + ", not a table in text or NPY; " +
                        advice_for(*format, source));
  }
  if (const std::string encoding(wide_encoding(bytes)); !encoding.empty()) {
    throw DataError(source, 0,
                    "this is text in " + encoding.substr(0, 6) + "; convert it first: iconv -f " +
                        encoding + " -t UTF-8 " + (source == "standard input" ? "FILE" : source) +
                        " | nlsq fit - …");
  }
  if (bytes.size() < kNpyMagic.size() && kNpyMagic.starts_with(bytes) && bytes.size() > 1)
    throw DataError(source, 0, "this NPY file is cut off in its first bytes");
  if (is_junk(bytes)) {
    throw DataError(source, 0,
                    "this is a binary file of an unknown kind, not a table in text; export it as "
                    "CSV");
  }
  if (is_json(bytes, extension)) {
    throw DataError(source, 0, "this is JSON, not a table in text or NPY; export it as CSV");
  }
  if (is_markup(bytes)) {
    throw DataError(source, 0, "this is HTML or XML, not a table in text or NPY; export it as CSV");
  }
}

}  // namespace nlsq::data
