#pragma once

#include "json/reader.h"
#include "mcp/uri_template.h"
#include "skep/block.h"
#include "skep/error.h"
#include "skep/resource.h"
#include "skep/tool.h"

namespace skep::mcp {

class Server;

/// Turns the values of a URI's variables into the arguments of what reads the resource. Keeps what those borrow: must
/// outlive them.
class VariableDecoder {
 public:
  Expected<void> Decode(const UriVariables& variables, const Tool& reader, void* args);

 private:
  Block text_;
  json::Reader reader_;
};

/// The resource that a URI names, and what its variables are; null if there is none.
const Resource* FindResource(const Server& server, std::string_view uri, UriVariables& variables);

}  // namespace skep::mcp
