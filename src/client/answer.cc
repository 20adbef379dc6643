#include "client/answer.h"

#include <charconv>
#include <cstddef>
#include <optional>
#include <system_error>

namespace skep::client {
namespace {

bool Take(std::string_view& text, std::string_view what) {
  if (!text.starts_with(what)) return false;
  text.remove_prefix(what.size());
  return true;
}

std::optional<std::int64_t> TakeId(std::string_view& text) {
  std::int64_t id = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (failed != std::errc() || id < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return id;
}

/// A result in which the word does not stand has no isError; one in which it stands may have it in some text. Its
/// capital is the rarest of its letters, and looking for one letter is several times as fast as for a word.
bool MayBeToolError(std::string_view line) {
  for (std::size_t at = line.find('E'); at != std::string_view::npos; at = line.find('E', at + 1)) {
    if (at >= 2 && line.substr(at - 2).starts_with("isError\"")) return true;
  }
  return false;
}

/// {"jsonrpc":"2.0","id":7,"result":…, as most servers write it.
std::optional<Answer> LookAtFront(std::string_view line) {
  std::string_view rest = line;
  if (!Take(rest, R"({"jsonrpc":"2.0","id":)")) return std::nullopt;
  const auto id = TakeId(rest);
  if (!id || !Take(rest, R"(,"result":)")) return std::nullopt;
  return Answer{Answer::Kind::kResult, *id};
}

/// {"result":…,"jsonrpc":"2.0","id":7}, as the TypeScript SDK does.
std::optional<Answer> LookAtBack(std::string_view line) {
  constexpr std::string_view kBack = R"(,"jsonrpc":"2.0","id":)";
  constexpr std::size_t kMostDigits = 20;
  if (!line.starts_with(R"({"result":)")) return std::nullopt;
  const std::size_t window = kBack.size() + kMostDigits + 1;
  std::string_view rest = line.substr(line.size() > window ? line.size() - window : 0);
  const std::size_t at = rest.find(kBack);
  if (at == std::string_view::npos) return std::nullopt;
  rest.remove_prefix(at + kBack.size());
  const auto id = TakeId(rest);
  if (!id || rest != "}") return std::nullopt;
  return Answer{Answer::Kind::kResult, *id};
}

Answer Parsed(std::span<char> line, json::Reader& reader) {
  const json::Outcome outcome = reader.Parse(line);
  if (outcome != json::Outcome::kOk && outcome != json::Outcome::kNumberRange) return {};
  const json::Value root = reader.root();
  if (!root.Is(json::Type::kObject)) return {};
  const json::Value id = root.Find("id");
  Answer answer;
  if (id.Is(json::Type::kInt) && id.AsInt() >= 0) answer.id = id.AsInt();
  if (root.Find("method").Is(json::Type::kString)) {
    answer.kind = id.exists() ? Answer::Kind::kRequest : Answer::Kind::kNotification;
  } else if (const json::Value error = root.Find("error"); error.Is(json::Type::kObject)) {
    answer.kind = Answer::Kind::kError;
    if (const json::Value code = error.Find("code"); code.Is(json::Type::kInt)) answer.code = code.AsInt();
  } else if (const json::Value result = root.Find("result"); result.exists()) {
    const json::Value tool_error = result.Find("isError");
    answer.kind =
        tool_error.Is(json::Type::kBool) && tool_error.AsBool() ? Answer::Kind::kToolError : Answer::Kind::kResult;
  }
  return answer;
}

}  // namespace

Answer Look(std::span<char> line, json::Reader& reader) {
  const std::string_view text(line.data(), line.size());
  auto answer = LookAtFront(text);
  if (!answer) answer = LookAtBack(text);
  if (answer && !MayBeToolError(text)) return *answer;
  return Parsed(line, reader);
}

}  // namespace skep::client
