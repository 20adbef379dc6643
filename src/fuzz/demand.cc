#include "fuzz/demand.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/limits.h"
#include "client/messages.h"
#include "fuzz/parts.h"
#include "json/copy.h"
#include "rpc/envelope.h"

namespace skep::fuzz {
namespace {

using json::Type;
using json::Value;
using std::string_view;
using Times = Demand::Times;

/// An id longer than this, or a number beyond what a double counts exactly, may be refused.
constexpr std::size_t kLongestId = 256;
constexpr std::int64_t kLargestId = std::int64_t{1} << 53;
/// A line longer than this, or a longer batch, may be refused.
constexpr std::size_t kLongestLine = 10'000'000;
constexpr std::size_t kLongestBatch = 100;

bool IsBlank(string_view line) { return line.find_first_not_of(" \t\r") == string_view::npos; }

/// Whether there is a null, or a name twice, in an object or array: what servers make of those differs.
bool IsAmbiguous(Value value) {
  std::string_view name;
  Value inner;
  if (value.Is(Type::kNull)) return true;
  if (value.Is(Type::kArray)) {
    for (json::Elements elements(value); elements.Next(inner);) {
      if (IsAmbiguous(inner)) return true;
    }
  }
  if (!value.Is(Type::kObject)) return false;
  std::size_t at = 0;
  for (json::Members members(value); members.Next(name, inner); ++at) {
    if (IsAmbiguous(inner)) return true;
    string_view other;
    Value ignored;
    std::size_t before = 0;
    for (json::Members earlier(value); before < at && earlier.Next(other, ignored); ++before) {
      if (other == name) return true;
    }
  }
  return false;
}

/// Whether a call may take its time: its tool can be told how long it takes, and it does not say "not at all".
bool MayWait(const ToolContract& tool, Value arguments) {
  return std::ranges::any_of(tool.how_long, [&](const std::string& name) {
    const Value member = arguments.Find(name);
    return !(member.Is(Type::kInt) && member.AsInt() == 0);
  });
}

bool IsGreeting(Value params) {
  const Value info = params.Find("clientInfo");
  return params.Find("protocolVersion").Is(Type::kString) && params.Find("capabilities").Is(Type::kObject) &&
         info.Find("name").Is(Type::kString) && info.Find("version").Is(Type::kString);
}

bool Contains(const std::vector<std::string>& texts, string_view text) {
  return std::ranges::find(texts, text) != texts.end();
}

}  // namespace

std::uint16_t KindOf(std::int64_t code) {
  switch (code) {
    case -32700:
      return kParseError;
    case -32600:
      return kInvalidRequest;
    case -32601:
      return kMethodNotFound;
    case -32602:
      return kInvalidParams;
    case -32603:
      return kInternalError;
    default:
      return kOtherError;
  }
}

std::optional<std::string> Mended(string_view line) {
  std::string mended;
  mended.reserve(line.size());
  bool changed = line.starts_with(kByteOrderMark);
  if (changed) line.remove_prefix(kByteOrderMark.size());
  const bool utf8 = json::IsUtf8(line);
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool surrogate = line[i] == '\\' && i + 5 < line.size() && line[i + 1] == 'u' &&
                           std::tolower(line[i + 2]) == 'd' && std::isxdigit(static_cast<unsigned char>(line[i + 3])) &&
                           std::isxdigit(static_cast<unsigned char>(line[i + 4])) &&
                           std::isxdigit(static_cast<unsigned char>(line[i + 5]));
    if (surrogate) {
      mended += "\\ufffd";
      i += 5;
      changed = true;
    } else if (line[i] == '\\' && i + 1 < line.size()) {
      mended.append(line, i++, 2);
    } else if (!utf8 && (static_cast<unsigned char>(line[i]) & 0x80) != 0) {
      mended += '?';
      changed = true;
    } else {
      mended += line[i];
    }
  }
  if (!changed) return std::nullopt;
  return mended;
}

json::Outcome DemandReader::Parse(string_view line) {
  text_.Clear();
  text_.Append(line);
  return reader_.Parse({text_.data(), text_.size()});
}

void DemandReader::Unreadable(Times times) {
  read_.demands.push_back({.times = times, .kinds = kParseError | kInvalidRequest});
}

const DemandReader::Read& DemandReader::Of(string_view line, const Agreement& agreement) {
  read_.demands.clear();
  read_.cancelled.clear();
  read_.greets = false;
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (IsBlank(line)) {
    // The specifications do not say. Most pass over it; to some it is no JSON.
    Unreadable(Times::kAtMostOnce);
    return read_;
  }
  json::Outcome outcome = Parse(line);
  Times times = line.size() > kLongestLine ? Times::kIdOrNone : Times::kOnce;
  if (outcome == json::Outcome::kSyntax) {
    if (const auto mended = Mended(line)) outcome = Parse(*mended);
    times = Times::kIdOrNone;
  }
  if (outcome == json::Outcome::kTooDeep) {
    // Our own parser gives up as well. What is read instead is the line without what its members have in them: those
    // themselves are at depth 1, their beginnings and ends too.
    const auto shallow = [](int depth, nlohmann::json::parse_event_t, const nlohmann::json&) { return depth < 2; };
    const auto document = nlohmann::json::parse(line, shallow, false);
    const std::string id = document.is_object() && document.contains("id") ? document["id"].dump() : std::string();
    if (document.is_object() && !document.contains("method")) {
      Unreadable(Times::kAtMostOnce);
    } else if (document.is_discarded() || id.empty()) {
      Unreadable(document.is_discarded() ? Times::kOnce : Times::kAtMostOnce);
    } else {
      outcome = Parse(id);
      std::string canonical;
      if (outcome == json::Outcome::kOk) rpc::ReadId(reader_.root(), canonical);
      read_.demands.push_back({.id = canonical, .times = canonical.empty() ? Times::kOnce : Times::kIdOrNone});
    }
    return read_;
  }
  if (outcome != json::Outcome::kOk && outcome != json::Outcome::kNumberRange) {
    Unreadable(Times::kOnce);
    return read_;
  }
  const Value root = reader_.root();
  if (root.Is(Type::kArray)) {
    Batch(root, agreement, times != Times::kOnce);
  } else {
    Message(root, agreement, times, outcome == json::Outcome::kOk);
  }
  return read_;
}

void DemandReader::Batch(Value root, const Agreement& agreement, bool mended) {
  std::size_t count = 0;
  Value message;
  for (json::Elements elements(root); elements.Next(message);) ++count;
  const bool batches = agreement.revision == kBatchRevision;
  if (count == 0 || (!batches && !agreement.doubtful)) return Unreadable(Times::kOnce);
  const bool doubtful = mended || agreement.doubtful || count > kLongestBatch;
  if (doubtful) Unreadable(Times::kAtMostOnce);
  for (json::Elements elements(root); elements.Next(message);) {
    const std::size_t before = read_.demands.size();
    Message(message, agreement, doubtful ? Times::kAtMostOnce : Times::kOnce, false);
    for (std::size_t i = before; i < read_.demands.size(); ++i) {
      if (doubtful) read_.demands[i].times = Times::kAtMostOnce;
    }
  }
}

void DemandReader::Message(Value message, const Agreement& agreement, Times times, bool whole) {
  if (!message.Is(Type::kObject)) return Unreadable(times == Times::kAtMostOnce ? times : Times::kOnce);
  const Parts parts(message);
  const auto& [version, id, method, params, result, error, ids, twice, others] = parts;
  const bool answers = result.exists() || error.exists();
  if (answers && !method.exists()) return;

  // Of a name that is given twice, which one counts is nobody's guess.
  const bool valid =
      !twice && !answers && version.Is(Type::kString) && version.AsString() == "2.0" && method.Is(Type::kString);
  const bool usable = !params.exists() || params.Is(Type::kObject);

  if (!id.exists()) {
    if (valid && method.AsString() == "notifications/cancelled" && usable) {
      std::string cancelled;
      if (rpc::ReadId(params.Find("requestId"), cancelled)) read_.cancelled.push_back(std::move(cancelled));
    }
    // A notification is not answered. What is none, or not quite one, may be.
    if (!method.exists()) return Unreadable(times == Times::kAtMostOnce ? times : Times::kOnce);
    if (!valid || !usable || times != Times::kOnce) Unreadable(Times::kAtMostOnce);
    return;
  }
  Demand demand{.times = times, .modern = false};
  const bool readable = rpc::ReadId(id, demand.id);
  if (!readable && id.Is(Type::kString)) {
    // Too long for us; others may take it.
    demand.id = json::Copy(id);
    demand.times = Times::kIdOrNone;
  } else if (!readable || ids > 1) {
    demand.id.clear();
    demand.kinds = kProtocolError;
    if (ids > 1) demand.times = Times::kAtMostOnce;
    if (!readable && !whole) demand.times = Times::kAtMostOnce;
    read_.demands.push_back(std::move(demand));
    if (ids > 1 && rpc::ReadId(id, demand.id)) {
      read_.demands.push_back({.id = demand.id, .times = Times::kAtMostOnce});
      string_view name;
      Value member;
      for (json::Members members(message); members.Next(name, member);) {
        std::string other;
        if (name == "id" && rpc::ReadId(member, other) && other != demand.id) {
          read_.demands.push_back({.id = other, .times = Times::kAtMostOnce});
        }
      }
    }
    return;
  }
  if (demand.times == Times::kOnce) {
    const bool odd =
        id.Is(Type::kString) ? demand.id.size() > kLongestId : !id.Is(Type::kInt) || std::abs(id.AsInt()) > kLargestId;
    if (odd) demand.times = Times::kIdOrNone;
  }
  if (others) demand.form = Demand::Form::kOtherMembers;
  if (!valid) {
    demand.form = Demand::Form::kInvalid;
    demand.kinds = kWhatever;
    if (!twice) demand.kinds = kProtocolError;
  } else if (!usable) {
    demand.form = Demand::Form::kInvalid;
    demand.kinds = kRefusal;
  } else if (whole) {
    Request(params, method.AsString(), agreement, demand);
  } else {
    // In a batch, or with a number that is none: what is asked may be refused.
    demand.method = MethodOf(method.AsString());
    demand.plain = false;
    demand.may_wait = true;
    if (demand.method == Method::kInitialize) read_.greets = true;
  }
  if (demand.form == Demand::Form::kOtherMembers) {
    // Who is strict refuses it, and then has not done it.
    demand.kinds |= kRefusal;
    model_.Forget(std::exchange(demand.truth, Model::kNone));
  }
  read_.demands.push_back(std::move(demand));
}

bool DemandReader::Modern(Value meta, Demand& demand) const {
  const Value version = meta.Find(kMetaVersion);
  if (!version.exists() || !contract_.modern) return false;
  demand.modern = true;
  if (!version.Is(Type::kString) || version.AsString() != client::kModern ||
      !meta.Find(kMetaCapabilities).Is(Type::kObject)) {
    demand.kinds = kProtocolError;
  }
  return true;
}

void DemandReader::Request(Value params, string_view name, const Agreement& agreement, Demand& demand) {
  demand.method = MethodOf(name);
  demand.plain = false;
  if (demand.method == Method::kInitialize) read_.greets = true;
  const Value meta = params.Find("_meta");
  const bool modern = Modern(meta, demand);
  if (IsAmbiguous(params) || (meta.exists() && !meta.Is(Type::kObject))) {
    demand.kinds = kWhatever;
    demand.may_wait = true;
    // It may take effect all the same.
    const Value tool = params.Find("name");
    const Value arguments = params.Find("arguments");
    if (tool.Is(Type::kString) && arguments.Is(Type::kObject)) model_.Forget(model_.Sent(tool.AsString(), arguments));
    return;
  }
  if (demand.kinds != kWhatever) return;
  if (demand.method == Method::kUnknown) {
    demand.kinds = kMethodNotFound;
    return;
  }
  const MethodInfo& info = kMethods[static_cast<std::size_t>(demand.method)];
  // Of the other era, or before there is a session: the specifications leave open what is answered.
  if (modern ? !info.modern : !info.legacy) return;
  demand.plain = true;
  const bool greeted = modern || (!agreement.revision.empty() && !agreement.doubtful);
  switch (demand.method) {
    case Method::kInitialize:
      if (agreement.revision.empty() && !agreement.doubtful && IsGreeting(params)) demand.kinds = kGood;
      break;
    case Method::kPing:
      demand.kinds = kGood;
      break;
    case Method::kToolsCall:
      Call(params, demand);
      if (!greeted) demand.kinds = kWhatever;
      break;
    case Method::kToolsList:
    case Method::kResourcesList:
    case Method::kTemplatesList:
    case Method::kPromptsList:
      if (greeted && !params.Find("cursor").exists()) {
        demand.kinds = contract_.lists.contains(name) ? std::uint16_t{kGood} : kProtocolError;
      }
      break;
    case Method::kResourcesRead:
      if (const Value uri = params.Find("uri");
          greeted && uri.Is(Type::kString) && Contains(contract_.resources, uri.AsString())) {
        demand.kinds = kGood | kOtherError;
      }
      break;
    case Method::kListen:
      demand.lasts = true;
      if (demand.times == Times::kIdOrNone) Unreadable(Times::kAtMostOnce);
      demand.times = Times::kAtMostOnce;
      break;
    case Method::kTasksResult:
      demand.may_wait = true;
      break;
    default:
      break;
  }
}

void DemandReader::Call(Value params, Demand& demand) {
  const Value name = params.Find("name");
  const Value arguments = params.Find("arguments");
  demand.tool = name.Is(Type::kString) ? contract_.ToolIndex(name.AsString()) : -1;
  if (demand.tool < 0) {
    demand.kinds = kRefusal;
    return;
  }
  const ToolContract& tool = contract_.tools[static_cast<std::size_t>(demand.tool)];
  demand.may_wait = params.Find("task").exists() || MayWait(tool, arguments);
  // What asks for something else than a result, or answers a question, is judged as an answer only.
  if (params.Find("task").exists() || params.Find("requestState").exists()) return;
  const bool is_valid = arguments.exists() ? !tool.input.Check(arguments) : tool.input.root().required.empty();
  if (!is_valid) {
    demand.kinds = kRefusal;
    return;
  }
  demand.kinds = kGood | kToolError | kOtherError;
  if (arguments.exists()) demand.truth = model_.Sent(tool.name, arguments);
}

}  // namespace skep::fuzz
