// SPDX-License-Identifier: MIT
// What is used of librsvg 2.46 and cairo 1.16, declared by hand from their manuals; both are found
// through the one library that depends on the other.
#include "drawing.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "crc32.hpp"
#include "nlsq/error.hpp"
#include "own_results.hpp"

namespace nlsq::command {
namespace {

struct Rectangle {
  double x, y, width, height;
};
using WriteFunction = int (*)(void*, const unsigned char*, unsigned);

constexpr int kArgb32 = 0, kSuccess = 0;
constexpr double kScale = 2.0, kPointsAPixel = 0.75;

struct Functions {
  void* (*new_from_data)(const std::uint8_t*, std::size_t, void**) = nullptr;
  int (*render)(void*, void*, const Rectangle*, void**) = nullptr;
  void (*unref)(void*) = nullptr;
  void* (*create_image)(int, int, int) = nullptr;
  void* (*create_pdf)(WriteFunction, void*, double, double) = nullptr;
  void* (*create)(void*) = nullptr;
  void (*destroy)(void*) = nullptr;
  void (*set_color)(void*, double, double, double) = nullptr;
  void (*paint)(void*) = nullptr;
  int (*status)(void*) = nullptr;
  int (*write_png)(void*, WriteFunction, void*) = nullptr;
  void (*finish)(void*) = nullptr;
  void (*destroy_surface)(void*) = nullptr;
  std::string missing;  ///< why they are not there
};

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

Functions looked_up() {
  Functions f;
  void* const library = dlopen("librsvg-2.so.2", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    f.missing = "librsvg is not on this machine; install librsvg2-2";
    return f;
  }
  const bool is_complete =
      find(library, "rsvg_handle_new_from_data", f.new_from_data) &&
      find(library, "rsvg_handle_render_document", f.render) &&
      find(library, "g_object_unref", f.unref) &&
      find(library, "cairo_image_surface_create", f.create_image) &&
      find(library, "cairo_pdf_surface_create_for_stream", f.create_pdf) &&
      find(library, "cairo_create", f.create) && find(library, "cairo_destroy", f.destroy) &&
      find(library, "cairo_set_source_rgb", f.set_color) && find(library, "cairo_paint", f.paint) &&
      find(library, "cairo_surface_status", f.status) &&
      find(library, "cairo_surface_write_to_png_stream", f.write_png) &&
      find(library, "cairo_surface_finish", f.finish) &&
      find(library, "cairo_surface_destroy", f.destroy_surface);
  if (!is_complete) f.missing = "librsvg on this machine is too old; version 2.46 is needed";
  return f;
}

const Functions& functions() {
  static const Functions found = looked_up();
  return found;
}

int append(void* to, const unsigned char* bytes, unsigned size) {
  static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(bytes), size);
  return kSuccess;
}

// The size in the first element, as Svg writes it.
Rectangle size_of(const std::string& svg) {
  const auto number_behind = [&](std::string_view mark) {
    const std::size_t at = svg.find(mark);
    return at == std::string::npos ? 0.0 : std::strtod(svg.c_str() + at + mark.size(), nullptr);
  };
  return {0, 0, number_behind(" width=\""), number_behind(" height=\"")};
}

using Owned = std::unique_ptr<void, void (*)(void*)>;

// Draws on `surface`; false if anything fails.
bool draw(const std::string& svg, void* surface, const Rectangle& place, bool is_paper_white) {
  const Functions& f = functions();
  if (f.status(surface) != kSuccess) return false;
  const Owned handle(
      f.new_from_data(reinterpret_cast<const std::uint8_t*>(svg.data()), svg.size(), nullptr),
      f.unref);
  if (!handle) return false;
  const Owned context(f.create(surface), f.destroy);
  if (is_paper_white) {
    f.set_color(context.get(), 1, 1, 1);
    f.paint(context.get());
  }
  return f.render(handle.get(), context.get(), &place, nullptr) != 0;
}

[[noreturn]] void refuse(const char* format) {
  throw IoError(fmt::format("the plot cannot be drawn as {}", format));
}

std::string big_endian(std::uint32_t value) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xFFU);
  return out;
}

}  // namespace

std::string why_no_drawing() { return functions().missing; }

std::string png_of(const std::string& svg) {
  const Functions& f = functions();
  Rectangle place = size_of(svg);
  place.width *= kScale;
  place.height *= kScale;
  const Owned surface(
      f.create_image(kArgb32, static_cast<int>(place.width), static_cast<int>(place.height)),
      f.destroy_surface);
  std::string png;
  if (!draw(svg, surface.get(), place, true) ||
      f.write_png(surface.get(), append, &png) != kSuccess || png.size() < kPngHeader)
    refuse("PNG");
  const std::string text = std::string("tEXt").append(kPngText);
  return png.insert(kPngHeader, big_endian(static_cast<std::uint32_t>(text.size() - 4)) + text +
                                    big_endian(crc32(text)));
}

std::string pdf_of(const std::string& svg) {
  const Functions& f = functions();
  Rectangle place = size_of(svg);
  place.width *= kPointsAPixel;
  place.height *= kPointsAPixel;
  std::string pdf;
  {
    const Owned surface(f.create_pdf(append, &pdf, place.width, place.height), f.destroy_surface);
    if (!draw(svg, surface.get(), place, false)) refuse("PDF");
    f.finish(surface.get());
    if (f.status(surface.get()) != kSuccess) refuse("PDF");
  }
  return pdf + kPdfEnd;
}

}  // namespace nlsq::command
