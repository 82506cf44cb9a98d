// SPDX-License-Identifier: MIT
#include "svg_plot.hpp"
namespace nlsq::command {
void check_plot_path(const std::string&) {}
void write_plot(const std::string&, const FitResult&, const LoadedData&, double) {}
}
