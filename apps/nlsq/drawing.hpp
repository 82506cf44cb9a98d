// SPDX-License-Identifier: MIT
// Plots as PNG and PDF: librsvg draws the SVG. It is looked up at run time, as OpenCL is, so that a
// build needs nothing of it and a fit without such a plot does not load some twenty libraries.
#pragma once

#include <string>

namespace nlsq::command {

/// Why nothing can be drawn on this machine, and what to install; empty if it can.
std::string why_no_drawing();

/// The image at twice the size of the drawing, with a text in it by which it is known as ours.
/// Throws IoError.
std::string png_of(const std::string& svg);

/// A page of the size of the drawing, with a remark at its end by which it is known as ours. Throws
/// IoError.
std::string pdf_of(const std::string& svg);

}  // namespace nlsq::command
