#include "mcp/variables.h"

#include "json/writer.h"
#include "mcp/server.h"

namespace skep::mcp {

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
  for (const Resource* const resource : server.resources()) {
    if (auto matched = MatchUri(resource->info.uri, uri)) {
      variables = *std::move(matched);
      return resource;
    }
  }
  return nullptr;
}

}  // namespace skep::mcp
