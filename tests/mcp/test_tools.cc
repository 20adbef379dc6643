#include "mcp/test_tools.h"

#include <utility>

#include "store/database.h"
#include "swarm/memory.h"

namespace skep::mcp {
namespace {

namespace say {

struct Args {
  std::string_view text;
  int times = 1;
  static constexpr Field kFields[] = {Req<&Args::text>("text", "What to say"),
                                      Opt<&Args::times>("times", {}, {0, 20'000'000})};
};
struct Result {
  std::string said;
  static constexpr Field kFields[] = {Req<&Result::said>("said")};
};
Expected<Result> Run(const Args& args, ToolContext&) {
  Result result;
  for (int i = 0; i < args.times; ++i) result.said += args.text;
  return result;
}
constexpr Tool kTool =
    MakeTool<Run>({.name = "say", .title = "Say", .description = "Says it.", .hints = {.read_only = true}});

}  // namespace say

namespace get {

struct Args {
  std::string_view key;
  static constexpr Field kFields[] = {Req<&Args::key>("key")};
};
struct Result {
  std::optional<std::string> value;
  static constexpr Field kFields[] = {Opt<&Result::value>("value")};
};
Expected<Result> Run(const Args& args, ToolContext& context) {
  auto read = swarm::RetrieveEntry(context.database(), "test", args.key, context.now_ms());
  Result result;
  if (read) result.value = std::move(read->entry.value);
  return result;
}
constexpr Tool kTool =
    MakeTool<Run>({.name = "get", .title = "Get", .description = "Reads.", .hints = {.read_only = true}});

}  // namespace get

namespace put {

struct Args {
  std::string_view key;
  std::string_view value;
  static constexpr Field kFields[] = {Req<&Args::key>("key"), Req<&Args::value>("value")};
};
struct Result {
  std::int64_t version = 0;
  static constexpr Field kFields[] = {Req<&Result::version>("version")};
};
Expected<Result> Run(const Args& args, ToolContext& context) {
  const auto stored = swarm::StoreEntry(context.database(),
                                        {.name_space = "test", .key = args.key, .value = args.value}, context.now_ms());
  if (!stored) return std::unexpected(stored.error());
  return Result{.version = stored->version};
}
constexpr Tool kTool = MakeTool<Run>({.name = "put",
                                      .title = "Put",
                                      .description = "Writes.",
                                      .hints = {.destructive = true, .idempotent = true},
                                      .effect = Effect::kWrite});

}  // namespace put

namespace hold {

struct Args {
  static constexpr std::array<Field, 0> kFields = {};
};
struct Result {
  bool held = true;
  static constexpr Field kFields[] = {Req<&Result::held>("held")};
};
Expected<Result> Run(const Args&, ToolContext&) {
  Gate::Instance().Pass();
  return Result{};
}
constexpr Tool kTool =
    MakeTool<Run>({.name = "hold", .title = "Hold", .description = "Holds the store.", .effect = Effect::kWrite});

}  // namespace hold

namespace wait {

struct Args {
  std::string_view name;
  static constexpr Field kFields[] = {Req<&Args::name>("name")};
};
void Run(const Args& args, ToolContext&, Reply<Waited> reply) {
  WaitingCalls().push_back({.name = args.name, .reply = std::move(reply)});
}
constexpr Tool kTool = MakeTool<Run>({.name = "wait", .title = "Wait", .description = "Waits.", .takes_long = true});

}  // namespace wait

namespace fail {

struct Args {
  bool write = false;
  Effect effect() const { return write ? Effect::kWrite : Effect::kRead; }
  static constexpr Field kFields[] = {Opt<&Args::write>("write")};
};
struct Result {
  bool never = false;
  static constexpr Field kFields[] = {Req<&Result::never>("never")};
};
Expected<Result> Run(const Args& args, ToolContext& context) {
  if (args.write) {
    const auto stored = swarm::StoreEntry(context.database(), {.name_space = "test", .key = "fail", .value = "undone"},
                                          context.now_ms());
    if (!stored) return std::unexpected(stored.error());
  }
  return Fail(ErrorCode::kConflict, "it is \"taken\": choose another");
}
constexpr Tool kTool = MakeTool<Run>({.name = "fail", .title = "Fail", .description = "Fails.", .takes_long = true});

}  // namespace fail

std::string Message(Json message, std::string_view method, const Json& params) {
  message["jsonrpc"] = "2.0";
  message["method"] = method;
  if (!params.is_null()) message["params"] = params;
  return message.dump();
}

}  // namespace

std::span<const Tool* const> TestTools() {
  static constexpr const Tool* kAll[] = {&say::kTool,  &get::kTool,  &put::kTool,
                                         &hold::kTool, &wait::kTool, &fail::kTool};
  return kAll;
}

Gate& Gate::Instance() {
  static Gate gate;
  return gate;
}
void Gate::Shut() {
  const std::lock_guard lock(mutex_);
  open_ = false;
}
void Gate::Open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
  changed_.notify_all();
}
void Gate::Pass() {
  std::unique_lock lock(mutex_);
  ++visitors_;
  changed_.notify_all();
  changed_.wait(lock, [this] { return open_; });
  --visitors_;
}
void Gate::AwaitVisitor() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return visitors_ > 0; });
}

std::deque<WaitingCall>& WaitingCalls() {
  static std::deque<WaitingCall> calls;
  return calls;
}

std::string RequestLine(const Json& id, std::string_view method, const Json& params) {
  return Message({{"id", id}}, method, params);
}
std::string Notification(std::string_view method, const Json& params) {
  return Message(Json::object(), method, params);
}
std::string Call(const Json& id, std::string_view tool, const Json& arguments) {
  return RequestLine(id, "tools/call", {{"name", tool}, {"arguments", arguments}});
}
std::string CallWithProgress(const Json& id, std::string_view tool, const Json& arguments, const Json& token) {
  return RequestLine(id, "tools/call",
                     {{"name", tool}, {"arguments", arguments}, {"_meta", {{"progressToken", token}}}});
}
std::string Cancelled(const Json& id) { return Notification("notifications/cancelled", {{"requestId", id}}); }
std::string Initialize(const Json& id, std::string_view version) {
  return RequestLine(id, "initialize",
                     {{"protocolVersion", version},
                      {"capabilities", Json::object()},
                      {"clientInfo", {{"name", "test"}, {"version", "1"}}}});
}

Json Modern(Json params, std::string_view version) {
  params["_meta"]["io.modelcontextprotocol/protocolVersion"] = version;
  params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = Json::object();
  return params;
}

std::string BatchOf(std::initializer_list<std::string> messages) {
  std::string batch = "[";
  for (const std::string& message : messages) batch += message + ",";
  batch.back() = ']';
  return batch;
}

}  // namespace skep::mcp
