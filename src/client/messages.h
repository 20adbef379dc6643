#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// What a client says. Each is one line with its end; `params` and `arguments` are JSON.
namespace skep::client {

/// The newest revision of the legacy era, in which a session is agreed on, and the modern one, in which every request
/// says for itself which it is in.
inline constexpr std::string_view kLegacy = "2025-11-25";
inline constexpr std::string_view kModern = "2026-07-28";

std::string Initialize(std::int64_t id, std::string_view revision = kLegacy);
inline constexpr std::string_view kInitialized = R"({"jsonrpc":"2.0","method":"notifications/initialized"})"
                                                 "\n";
/// Without params when those are empty.
std::string Request(std::int64_t id, std::string_view method, std::string_view params = {});
std::string Call(std::int64_t id, std::string_view tool, std::string_view arguments);
/// The same two as the modern era has them.
std::string ModernRequest(std::int64_t id, std::string_view method, std::string_view params = {});
std::string ModernCall(std::int64_t id, std::string_view tool, std::string_view arguments);
/// The text as a JSON string, with its quotes.
std::string Quoted(std::string_view text);

}  // namespace skep::client
