#include "mcp/tool_result.h"

#include "mcp/server.h"

namespace skep::mcp {
namespace {

void WriteFailure(json::Writer& to, const Error& error, const Server& server, bool modern) {
  to.BeginObject();
  to.Key("content");
  to.BeginArray();
  to.BeginObject();
  to.Member("type", "text");
  to.Member("text", error.message);
  to.EndObject();
  to.EndArray();
  to.Member("isError", true);
  if (modern) to.Member("resultType", "complete");
  to.Key("_meta");
  to.BeginObject();
  to.Member("skep/error", Name(error.code));
  if (modern) {
    to.Key(kMetaServerInfo);
    to.Raw(server.server_info());
  }
  to.EndObject();
  to.EndObject();
}

}  // namespace

void AnswerTool(rpc::Reply& reply, const Server& server, bool modern,
                FunctionRef<Expected<void>(json::Writer&)> write) {
  reply.Result([&](json::Writer& to) {
    Block& out = to.out();
    const std::size_t begin = out.size();
    out.Append(R"({"structuredContent":)");
    const std::size_t data = out.size();
    if (const Expected<void> done = write(to); !done) {
      out.Resize(begin);
      json::Writer failure(out);
      return WriteFailure(failure, done.error(), server, modern);
    }
    const std::size_t size = out.size() - data;
    out.Append(R"(,"content":[{"type":"text","text":)");
    json::Writer(out).StringOfJson(data, size);
    out.Append("}]");
    if (modern) out.Append(server.modern_tail());
    out.Append("}");
  });
}

}  // namespace skep::mcp
