// SPDX-License-Identifier: MIT
// JSON by nlohmann-json, which the core includes here alone.
#include "runtime/settings_file.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "nlsq/error.hpp"
#include "nlsq/result.hpp"

namespace nlsq::fit_impl {
namespace {

using Json = nlohmann::json;

constexpr std::uintmax_t kMostBytes = 1 << 20;

// A value as it is written, cut to what a message can hold.
std::string shown(const Json& value) {
  std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  if (text.size() > 60) text = text.substr(0, 60) + "...";
  return text;
}

void read_mode(const Json& value, SettingsFile& config) {
  if (!value.is_string()) {
    config.problems.push_back(
        fmt::format("jacobian_mode: {} is none of 'auto', 'fwd' and 'rev'", shown(value)));
    return;
  }
  try {
    config.jacobian_mode = parse_jacobian_mode(value.get<std::string>().substr(0, 60));
  } catch (const InputError& error) {
    config.problems.emplace_back(error.what());
  }
}

void read_cache(const Json& cache, SettingsFile& config) {
  if (!cache.is_object()) {
    config.problems.push_back(fmt::format("cache_config: {} is no object", shown(cache)));
    return;
  }
  if (const auto enable = cache.find("enable"); enable != cache.end()) {
    if (enable->is_boolean()) {
      config.cache_enable = enable->get<bool>();
    } else {
      config.problems.push_back(
          fmt::format("cache_config.enable: {} is neither true nor false", shown(*enable)));
    }
  }
  if (const auto size = cache.find("max_size"); size != cache.end()) {
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<index_t>::max());
    const bool fits = size->is_number_unsigned() && size->get<std::uint64_t>() >= 1 &&
                      size->get<std::uint64_t>() <= kMost;
    if (fits) {
      config.cache_max_size = size->get<index_t>();
    } else {
      config.problems.push_back(
          fmt::format("cache_config.max_size: {} is no whole number of at least 1", shown(*size)));
    }
  }
}

// "[json.exception.parse_error.101] parse error at line 1, …" without the tag.
std::string reason(const std::string& what) {
  const std::size_t end = what.find("] ");
  return what.starts_with('[') && end != std::string::npos ? what.substr(end + 2) : what;
}

}  // namespace

SettingsFile parse_settings_file(std::string_view text) {
  SettingsFile config;
  Json json;
  try {
    json = Json::parse(text);
  } catch (const Json::exception& error) {
    config.problems.push_back(fmt::format("no valid JSON: {}", reason(error.what())));
    return config;
  }
  if (!json.is_object()) {
    config.problems.push_back(fmt::format("no JSON object but {}", shown(json)));
    return config;
  }
  if (const auto mode = json.find("jacobian_mode"); mode != json.end()) read_mode(*mode, config);
  if (const auto cache = json.find("cache_config"); cache != json.end()) read_cache(*cache, config);
  return config;
}

SettingsFile read_settings_file(const std::string& path, std::string& content) {
  namespace fs = std::filesystem;
  content.clear();
  const auto refused = [](const std::string& why) {
    SettingsFile config;
    config.problems.push_back(why);
    return config;
  };
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  // A folder that this process may not look into (another user's home) holds nothing for it.
  if (status.type() == fs::file_type::not_found || error) return {};
  // Anything else might block or never end.
  if (status.type() != fs::file_type::regular) return refused("it is no regular file");
  if (fs::file_size(path, error) > kMostBytes) return refused("it is larger than 1 MiB");
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file.is_open() || file.bad()) return refused("it cannot be read");
  content = text.str();
  return parse_settings_file(content);
}

}  // namespace nlsq::fit_impl
