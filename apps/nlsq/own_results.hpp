// SPDX-License-Identifier: MIT
// Tells files that this command wrote from all others, by a look at their beginning or end. Only
// such files are replaced without being asked to.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nlsq::command {

enum class Format { svg, png, pdf, csv, npz, json, html };

/// What a plot begins with, before its width. Programs that edit a drawing write another beginning.
inline constexpr const char* kSvgStart =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- a plot by nlsq fit -->\n"
    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"";

/// What a result as JSON begins with.
inline constexpr const char* kJsonStart = "{\"schema\": ";

/// What a report begins with.
inline constexpr const char* kHtmlStart = "<!doctype html>\n<!-- a report by nlsq fit -->\n";

/// The comment at the end of an .npz.
inline constexpr const char* kNpzComment = "a table by nlsq fit";

/// What a PNG has behind its header of so many bytes: a text that is known by its name.
inline constexpr std::size_t kPngHeader = 33;
inline constexpr std::string_view kPngText("Software\0a plot by nlsq fit", 27);

/// What a PDF ends with.
inline constexpr const char* kPdfEnd = "% a plot by nlsq fit\n";

/// True if the file is empty, or a result of this command in `format`: a plot that begins with
/// kSvgStart, a PNG with kPngText, a PDF that ends with kPdfEnd; a CSV whose names are those of a
/// table of results or of a fitted curve, in their order; an .npz with kNpzComment behind the last
/// member of one; JSON and HTML that begin with kJsonStart and kHtmlStart.
bool is_own_result(const std::string& path, Format format);

}  // namespace nlsq::command
