#include "mcp/methods.h"

#include "base/short_text.h"

namespace skep::mcp {
namespace {

constexpr Revision kOldest = Revision::k2024_11_05;

// The most frequent first: FindMethod walks it.
constexpr Method kMethods[] = {
    {"tools/call", kOldest, kModern, "tools", CallTool},
    {"ping", kOldest, kNewestLegacy, "", Ping},
    {"tools/list", kOldest, kModern, "tools", ListTools},
    {"initialize", kOldest, kNewestLegacy, "", Initialize},
    {"server/discover", kModern, kModern, "", Discover},
    {"resources/list", kOldest, kModern, "resources", ListResources, true},
    {"resources/templates/list", kOldest, kModern, "resources", ListResourceTemplates},
    {"resources/read", kOldest, kModern, "resources", ReadResource},
    {"resources/subscribe", kOldest, kNewestLegacy, "resources", Subscribe},
    {"resources/unsubscribe", kOldest, kNewestLegacy, "resources", Unsubscribe},
    {"subscriptions/listen", kModern, kModern, "", Listen},
    {"logging/setLevel", kOldest, kNewestLegacy, "logging", SetLevel},
    {"tasks/get", Revision::k2025_11_25, kModern, "tasks", GetTask},
    {"tasks/result", Revision::k2025_11_25, kNewestLegacy, "tasks", GetTaskResult},
    {"tasks/list", Revision::k2025_11_25, kNewestLegacy, "tasks", ListTasks, true},
    {"tasks/cancel", Revision::k2025_11_25, kModern, "tasks", CancelTask},
    {"tasks/update", kModern, kModern, "", UpdateTask},
    {"prompts/list", kOldest, kModern, "prompts", ListPrompts},
    {"prompts/get", kOldest, kModern, "prompts", GetPrompt},
    {"completion/complete", kOldest, kModern, "completions", Complete, true},
};

}  // namespace

std::span<const Method> Methods() { return kMethods; }

const Method* FindMethod(std::string_view name) {
  for (const Method& method : kMethods) {
    if (Same(method.name, name)) return &method;
  }
  return nullptr;
}

}  // namespace skep::mcp
