#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace skep::fuzz {

/// What a server must not do.
enum class Rule : std::uint8_t {
  kNotProtocol,   ///< A line of its output is no JSON, no UTF-8, or longer than clients take.
  kEnvelope,      ///< A message is none by JSON-RPC 2.0.
  kUnasked,       ///< It answers what was not asked, or twice.
  kUnanswered,    ///< A request is not answered.
  kUnreadable,    ///< What is no message is not answered with one error without an id.
  kCode,          ///< An answer of another kind than the request calls for.
  kAccepted,      ///< It takes what its own input schema forbids.
  kResult,        ///< A result has not the form that MCP gives it.
  kOutputSchema,  ///< structuredContent is not what the tool's output schema says.
  kMemory,        ///< Memory has not what was stored.
  kTasks,         ///< A task has two owners, or takes a report under a stale epoch.
  kCrash,         ///< It ended while it was spoken to.
  kHang,          ///< A ping is not answered.
  kExit,          ///< It does not end well when its input does.
  kSanitizer,     ///< A sanitizer has said something on its standard error.
  kGrowth,        ///< Its memory, descriptors or threads grow.
};
inline constexpr std::string_view kRuleNames[] = {
    "not-protocol",  "envelope", "unasked", "unanswered", "unreadable", "code", "accepted",  "result",
    "output-schema", "memory",   "tasks",   "crash",      "hang",       "exit", "sanitizer", "growth"};
constexpr std::string_view NameOf(Rule rule) { return kRuleNames[static_cast<std::size_t>(rule)]; }

/// Something that a server did and must not do.
struct Finding {
  Rule rule = Rule::kNotProtocol;
  std::string subject;  ///< The tool, method or kind of thing. Findings of one rule and subject are taken for one.
  std::string detail;   ///< A sentence: what came, or did not.

  std::string Key() const { return std::string(NameOf(rule)) + ": " + subject; }
};

}  // namespace skep::fuzz
