#include "fuzz/generator.h"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <numeric>

#include "base/limits.h"
#include "client/messages.h"
#include "fuzz/model.h"
#include "fuzz/mutate.h"

namespace skep::fuzz {
namespace {

using std::string_view;

/// Keys of a connection's own memory: few, so that what is read was written.
constexpr std::size_t kKeys = 16;
/// One heavy line in so many, and its size: beyond what any server takes for a line.
constexpr std::size_t kOversizeEvery = 40;
constexpr std::size_t kOversize = 10 * limits::kMiB + limits::kKiB;
constexpr std::size_t kLongLine = limits::kMiB;
/// What would wait so long is cancelled at once.
constexpr int kLongWaitS = 60;
/// Messages in a batch, mostly; and seldom, of which servers may say that it is too long.
constexpr std::size_t kBatch = 6;
constexpr std::size_t kLongBatch = 1100;

constexpr std::array<string_view, 14> kOddIds = {"-1",
                                                 "0",
                                                 "-0",
                                                 "7.0",
                                                 "1.5",
                                                 "1e2",
                                                 "1e300",
                                                 "1e400",
                                                 "null",
                                                 "true",
                                                 "[1]",
                                                 R"({"a":1})",
                                                 "9007199254740993",
                                                 "18446744073709551616"};
constexpr std::array<string_view, 6> kUnknownMethods = {"no/such", "tools", "tools/Call", "", "rpc.discover", "ping "};
constexpr std::array<string_view, 12> kNotifications = {
    R"("method":"notifications/initialized")",
    R"("method":"notifications/roots/list_changed")",
    R"("method":"notifications/cancelled","params":{"requestId":"none"})",
    R"("method":"notifications/cancelled","params":{})",
    R"("method":"notifications/cancelled")",
    R"("method":"notifications/progress","params":{"progressToken":1,"progress":0.5})",
    R"("method":"notifications/tasks/status","params":{"taskId":"none"})",
    R"("method":"notifications/no/such","params":{"a":[]})",
    R"("method":"ping")",
    R"("method":"tools/list")",
    R"("method":"no/such")",
    R"("method":"initialize","params":{})"};
constexpr std::array<string_view, 8> kResponses = {R"("id":1,"result":{})",
                                                   R"("id":"none","result":{"roots":[]})",
                                                   R"("id":1,"error":{"code":-1,"message":"no"})",
                                                   R"("id":1,"result":null)",
                                                   R"("id":null,"error":{"code":1,"message":""})",
                                                   R"("id":-5,"result":7,"error":{})",
                                                   R"("id":1.5,"result":{"action":"accept"})",
                                                   R"("id":[],"error":[])"};
constexpr std::array<string_view, 12> kOddEnvelopes = {
    R"({"jsonrpc":"1.0","id":@,"method":"ping"})",
    R"({"id":@,"method":"ping"})",
    R"({"jsonrpc":2.0,"id":@,"method":"ping"})",
    R"({"jsonrpc":"2.0","id":@})",
    R"({"jsonrpc":"2.0","id":@,"method":7})",
    R"({"jsonrpc":"2.0","id":@,"method":"ping","method":"tools/list"})",
    R"({"jsonrpc":"2.0","id":@,"id":@,"method":"ping"})",
    R"({"jsonrpc":"2.0","id":@,"method":"ping","params":[]})",
    R"({"jsonrpc":"2.0","id":@,"method":"ping","params":"x"})",
    R"({"jsonrpc":"2.0","id":@,"method":"ping","params":null})",
    R"({"jsonrpc":"2.0","id":@,"method":"ping","extra":{"x":[1]}})",
    R"({"method":"ping","id":@,"jsonrpc":"2.0"})"};
constexpr std::array<string_view, 10> kNoMessages = {"null", "1",    "true", "\"ping\"", "{}",
                                                     "[]",   "[[]]", "[1]",  "nothing",  "{\"a\":"};

constexpr std::array<string_view, 4> kClientAbilities = {
    "{}", "{}", R"({"roots":{"listChanged":true},"elicitation":{},"sampling":{}})",
    R"({"elicitation":{"form":{},"url":{}}})"};
constexpr std::array<string_view, 5> kModernAbilities = {"{}", "{}", "{}", R"({"elicitation":{}})",
                                                         R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})"};

}  // namespace

/// What is said, and how often: the weights are shares of their sum.
struct Generator::Kind {
  std::size_t weight;
  void (Generator::*append)(std::string& to);
};
const Generator::Kind Generator::kKinds[] = {
    {280, &Generator::ValidCall},   {140, &Generator::NearlyValidCall},
    {140, &Generator::Memory},      {100, &Generator::Tasks},
    {100, &Generator::AnyMethod},   {40, &Generator::NearlyAnyMethod},
    {30, &Generator::OddId},        {30, &Generator::OddEnvelope},
    {25, &Generator::Notification}, {10, &Generator::Response},
    {15, &Generator::Batch},        {10, &Generator::Cancelled},
    {70, &Generator::Damaged},      {4, &Generator::Lifecycle},
    {5, &Generator::Blank},         {1, &Generator::Heavy},
};

Generator::Generator(const Contract& contract, Random random, int connection)
    : contract_(contract),
      random_(random),
      connection_(connection),
      memory_(contract.HasMemory()),
      tasks_(contract.HasTasks()),
      values_(random_, pool_),
      params_(contract, random_, pool_, values_) {}

void Generator::Learn(const std::vector<Capture>& captures) {
  for (const Capture& capture : captures) pool_.Add(capture.name, capture.text);
}

void Generator::Append(std::string& to) {
  static const std::size_t kSum = std::accumulate(std::begin(kKinds), std::end(kKinds), std::size_t{0},
                                                  [](std::size_t sum, const Kind& kind) { return sum + kind.weight; });
  std::size_t dice = random_.Below(kSum);
  for (const Kind& kind : kKinds) {
    if (dice < kind.weight) return (this->*kind.append)(to);
    dice -= kind.weight;
  }
}

// --- Envelopes -------------------------------------------------------------------------------------------------------

void Generator::Line(string_view id, string_view method, string_view params, std::string& to) {
  constexpr string_view kParams = R"(,"params":{)";
  to.append(R"({"jsonrpc":"2.0","id":)").append(id).append(R"(,"method":")").append(method).append(1, '"');
  const std::size_t without = to.size();
  to.append(kParams).append(params);
  Meta(params, to);
  if (to.size() > without + kParams.size()) {
    to += '}';
  } else {
    to.resize(without);
  }
  to += "}\n";
}

void Generator::Meta(string_view params, std::string& to) {
  const bool modern = contract_.modern && random_.OneIn(3);
  const string_view token = random_.OneIn(40) ? R"("progressToken":1)" : "";
  const string_view abilities = modern ? random_.Pick(kModernAbilities) : string_view();
  // What is said of _meta already stays as it is.
  if ((!modern && token.empty()) || params.contains("\"_meta\"")) return;
  to.append(params.empty() ? "" : ",").append(R"("_meta":{)").append(token);
  if (modern) {
    to.append(token.empty() ? "\"" : ",\"").append(kMetaVersion).append(R"(":")").append(client::kModern);
    to.append(R"(",")").append(kMetaCapabilities).append(R"(":)").append(abilities);
  }
  to += '}';
}

void Generator::Call(string_view tool, string_view arguments, std::string& to) {
  call_.assign(R"("name":")").append(tool).append(R"(","arguments":)").append(arguments);
  Line(NextId(), "tools/call", call_, to);
}

void Generator::Cancel(string_view id, std::string& to) {
  fmt::format_to(std::back_inserter(to),
                 R"({{"jsonrpc":"2.0","method":"notifications/cancelled","params":{{"requestId":{},"reason":"race"}}}})"
                 "\n",
                 id);
}

std::string Generator::Initialize(string_view revision) {
  return fmt::format(
      R"({{"jsonrpc":"2.0","id":{},"method":"initialize","params":{{"protocolVersion":"{}","capabilities":{},"clientInfo":{{"name":"skep-fuzz","version":"1"}}}}}})"
      "\n",
      NextId(), revision, random_.Pick(kClientAbilities));
}

void Generator::Greet(std::string& to) {
  const std::size_t dice = random_.Below(12);
  if (dice == 0) return;
  // The newest revision as often as all others: it has most of what there is.
  const string_view revision = dice < 6 ? client::kLegacy : random_.Pick(kLegacyRevisions);
  to += Initialize(dice == 11 ? "1999-01-01" : revision);
  if (dice != 10) to += client::kInitialized;
}

void Generator::Lifecycle(std::string& to) {
  if (random_.OneIn(3)) {
    to += R"({"jsonrpc":"2.0","id":)" + NextId() + R"(,"method":"initialize","params":{"protocolVersion":7}})" + "\n";
  } else {
    to += Initialize(random_.OneIn(8) ? client::kModern : random_.Pick(kLegacyRevisions));
  }
}

// --- Calls and requests ----------------------------------------------------------------------------------------------

void Generator::ValidCall(std::string& to) {
  if (contract_.tools.empty()) return AnyMethod(to);
  const ToolContract& tool = random_.Pick(contract_.tools);
  arguments_.clear();
  values_.Valid(tool.input, 0, tool.name, arguments_);
  if (random_.OneIn(30)) {
    // A call that takes some time may become a task of the protocol.
    Lengthen(arguments_, kLongestWaitS);
    if (random_.OneIn(2)) arguments_ += R"(,"task":{"ttl":60000})";
  } else if (const std::string* state = random_.OneIn(30) ? pool_.Pick("requestState", random_) : nullptr) {
    arguments_.append(R"(,"requestState":)").append(client::Quoted(*state)).append(R"(,"inputResponses":{})");
  }
  Call(tool.name, arguments_, to);
}

void Generator::NearlyValidCall(std::string& to) {
  if (contract_.tools.empty()) return NearlyAnyMethod(to);
  const ToolContract& tool = random_.Pick(contract_.tools);
  arguments_.clear();
  values_.NearlyValid(tool.input, arguments_);
  Call(random_.OneIn(30) ? tool.name + "x" : tool.name, arguments_, to);
}

void Generator::Memory(std::string& to) {
  if (!memory_) return ValidCall(to);
  const std::size_t dice = random_.Below(20);
  const std::string_view action = dice < 9 ? "store" : dice < 17 ? "retrieve" : "delete";
  arguments_ = fmt::format(R"({{"action":"{}","namespace":"{}","key":"k{}")", action, Model::OwnNamespace(connection_),
                           random_.Below(kKeys));
  if (dice < 9) {
    fmt::format_to(std::back_inserter(arguments_), R"(,"value":"{}\u0001 ä🐝\"{:x}")", dice, random_.Next());
    if (dice < 3) fmt::format_to(std::back_inserter(arguments_), R"(,"ifVersion":{})", random_.Below(5));
  }
  arguments_ += '}';
  Call("memory_usage", arguments_, to);
}

void Generator::Tasks(std::string& to) {
  if (!tasks_) return ValidCall(to);
  // Half of it in a swarm that all connections know by its name.
  const std::string* own = random_.OneIn(2) ? pool_.Pick("swarmId", random_) : nullptr;
  const std::string swarm = own != nullptr ? *own : "shared";
  const std::string* agent = pool_.Pick("agentId", random_);
  const std::string* claim = pool_.Pick(Pool::kClaims, random_);
  const std::size_t dice = random_.Below(24);
  if (dice == 0) {
    return Call("swarm_init",
                fmt::format(R"({{"topology":"{}","maxAgents":1000,"name":"{}"}})", random_.OneIn(2) ? "star" : "mesh",
                            random_.OneIn(2) ? "shared" : NextId()),
                to);
  }
  if (dice < 3 || agent == nullptr)
    return Call("agent_spawn", fmt::format(R"({{"type":"coder","swarmId":"{}"}})", swarm), to);
  if (dice < 8) {
    return Call("task_orchestrate", fmt::format(R"({{"task":"t{}","swarmId":"{}"}})", last_id_, swarm), to);
  }
  if (dice < 14 || claim == nullptr) return Call("task_claim", fmt::format(R"({{"agentId":"{}"}})", *agent), to);
  const std::size_t space = claim->find(' ');
  const std::int64_t epoch = std::stoll(claim->substr(space)) - (random_.OneIn(6) ? 1 : 0);
  constexpr std::array<string_view, 6> kStates = {"progress", "progress",  "released",
                                                  "released", "succeeded", "failed"};
  Call("task_update",
       fmt::format(R"({{"taskId":"{}","state":"{}","epoch":{}}})", claim->substr(0, space), random_.Pick(kStates),
                   epoch),
       to);
}

void Generator::AnyMethod(std::string& to) {
  const MethodInfo& info = random_.Pick(kMethods);
  if (info.method == Method::kToolsCall) return ValidCall(to);
  if (info.method == Method::kInitialize) return Line(NextId(), random_.Pick(kUnknownMethods), "", to);
  std::string params;
  params_.Append(info.method, params);
  const std::string id = NextId();
  Line(id, info.name, params, to);
  // It goes on until it is cancelled, or the session ends.
  if (info.method == Method::kListen && !random_.OneIn(4)) Cancel(id, to);
}

void Generator::NearlyAnyMethod(std::string& to) {
  const MethodInfo& info = random_.Pick(kMethods);
  if (info.method == Method::kInitialize) return Lifecycle(to);
  std::string params = random_.OneIn(2) ? R"("name":)" : R"("uri":)";
  if (random_.OneIn(3)) params = random_.OneIn(2) ? R"("cursor":)" : R"("_meta":)";
  values_.Odd(params);
  if (random_.OneIn(4))
    params = fmt::format(R"("_meta":{{"{}":"2027-01-01","{}":{{}}}})", kMetaVersion, kMetaCapabilities);
  Line(NextId(), info.name, params, to);
}

// --- What is no valid message, or unusual ----------------------------------------------------------------------------

void Generator::OddId(std::string& to) {
  const std::size_t dice = random_.Below(8);
  std::string id = NextId();
  if (dice == 0) {
    id = '"' + std::string(random_.OneIn(2) ? 200 : 2000, 'i') + id + '"';
  } else if (dice < 4) {
    id = fmt::format(R"("{}-ä\n{}")", dice, id);
  } else {
    id = random_.Pick(kOddIds);
  }
  const std::string_view method = random_.OneIn(4) ? random_.Pick(kUnknownMethods) : "ping";
  fmt::format_to(std::back_inserter(to), "{{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"{}\"}}\n", id, method);
}

void Generator::OddEnvelope(std::string& to) {
  if (random_.OneIn(3)) {
    to.append(random_.Pick(kNoMessages)) += '\n';
    return;
  }
  for (const char c : random_.Pick(kOddEnvelopes)) {
    if (c == '@') {
      to += NextId();
    } else {
      to += c;
    }
  }
  to += '\n';
}

void Generator::Notification(std::string& to) {
  fmt::format_to(std::back_inserter(to), "{{\"jsonrpc\":\"2.0\",{}}}\n", random_.Pick(kNotifications));
}

void Generator::Response(std::string& to) {
  fmt::format_to(std::back_inserter(to), "{{\"jsonrpc\":\"2.0\",{}}}\n", random_.Pick(kResponses));
}

void Generator::Batch(std::string& to) {
  const std::size_t count = random_.OneIn(300) ? kLongBatch : random_.Below(kBatch);
  std::string line = "[";
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) line += ',';
    const std::size_t dice = random_.Below(6);
    if (dice == 0) {
      line += random_.Pick(kNoMessages);
    } else if (dice == 1) {
      Notification(line);
    } else if (dice == 2 && count < kLongBatch) {
      NearlyValidCall(line);
    } else {
      line += R"({"jsonrpc":"2.0","id":)" + NextId() + R"(,"method":"ping"})";
    }
    if (line.back() == '\n') line.pop_back();
  }
  to.append(line) += "]\n";
}

void Generator::Cancelled(std::string& to) {
  if (contract_.tools.empty()) return Notification(to);
  const ToolContract& tool = random_.Pick(contract_.tools);
  arguments_.clear();
  values_.Valid(tool.input, 0, tool.name, arguments_);
  Lengthen(arguments_, kLongWaitS);
  Call(tool.name, arguments_, to);
  // Sometimes with what was asked before it.
  for (std::uint64_t id = last_id_ - (random_.OneIn(4) ? 1 : 0); id <= last_id_; ++id) Cancel(std::to_string(id), to);
}

void Generator::Damaged(std::string& to) {
  std::string line;
  random_.OneIn(2) ? ValidCall(line) : AnyMethod(line);
  if (line.size() > kLongLine / 8) return;
  line.pop_back();
  Mutate(random_, line);
  // One in four has lost its end: the next line is glued to it.
  to += line;
  if (!random_.OneIn(4)) to += '\n';
}

void Generator::Blank(std::string& to) {
  constexpr std::array<string_view, 6> kBlanks = {"\n", "\r\n", "  \n", "\t \r\n", "\n\n\n", " \r\r\n"};
  to += random_.Pick(kBlanks);
}

void Generator::Heavy(std::string& to) {
  const std::size_t dice = random_.Below(kOversizeEvery);
  fmt::format_to(std::back_inserter(to), R"({{"jsonrpc":"2.0","id":{},"method":"ping","params":{{"x":)", NextId());
  if (dice > 8) {
    values_.Deep(2 * limits::kMaxDepth, to);
  } else {
    to.append(1, '"').append(dice == 0 ? kOversize : kLongLine, random_.OneIn(2) ? 'x' : ' ').append(1, '"');
  }
  to += "}}\n";
}

}  // namespace skep::fuzz
