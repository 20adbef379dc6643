#pragma once

#include <string>
#include <string_view>

namespace skep::micro {

// What a client sends, as short as it can be.

inline std::string Ping() { return R"({"jsonrpc":"2.0","id":7,"method":"ping"})"; }

inline std::string CallMemory(std::string_view arguments) {
  return R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"memory_usage","arguments":{)" +
         std::string(arguments) + "}}}";
}
inline std::string Retrieve(std::string_view key) {
  return CallMemory(R"("action":"retrieve","key":")" + std::string(key) + "\"");
}
inline std::string Store(std::string_view key, std::string_view value) {
  return CallMemory(R"("action":"store","key":")" + std::string(key) + R"(","value":")" + std::string(value) + "\"");
}

}  // namespace skep::micro
