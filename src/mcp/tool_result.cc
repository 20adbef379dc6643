#include "mcp/tool_result.h"

#include <fmt/format.h>

#include "mcp/server.h"

namespace skep::mcp {
namespace {

std::unexpected<Error> TooLarge(std::size_t size, std::size_t budget) {
  return Fail(
      ErrorCode::kTooLarge,
      fmt::format("the answer would have {} bytes or more, of which at most {} can be sent: ask for less at once", size,
                  budget));
}

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
  const std::size_t budget = reply.budget();
  Expected<void> done;
  rpc::Failure failure;
  const auto fail = [&](Block& out, std::size_t begin) {
    out.Resize(begin);
    json::Writer to(out);
    WriteFailure(to, done.error(), server, modern);
    failure = {.code = Name(done.error().code), .message = done.error().message};
  };
  const auto body = [&](json::Writer& to) {
    Block& out = to.out();
    const std::size_t begin = out.size();
    out.Append(R"({"structuredContent":)");
    const std::size_t data = out.size();
    done = write(to);
    const std::size_t size = out.size() - data;
    // As text it is at least as long again.
    if (done && 2 * size > budget) done = TooLarge(2 * size, budget);
    if (!done) return fail(out, begin);
    out.Append(R"(,"content":[{"type":"text","text":)");
    json::Writer(out).StringOfJson(data, size);
    out.Append("}]");
    if (modern) out.Append(server.modern_tail());
    out.Append("}");
    if (const std::size_t all = out.size() - begin; all > budget) {
      done = TooLarge(all, budget);
      fail(out, begin);
    }
  };
  reply.Result(body, &failure);
}

}  // namespace skep::mcp
