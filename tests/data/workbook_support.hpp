// SPDX-License-Identifier: MIT
// Workbooks put together in memory: the parts of an archive, stored or in blocks of deflate that
// are not compressed.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace nlsq::data {

struct Part {
  std::string name, content;
  bool is_deflated = false;
  std::size_t claimed_size = 0;  ///< in the directory; 0: the true one
};

inline std::string bytes_of(std::size_t value, int width) {
  std::string out;
  for (int i = 0; i < width; ++i) out += static_cast<char>(i < 8 ? value >> (8 * i) & 0xFFU : 0);
  return out;
}

/// Deflate without compression: RFC 1951, 3.2.4.
inline std::string deflated(const std::string& content) {
  std::string out;
  for (std::size_t from = 0; from == 0 || from < content.size(); from += 0xFFFF) {
    const std::string piece = content.substr(from, 0xFFFF);
    out += static_cast<char>(from + 0xFFFF >= content.size() ? 1 : 0);
    out += bytes_of(piece.size(), 2) + bytes_of(~piece.size(), 2) + piece;
  }
  return out;
}

inline std::string zip_of(const std::vector<Part>& parts) {
  std::string out, directory;
  for (const Part& part : parts) {
    const std::string packed = part.is_deflated ? deflated(part.content) : part.content;
    const std::size_t at = out.size();
    const std::size_t size = part.claimed_size ? part.claimed_size : part.content.size();
    const std::string common = bytes_of(0, 2) + bytes_of(part.is_deflated ? 8 : 0, 2) +
                               bytes_of(0, 8) + bytes_of(packed.size(), 4) + bytes_of(size, 4) +
                               bytes_of(part.name.size(), 2) + bytes_of(0, 2);
    out += "PK\x03\x04" + bytes_of(20, 2) + common + part.name + packed;
    directory += "PK\x01\x02" + bytes_of(20, 2) + bytes_of(20, 2) + common + bytes_of(0, 10) +
                 bytes_of(at, 4) + part.name;
  }
  const std::size_t at = out.size();
  return out + directory + "PK\x05\x06" + bytes_of(0, 4) + bytes_of(parts.size(), 2) +
         bytes_of(parts.size(), 2) + bytes_of(directory.size(), 4) + bytes_of(at, 4) +
         bytes_of(0, 2);
}

/// A workbook with sheets of these names and cells (rows in XML); texts that cells share, and cell
/// formats, of which format 0 is General.
struct Book {
  std::vector<std::pair<std::string, std::string>> sheets;
  std::vector<std::string> texts;
  std::vector<std::string> formats;
  std::string book_properties;
  bool is_deflated = false;

  std::vector<Part> parts() const {
    std::string list, relations, shared = "<sst>", formats_xml, cells = "<xf numFmtId=\"0\"/>";
    std::vector<Part> all{{"[Content_Types].xml", "<Types/>"}};
    for (std::size_t i = 0; i < sheets.size(); ++i) {
      const std::string n = std::to_string(i + 1);
      list +=
          "<sheet name=\"" + sheets[i].first + "\" sheetId=\"" + n + "\" r:id=\"rId" + n + "\"/>";
      relations += "<Relationship Id=\"rId" + n + "\" Type=\"http://x/worksheet\" Target=\"sheet" +
                   n + ".xml\"/>";
    }
    for (const std::string& text : texts) shared += "<si><t>" + text + "</t></si>";
    for (std::size_t i = 0; i < formats.size(); ++i) {
      const std::string id = std::to_string(164 + i);
      formats_xml += "<numFmt numFmtId=\"" + id + "\" formatCode=\"" + formats[i] + "\"/>";
      cells += "<xf numFmtId=\"" + id + "\"/>";
    }
    all.push_back({"xl/workbook.xml", "<?xml version=\"1.0\"?><workbook>" + book_properties +
                                          "<sheets>" + list + "</sheets></workbook>"});
    all.push_back(
        {"xl/_rels/workbook.xml.rels", "<Relationships>" + relations + "</Relationships>"});
    all.push_back({"xl/sharedStrings.xml", shared + "</sst>"});
    all.push_back(
        {"xl/styles.xml", "<styleSheet><numFmts>" + formats_xml +
                              "</numFmts><cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>"
                              "<cellXfs>" +
                              cells + "</cellXfs></styleSheet>"});
    for (std::size_t i = 0; i < sheets.size(); ++i) {
      all.push_back({"xl/sheet" + std::to_string(i + 1) + ".xml",
                     "<worksheet><sheetData>" + sheets[i].second + "</sheetData></worksheet>"});
    }
    for (Part& part : all) part.is_deflated = is_deflated;
    return all;
  }
  std::string bytes() const { return zip_of(parts()); }
};

}  // namespace nlsq::data
