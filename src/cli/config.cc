#include "cli/config.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <sstream>

#include "cli/read_all.h"
#include "json/reader.h"
#include "skep/block.h"

namespace skep::cli {

Expected<Config> ReadConfig(const std::string& path) {
  Config config;
  const auto text = ReadFile(path);
  if (!text && text.error().code == ErrorCode::kNotFound) return config;
  if (!text) return std::unexpected(text.error());

  // As JSON, so that one decoder judges all input.
  std::ostringstream as_json;
  try {
    as_json << toml::json_formatter(toml::parse(*text, path));
  } catch (const toml::parse_error& error) {
    const auto& at = error.source().begin;
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{}:{}:{}: {}", path, at.line, at.column, error.description()));
  }
  Block json;
  json.Append(as_json.str());
  json::Reader reader;
  if (reader.Parse({json.data(), json.size()}) != json::Outcome::kOk) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("{}: a value that is not finite", path));
  }
  if (auto decoded = DecodeFields(reader.root(), Config::kFields, &config); !decoded) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("{}: {}", path, decoded.error().message));
  }
  return config;
}

}  // namespace skep::cli
