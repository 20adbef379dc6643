#include "fuzz/result.h"

#include <fmt/format.h>

#include <string_view>

namespace skep::fuzz {
namespace {

using json::Type;
using json::Value;
using std::string_view;

/// How many values completion/complete may offer.
constexpr std::size_t kMostCompletions = 100;

bool IsText(Value value) { return value.Is(Type::kString); }

bool IsContent(Value content) {
  const Value type = content.Find("type");
  if (!IsText(type)) return false;
  if (type.AsString() == "text") return IsText(content.Find("text"));
  if (type.AsString() == "resource_link") return IsText(content.Find("uri"));
  return true;
}

bool IsResourceContent(Value content) {
  return IsText(content.Find("uri")) && (IsText(content.Find("text")) || IsText(content.Find("blob")));
}

bool IsMessage(Value message) {
  const Value role = message.Find("role");
  return IsText(role) && (role.AsString() == "user" || role.AsString() == "assistant") &&
         IsContent(message.Find("content"));
}

bool IsTool(Value tool) {
  const Value schema = tool.Find("inputSchema").Find("type");
  return IsText(tool.Find("name")) && IsText(schema) && schema.AsString() == "object";
}

bool IsResource(Value resource) { return IsText(resource.Find("uri")) && IsText(resource.Find("name")); }
bool IsTemplate(Value resource) { return IsText(resource.Find("uriTemplate")) && IsText(resource.Find("name")); }
bool IsPrompt(Value prompt) { return IsText(prompt.Find("name")); }
bool IsTask(Value task) { return IsText(task.Find("taskId")) && IsText(task.Find("status")); }

/// Whether a result has an array of that name, all of whose elements are such.
std::optional<std::string> FaultOfArray(Value result, string_view name, bool (*is_such)(Value)) {
  const Value array = result.Find(name);
  if (!array.Is(Type::kArray)) return fmt::format("the result has no array \"{}\"", name);
  Value element;
  std::size_t at = 0;
  for (json::Elements elements(array); elements.Next(element); ++at) {
    if (!is_such(element)) return fmt::format("\"{}\"[{}] lacks what it must have", name, at);
  }
  return std::nullopt;
}

std::optional<std::string> FaultOfGreeting(Value result) {
  const Value info = result.Find("serverInfo");
  if (IsText(result.Find("protocolVersion")) && result.Find("capabilities").Is(Type::kObject) &&
      IsText(info.Find("name")) && IsText(info.Find("version"))) {
    return std::nullopt;
  }
  return "the result lacks protocolVersion, capabilities, or serverInfo with name and version";
}

std::optional<std::string> FaultOfCompletion(Value result) {
  const Value completion = result.Find("completion");
  auto fault = FaultOfArray(completion, "values", IsText);
  if (fault) return fault;
  Value value;
  std::size_t count = 0;
  for (json::Elements elements(completion.Find("values")); elements.Next(value);) ++count;
  if (count > kMostCompletions) return fmt::format("{} values, the most are {}", count, kMostCompletions);
  return std::nullopt;
}

}  // namespace

bool IsComplete(Value result) {
  const Value type = result.Find("resultType");
  return !IsText(type) || type.AsString() == "complete";
}

std::optional<std::string> FaultOfResult(Method method, bool modern, Value result) {
  if (!result.Is(Type::kObject)) return "the result is no object";
  if (modern && !IsText(result.Find("resultType"))) return "the result has no resultType";
  if (!IsComplete(result)) return std::nullopt;
  switch (method) {
    case Method::kInitialize:
      return FaultOfGreeting(result);
    case Method::kToolsList:
      return FaultOfArray(result, "tools", IsTool);
    case Method::kToolsCall:
      if (IsTask(result.Find("task"))) return std::nullopt;
      if (const Value error = result.Find("isError"); error.exists() && !error.Is(Type::kBool)) {
        return "isError is no boolean";
      }
      return FaultOfArray(result, "content", IsContent);
    case Method::kResourcesList:
      return FaultOfArray(result, "resources", IsResource);
    case Method::kTemplatesList:
      return FaultOfArray(result, "resourceTemplates", IsTemplate);
    case Method::kResourcesRead:
      return FaultOfArray(result, "contents", IsResourceContent);
    case Method::kPromptsList:
      return FaultOfArray(result, "prompts", IsPrompt);
    case Method::kPromptsGet:
      return FaultOfArray(result, "messages", IsMessage);
    case Method::kComplete:
      return FaultOfCompletion(result);
    case Method::kTasksList:
      return FaultOfArray(result, "tasks", IsTask);
    default:
      return std::nullopt;
  }
}

std::optional<std::string> FaultOfStructure(const ToolContract& tool, Value result) {
  if (!tool.output || !IsComplete(result) || result.Find("task").exists()) return std::nullopt;
  const Value structure = result.Find("structuredContent");
  if (!structure.exists()) return "there is an output schema, but no structuredContent";
  auto fault = tool.output->Check(structure);
  if (fault) fault = "structuredContent" + *fault;
  return fault;
}

}  // namespace skep::fuzz
