#include "handlers/telemetry_forms.h"

// Where the names are from:
//
//   Claude Code    code.claude.com/docs/en/monitoring-usage, "Available metrics and events". An event's body has its
//                  whole name, its attribute event.name only what follows "claude_code.". Input is without what came
//                  from the cache.
//   Codex          github.com/openai/codex, codex-rs/otel/src/events/session_telemetry.rs (sse_event_completed) and
//                  events/shared/log.rs. Numbers are sent as text. Input is with what came from the cache, output is
//                  with reasoning; tool_token_count is the total of both and is not read. Its counter
//                  codex.turn.token_usage names no conversation and has the tokens of these events once more.
//   Gemini CLI     github.com/google-gemini/gemini-cli, docs/cli/telemetry.md and
//                  packages/core/src/telemetry/types.ts (ApiResponseEvent). Input is with what came from the cache;
//                  thoughts are not in the output, nor what tools' results take in the input.
//   gen_ai.…       opentelemetry.io/docs/specs/semconv/gen-ai, "Metrics" and "Events". Input is with what came from
//                  the cache, which the counter does not tell apart.

namespace skep::handlers {
namespace {

using swarm::UsageSource;

constexpr Either kSession = {"session.id", "gen_ai.conversation.id"};
constexpr Either kModel = {"model", ""};
constexpr Either kGenAiModel = {"gen_ai.response.model", "gen_ai.request.model"};

constexpr FigureName kClaudeEvent[] = {
    {"input_tokens", Figure::kInput},
    {"output_tokens", Figure::kOutput},
    {"cache_read_tokens", Figure::kCacheRead},
    {"cache_creation_tokens", Figure::kCacheWrite},
    {"cost_usd", Figure::kCost},
};
constexpr FigureName kCodexEvent[] = {
    {"input_token_count", Figure::kInput},
    {"output_token_count", Figure::kOutput},
    {"cached_token_count", Figure::kCacheRead, true},
    {"cache_write_token_count", Figure::kCacheWrite, true},
};
constexpr FigureName kGeminiEvent[] = {
    {"input_token_count", Figure::kInput},
    {"tool_token_count", Figure::kInput},
    {"output_token_count", Figure::kOutput},
    {"thoughts_token_count", Figure::kOutput},
    {"cached_content_token_count", Figure::kCacheRead, true},
};
constexpr FigureName kGenAiEvent[] = {
    {"gen_ai.usage.input_tokens", Figure::kInput},
    {"gen_ai.usage.output_tokens", Figure::kOutput},
    {"gen_ai.usage.cache_read.input_tokens", Figure::kCacheRead, true},
    {"gen_ai.usage.cache_creation.input_tokens", Figure::kCacheWrite, true},
};

constexpr EventForm kEvents[] = {
    {"claude_code.api_request", "claude-code", UsageSource::kEvent, kSession, kModel, "request_id", "query_source",
     kClaudeEvent},
    {"codex.sse_event", "codex", UsageSource::kEvent, {"conversation.id", ""}, kModel, "", "", kCodexEvent},
    {"codex.websocket_event", "codex", UsageSource::kEvent, {"conversation.id", ""}, kModel, "", "", kCodexEvent},
    {"gemini_cli.api_response", "gemini-cli", UsageSource::kEvent, kSession, kModel, "", "role", kGeminiEvent},
    {"gen_ai.client.inference.operation.details", "", UsageSource::kGenAiEvent, kSession, kGenAiModel,
     "gen_ai.response.id", "gen_ai.operation.name", kGenAiEvent},
};

constexpr FigureName kClaudeTokens[] = {
    {"input", Figure::kInput},
    {"output", Figure::kOutput},
    {"cacheRead", Figure::kCacheRead},
    {"cacheCreation", Figure::kCacheWrite},
};
constexpr FigureName kClaudeCost[] = {{"", Figure::kCost}};
constexpr FigureName kGeminiTokens[] = {
    {"input", Figure::kInput},           {"tool", Figure::kInput},
    {"output", Figure::kOutput},         {"thought", Figure::kOutput},
    {"cache", Figure::kCacheRead, true},
};
constexpr FigureName kGenAiTokens[] = {{"input", Figure::kInput}, {"output", Figure::kOutput}};

constexpr CounterForm kCounters[] = {
    {"claude_code.token.usage", "claude-code", UsageSource::kCounter, kSession, kModel, "type", "query_source",
     kClaudeTokens},
    {"claude_code.cost.usage", "claude-code", UsageSource::kCounter, kSession, kModel, "", "query_source", kClaudeCost},
    {"gemini_cli.token.usage", "gemini-cli", UsageSource::kCounter, kSession, kModel, "type", "", kGeminiTokens},
    {"gen_ai.client.token.usage", "", UsageSource::kGenAiCounter, kSession, kGenAiModel, "gen_ai.token.type",
     "gen_ai.operation.name", kGenAiTokens},
};

}  // namespace

std::span<const EventForm> EventForms() { return kEvents; }
std::span<const CounterForm> CounterForms() { return kCounters; }

}  // namespace skep::handlers
