#pragma once

#include <array>
#include <cstdint>
#include <string_view>

/// What MCP is made of, as far as a fuzzer must know it whatever the server.
namespace skep::fuzz {

/// The revisions of the legacy era, the oldest first; client/messages.h names the newest and the modern one.
inline constexpr std::array<std::string_view, 4> kLegacyRevisions = {"2024-11-05", "2025-03-26", "2025-06-18",
                                                                     "2025-11-25"};
/// The one that has batches.
inline constexpr std::string_view kBatchRevision = "2025-03-26";

enum class Method : std::uint8_t {
  kPing,
  kInitialize,
  kDiscover,
  kToolsList,
  kToolsCall,
  kResourcesList,
  kTemplatesList,
  kResourcesRead,
  kSubscribe,
  kUnsubscribe,
  kPromptsList,
  kPromptsGet,
  kComplete,
  kSetLevel,
  kTasksList,
  kTasksGet,
  kTasksResult,
  kTasksCancel,
  kTasksUpdate,
  kListen,
  kUnknown,  ///< None of these.
};

/// A request of a client.
struct MethodInfo {
  Method method;
  std::string_view name;
  bool legacy;  ///< In some revision of that era.
  bool modern;
  std::string_view capability = "";  ///< That a server announces which has it; empty: every server has it.
};
inline constexpr std::array<MethodInfo, 20> kMethods = {{
    {Method::kPing, "ping", true, false},
    {Method::kInitialize, "initialize", true, false},
    {Method::kDiscover, "server/discover", false, true},
    {Method::kToolsList, "tools/list", true, true, "tools"},
    {Method::kToolsCall, "tools/call", true, true, "tools"},
    {Method::kResourcesList, "resources/list", true, true, "resources"},
    {Method::kTemplatesList, "resources/templates/list", true, true, "resources"},
    {Method::kResourcesRead, "resources/read", true, true, "resources"},
    {Method::kSubscribe, "resources/subscribe", true, false, "resources/subscribe"},
    {Method::kUnsubscribe, "resources/unsubscribe", true, false, "resources/subscribe"},
    {Method::kPromptsList, "prompts/list", true, true, "prompts"},
    {Method::kPromptsGet, "prompts/get", true, true, "prompts"},
    {Method::kComplete, "completion/complete", true, true, "completions"},
    {Method::kSetLevel, "logging/setLevel", true, false, "logging"},
    {Method::kTasksList, "tasks/list", true, false, "tasks"},
    {Method::kTasksGet, "tasks/get", true, true, "tasks"},
    {Method::kTasksResult, "tasks/result", true, false, "tasks"},
    {Method::kTasksCancel, "tasks/cancel", true, true, "tasks"},
    {Method::kTasksUpdate, "tasks/update", false, true, "tasks"},
    {Method::kListen, "subscriptions/listen", false, true},
}};

constexpr Method MethodOf(std::string_view name) {
  for (const MethodInfo& info : kMethods) {
    if (info.name == name) return info.method;
  }
  return Method::kUnknown;
}
constexpr std::string_view NameOf(Method method) {
  return method == Method::kUnknown ? "an unknown method" : kMethods[static_cast<std::size_t>(method)].name;
}

/// Numbers of errors that the specifications name.
inline constexpr std::array<std::int64_t, 9> kErrorCodes = {-32700, -32600, -32601, -32602, -32603,
                                                            -32002, -32042, -32021, -32022};

/// In params._meta: what makes a request modern, and what it must then say besides.
inline constexpr std::string_view kMetaVersion = "io.modelcontextprotocol/protocolVersion";
inline constexpr std::string_view kMetaCapabilities = "io.modelcontextprotocol/clientCapabilities";

}  // namespace skep::fuzz
