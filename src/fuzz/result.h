#pragma once

#include <optional>
#include <string>

#include "fuzz/contract.h"
#include "fuzz/methods.h"
#include "json/reader.h"

namespace skep::fuzz {

/// Whether a method's result has the form that MCP gives it: the first fault, as a sentence. Of tools/call the content
/// only; structuredContent is judged by the tool's own schema.
std::optional<std::string> FaultOfResult(Method method, bool modern, json::Value result);

/// Whether a result is a whole one: the modern era has others, which ask for more or stand for a task.
bool IsComplete(json::Value result);

/// Whether what a call resulted in is what its tool promises.
std::optional<std::string> FaultOfStructure(const ToolContract& tool, json::Value result);

}  // namespace skep::fuzz
