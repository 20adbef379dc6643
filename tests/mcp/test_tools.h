#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "skep/field.h"
#include "skep/tool.h"

namespace skep::mcp {

using Json = nlohmann::json;

// The tools of these tests: one of each way to run, as plain as can be.
//
//   say    {text*, times=1}     reads nothing, answers at once; "text" may be any
//   get    {key*}               reads what put has written
//   put    {key*, value*}       writes
//   hold   {}                   writes nothing, and keeps the store's thread until the gate opens
//   wait   {name*}              waits until the test answers it
//   fail   {write=false}        fails, having written something if it may

/// All of them, in that order.
std::span<const Tool* const> TestTools();

/// What `hold` stands before, on the store's thread. One for the process: a test opens it before it ends.
class Gate {
 public:
  static Gate& Instance();
  /// From now on `hold` waits.
  void Shut();
  void Open();
  /// Called by `hold`.
  void Pass();
  /// Returns once somebody stands before it.
  void AwaitVisitor();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  int visitors_ = 0;
};

struct Waited {
  std::string answer;
  static constexpr Field kFields[] = {Req<&Waited::answer>("answer")};
};

/// A call of `wait` that the test has yet to answer.
struct WaitingCall {
  std::string_view name;  ///< From the arguments: they live as long as the reply.
  Reply<Waited> reply;
};

/// Calls of `wait`, in the order in which they began. Empty between tests.
std::deque<WaitingCall>& WaitingCalls();

// --- Lines -------------------------------------------------------------------------------------------

/// `{"jsonrpc":"2.0","id":ID,"method":METHOD,"params":PARAMS}`; no params when null.
std::string RequestLine(const Json& id, std::string_view method, const Json& params = nullptr);
std::string Notification(std::string_view method, const Json& params = nullptr);
/// A tools/call.
std::string Call(const Json& id, std::string_view tool, const Json& arguments = Json::object());
/// The same with a progress token.
std::string CallWithProgress(const Json& id, std::string_view tool, const Json& arguments, const Json& token);
std::string Cancelled(const Json& id);
std::string Initialize(const Json& id, std::string_view version);

/// `params` with the `_meta` of a request in the modern era.
Json Modern(Json params = Json::object(), std::string_view version = "2026-07-28");

/// One array of messages.
std::string BatchOf(std::initializer_list<std::string> messages);

}  // namespace skep::mcp
