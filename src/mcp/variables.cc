#include "mcp/variables.h"

#include "base/limits.h"
#include "json/writer.h"
#include "mcp/server.h"

namespace skep::mcp {
namespace {

/// Bytes of a URI: the longest that names something is of a memory entry, each byte of it percent-encoded.
constexpr std::size_t kMaxUri = 64 + 3 * 4 * (limits::kMaxNamespace + limits::kMaxKey);

}  // namespace

Expected<void> VariableDecoder::Decode(const UriVariables& variables, const Tool& reader, void* args) {
  // As JSON, so that one decoder judges all input.
  text_.Clear();
  json::Writer to(text_);
  to.BeginObject();
  for (const auto& [name, value] : variables) to.Member(name, std::string_view(value));
  to.EndObject();
  text_.Room(Block::kPadding);
  if (reader_.Parse({text_.data(), text_.size()}) != json::Outcome::kOk) {
    return Fail(ErrorCode::kInternal, "the URI's values cannot be read");
  }
  return DecodeFields(reader_.root(), reader.input, args);
}

const Resource* FindResource(const Server& server, std::string_view uri, UriVariables& variables) {
  if (uri.size() > kMaxUri) return nullptr;
  for (const Resource* const resource : server.resources()) {
    if (auto matched = MatchUri(resource->info.uri, uri)) {
      variables = *std::move(matched);
      return resource;
    }
  }
  return nullptr;
}

}  // namespace skep::mcp
