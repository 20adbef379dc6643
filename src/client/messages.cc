#include "client/messages.h"

#include <fmt/format.h>

#include "json/writer.h"
#include "skep/block.h"

namespace skep::client {
namespace {

constexpr std::string_view kMeta =
    R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}})";

}  // namespace

std::string Initialize(std::int64_t id, std::string_view revision) {
  return Request(id, "initialize",
                 fmt::format(R"({{"protocolVersion":"{}","capabilities":{{}},)"
                             R"("clientInfo":{{"name":"skep-client","version":"1"}}}})",
                             revision));
}

std::string Request(std::int64_t id, std::string_view method, std::string_view params) {
  if (params.empty()) return fmt::format("{{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"{}\"}}\n", id, method);
  return fmt::format("{{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"{}\",\"params\":{}}}\n", id, method, params);
}

std::string Call(std::int64_t id, std::string_view tool, std::string_view arguments) {
  return Request(id, "tools/call", fmt::format(R"({{"name":"{}","arguments":{}}})", tool, arguments));
}

std::string ModernRequest(std::int64_t id, std::string_view method, std::string_view params) {
  // An object without members has no comma in it.
  const std::string_view inside = params.size() <= 2 ? "" : params.substr(1, params.size() - 2);
  return Request(id, method, fmt::format("{{{}{}{}}}", inside, inside.empty() ? "" : ",", kMeta));
}

std::string ModernCall(std::int64_t id, std::string_view tool, std::string_view arguments) {
  return ModernRequest(id, "tools/call", fmt::format(R"({{"name":"{}","arguments":{}}})", tool, arguments));
}

std::string Quoted(std::string_view text) {
  Block block;
  json::Writer(block).String(text);
  return std::string(block.view());
}

}  // namespace skep::client
