#include "fuzz/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "fuzz/result.h"
#include "json/copy.h"
#include "rpc/envelope.h"

namespace skep::fuzz {
namespace {

using json::Type;
using json::Value;
using std::string_view;
using Times = Demand::Times;

/// SDK clients drop a connection on which a longer line comes.
constexpr std::size_t kLongestLine = 10 * limits::kMiB;
/// Requests of earlier rounds that are remembered because they may yet be answered: far more than a server has at work.
constexpr std::size_t kMostLate = 4096;
/// Bytes of a line that a finding quotes.
constexpr std::size_t kQuoted = 200;

std::string_view NameOfKind(std::uint16_t kind) {
  switch (kind) {
    case kGood:
      return "a result";
    case kToolError:
      return "isError";
    case kParseError:
      return "-32700";
    case kInvalidRequest:
      return "-32600";
    case kMethodNotFound:
      return "-32601";
    case kInvalidParams:
      return "-32602";
    case kInternalError:
      return "-32603";
    default:
      return "another error";
  }
}

/// The name of the tool that is called; empty: none of the server's.
string_view ToolOf(const Demand& demand, const Contract& contract) {
  return demand.tool < 0 ? string_view() : contract.tools[static_cast<std::size_t>(demand.tool)].name;
}

/// What findings call a request: by its form when that is odd, else by its tool or method.
string_view SubjectOf(const Demand& demand, const Contract& contract) {
  switch (demand.form) {
    case Demand::Form::kInvalid:
      return "an invalid request";
    case Demand::Form::kOtherMembers:
      return "a request with other members";
    case Demand::Form::kRequest:
      break;
  }
  const string_view tool = ToolOf(demand, contract);
  return tool.empty() ? NameOf(demand.method) : tool;
}

std::string Quote(string_view line) {
  return std::string(line.substr(0, kQuoted)) + (line.size() > kQuoted ? "…" : "");
}

/// An id as canonical JSON; empty when it is none.
void IdOf(Value id, std::string& to) {
  to.clear();
  if (!rpc::ReadId(id, to)) to = id.Is(Type::kString) ? json::Copy(id) : std::string();
}

/// What a client without much of an opinion says to a request of the server's.
std::string ResponseTo(string_view method, std::size_t nth, string_view id) {
  constexpr string_view kActions[] = {R"({"action":"accept","content":{}})", R"({"action":"decline"})",
                                      R"({"action":"cancel"})"};
  const auto result = [&](string_view text) {
    return fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{}}})", id, text);
  };
  if (method == "ping") return result("{}");
  if (method == "roots/list") return result(R"({"roots":[]})");
  if (method == "elicitation/create") return result(kActions[nth % std::size(kActions)]);
  return fmt::format(R"({{"jsonrpc":"2.0","id":{},"error":{{"code":-32601,"message":"not here"}}}})", id);
}

}  // namespace

Judge::Judge(const Contract& contract, Coverage& coverage, Claims& claims, int connection)
    : contract_(contract), coverage_(coverage), model_(connection, claims), reader_of_sent_(contract, model_) {}

void Judge::Find(Rule rule, string_view subject, std::string detail) {
  findings_.push_back({rule, std::string(subject), std::move(detail)});
}

std::size_t Judge::Unnamed() const {
  const std::size_t due = unnamed_least_ + id_or_none_;
  return due > unnamed_ ? due - unnamed_ : 0;
}

// --- What is sent ----------------------------------------------------------------------------------------------------

void Judge::Sent(string_view bytes) {
  for (std::size_t end = bytes.find('\n'); end != string_view::npos; end = bytes.find('\n')) {
    if (part_.empty()) {
      SentLine(bytes.substr(0, end));
    } else {
      part_.append(bytes, 0, end);
      SentLine(part_);
      part_.clear();
    }
    bytes.remove_prefix(end + 1);
  }
  part_.append(bytes);
}

void Judge::SentLine(string_view line) {
  ++sent_;
  const DemandReader::Read& read = reader_of_sent_.Of(line, agreement_);
  for (const Demand& demand : read.demands) Add(demand);
  for (const std::string& id : read.cancelled) Cancel(id);
  if (read.greets) agreement_.doubtful = true;
}

void Judge::Add(const Demand& demand) {
  if (demand.id.empty()) {
    (demand.times == Times::kOnce ? unnamed_least_ : unnamed_extra_) += 1;
    return;
  }
  const int least = demand.times == Times::kOnce ? 1 : 0;
  owed_ += static_cast<std::size_t>(least);
  const auto [at, is_new] = by_id_.try_emplace(demand.id, pending_.size());
  if (demand.times == Times::kIdOrNone) ++(is_new ? id_or_none_ : unnamed_extra_);
  if (is_new) {
    pending_.push_back({.demand = demand, .least = least, .most = 1});
    // Who cannot read it has not done it, either.
    if (demand.times == Times::kIdOrNone) model_.Forget(std::exchange(pending_.back().demand.truth, Model::kNone));
    return;
  }
  // An id that is in use: as many answers, and nobody can tell which is whose.
  Pending& pending = pending_[at->second];
  model_.Forget(demand.truth);
  model_.Forget(std::exchange(pending.demand.truth, Model::kNone));
  if (pending.demand.times == Times::kIdOrNone) {
    // The error without an id may be its, and the answer under the id the other's.
    if (pending.answers == 0) {
      --id_or_none_;
      ++unnamed_extra_;
    }
    pending.demand.times = Times::kAtMostOnce;
  }
  pending.least += least;
  pending.most += 1;
  pending.demand.kinds |= demand.kinds | kRefusal;
  pending.demand.plain = false;
  pending.demand.may_wait = pending.demand.may_wait || demand.may_wait;
}

void Judge::Cancel(const std::string& id) {
  const auto at = by_id_.find(id);
  if (at == by_id_.end()) {
    // What lasts may be of an earlier round. It does not last any more.
    const auto late =
        std::ranges::find_if(late_, [&](const Demand& demand) { return demand.lasts && demand.id == id; });
    if (late != late_.end()) late->lasts = false;
    return;
  }
  Pending& pending = pending_[at->second];
  if (pending.answers >= pending.most) return;
  if (pending.least > pending.answers) {
    owed_ -= static_cast<std::size_t>(pending.least - pending.answers);
    pending.least = pending.answers;
  }
  if (pending.demand.times == Times::kIdOrNone) {
    --id_or_none_;
    ++unnamed_extra_;
  }
  pending.demand.times = Times::kAtMostOnce;
  pending.demand.lasts = false;
  model_.Forget(std::exchange(pending.demand.truth, Model::kNone));
}

std::vector<std::string> Judge::Waiting() const {
  std::vector<std::string> ids;
  for (const Pending& pending : pending_) {
    if (pending.demand.may_wait && pending.answers < pending.least) ids.push_back(pending.demand.id);
  }
  return ids;
}

bool Judge::Owes(string_view id) const {
  const auto at = by_id_.find(std::string(id));
  return at != by_id_.end() && pending_[at->second].answers < pending_[at->second].least;
}

// --- What comes ------------------------------------------------------------------------------------------------------

std::string Judge::Received(std::span<char> line) {
  ++received_;
  if (line.size() > kLongestLine) ReceivedOversize();
  json::Outcome outcome = reader_.Parse(line);
  const string_view text(line.data(), line.size());
  if (outcome == json::Outcome::kSyntax && json::IsUtf8(text) && !text.starts_with(kByteOrderMark)) {
    // Half a character, written as an escape, is JSON by its grammar, though our parser does not take it.
    if (const auto mended = Mended(text)) {
      mended_.Clear();
      mended_.Append(*mended);
      outcome = reader_.Parse({mended_.data(), mended_.size()});
    }
  }
  if (outcome != json::Outcome::kOk && outcome != json::Outcome::kNumberRange) {
    Find(Rule::kNotProtocol, "no JSON", fmt::format("a line is no JSON: {}", Quote({line.data(), line.size()})));
    return {};
  }
  const Value root = reader_.root();
  if (!root.Is(Type::kArray)) return Message(root);
  if (agreement_.revision != kBatchRevision && !agreement_.doubtful) {
    Find(Rule::kEnvelope, "batch",
         fmt::format("a batch, in a revision that has none: {}", Quote({line.data(), line.size()})));
  }
  Value message;
  std::size_t count = 0;
  for (json::Elements elements(root); elements.Next(message); ++count) Message(message);
  if (count == 0) Find(Rule::kEnvelope, "batch", "an empty array");
  return {};
}

void Judge::ReceivedOversize() {
  Find(Rule::kNotProtocol, "long line", fmt::format("a line is longer than {} bytes", kLongestLine));
}

std::string Judge::Message(Value message) {
  const Parts parts(message);
  if (!parts.version.Is(Type::kString) || parts.version.AsString() != "2.0") {
    Find(Rule::kEnvelope, "jsonrpc",
         fmt::format("a message does not say \"jsonrpc\":\"2.0\": {}", Quote(json::Copy(message))));
    return {};
  }
  if (parts.twice) {
    Find(Rule::kEnvelope, "twice", fmt::format("a message has a name twice: {}", Quote(json::Copy(message))));
    return {};
  }
  if (!parts.method.exists()) {
    Reply(message, parts);
    return {};
  }
  if (parts.method.Is(Type::kString)) return FromServer(parts);
  Find(Rule::kEnvelope, "method", "a method is no string");
  return {};
}

std::string Judge::FromServer(const Parts& parts) {
  const string_view method = parts.method.AsString();
  if (const auto known = coverage_.from_server.find(method); known != coverage_.from_server.end()) {
    ++known->second;
  } else {
    coverage_.from_server.emplace(method, 1);
  }
  if (parts.params.exists() && !parts.params.Is(Type::kObject)) {
    Find(Rule::kEnvelope, method, "params are no object");
  }
  if (!parts.id.exists()) {
    if (!method.starts_with("notifications/")) Find(Rule::kEnvelope, method, "a request has no id");
    return {};
  }
  IdOf(parts.id, id_);
  if (id_.empty()) {
    Find(Rule::kEnvelope, method, "a request's id is neither a string nor an integer");
    return {};
  }
  return ResponseTo(method, server_requests_++, id_) + "\n";
}

void Judge::Reply(Value message, const Parts& parts) {
  const auto& [version, id, method, params, result, error, ids, twice, others] = parts;
  if (others || params.exists() || result.exists() == error.exists()) {
    Find(Rule::kEnvelope, "reply",
         fmt::format("a reply has one of result and error, jsonrpc, id, and nothing else: {}",
                     Quote(json::Copy(message))));
    return;
  }
  const Value code = error.Find("code");
  if (error.exists() && (!code.Is(Type::kInt) || !error.Find("message").Is(Type::kString))) {
    Find(Rule::kEnvelope, "error",
         fmt::format("an error has an integer code and a message: {}", Quote(json::Copy(message))));
    return;
  }
  if (error.exists()) ++coverage_.codes[code.AsInt()];
  if (!id.exists() || id.Is(Type::kNull)) {
    if (error.exists()) return Nameless(error);
    Find(Rule::kEnvelope, "reply", "a result has no id");
    return;
  }
  IdOf(id, id_);
  if (const auto at = by_id_.find(id_); at != by_id_.end()) {
    Named(pending_[at->second], result, error);
  } else if (const auto late = std::ranges::find(late_, id_, &Demand::id); late != late_.end()) {
    coverage_.Answered(late->method, late->modern, late->tool, result.exists());
    late_.erase(late);
  } else {
    Find(Rule::kUnasked, "nothing", fmt::format("an answer to no request: {}", Quote(json::Copy(message))));
  }
}

void Judge::Nameless(Value error) {
  ++unnamed_;
  const std::uint16_t kind = KindOf(error.Find("code").AsInt());
  if (kind == kParseError || kind == kInvalidRequest) return;
  Find(Rule::kCode, "error without an id", fmt::format("its code is {}", error.Find("code").AsInt()));
}

void Judge::Named(Pending& pending, Value result, Value error) {
  const Demand& demand = pending.demand;
  if (pending.answers == pending.most) {
    Find(Rule::kUnasked, "twice", fmt::format("{} ({}) is answered again", demand.id, NameOf(demand.method)));
    return;
  }
  ++pending.answers;
  if (pending.answers <= pending.least) --owed_;
  if (demand.times == Times::kIdOrNone && id_or_none_ > 0) --id_or_none_;

  const Value is_error = result.Find("isError");
  const bool tool_error = demand.method == Method::kToolsCall && is_error.Is(Type::kBool) && is_error.AsBool();
  const std::uint16_t kind = error.exists() ? KindOf(error.Find("code").AsInt())
                             : tool_error   ? std::uint16_t{kToolError}
                                            : std::uint16_t{kGood};
  coverage_.Answered(demand.method, demand.modern, demand.tool, kind == kGood);
  const ToolContract* tool = demand.tool < 0 ? nullptr : &contract_.tools[static_cast<std::size_t>(demand.tool)];
  const string_view subject = SubjectOf(demand, contract_);
  if ((demand.kinds & kind) == 0) {
    if (kind == kGood && tool != nullptr) {
      Find(Rule::kAccepted, subject, fmt::format("{} has arguments that the input schema forbids", demand.id));
    } else {
      Find(Rule::kCode, fmt::format("{}: {}", subject, NameOfKind(kind)),
           fmt::format("{} is answered with {}{}", demand.id, NameOfKind(kind),
                       error.exists() ? fmt::format(" ({})", Quote(error.Find("message").AsString())) : ""));
    }
  }
  if (result.exists()) {
    std::optional<std::string> fault;
    if (demand.plain) fault = FaultOfResult(demand.method, demand.modern, result);
    if (fault) Find(Rule::kResult, subject, fmt::format("{}: {}", demand.id, *fault));
    if (tool != nullptr && demand.plain && kind == kGood && !fault) {
      fault = FaultOfStructure(*tool, result);
      if (fault) Find(Rule::kOutputSchema, subject, fmt::format("{}: {}", demand.id, *fault));
    }
    AddCaptures(demand.id, demand.method, result, pending.captures);
  }
  if (auto finding = model_.Answered(demand.truth, result.Find("structuredContent"), kind != kGood)) {
    findings_.push_back(std::move(*finding));
  }
}

Judge::Round Judge::EndRound() {
  Round round;
  for (Pending& pending : pending_) {
    const Demand& demand = pending.demand;
    if (pending.answers < pending.least) {
      const string_view tool = ToolOf(demand, contract_);
      Find(Rule::kUnanswered, SubjectOf(demand, contract_),
           fmt::format("{} ({}{}{}) is not answered", demand.id, NameOf(demand.method), tool.empty() ? "" : " ", tool));
      model_.Forget(demand.truth);
    }
    // Whatever is late is not missed twice.
    if (pending.answers < pending.most) late_.push_back(demand);
    for (Capture& capture : pending.captures) {
      if (capture.name == "protocolVersion") {
        ++coverage_.revisions[capture.text];
        agreement_.revision = capture.text;
      } else {
        round.captures.push_back(std::move(capture));
      }
    }
  }
  while (late_.size() > kMostLate) {
    // What was cancelled is answered soon or never; what lasts, at the end of the session.
    const auto soon = std::ranges::find(late_, false, &Demand::lasts);
    late_.erase(soon == late_.end() ? late_.begin() : soon);
  }
  if (const std::size_t missing = Unnamed(); missing > 0) {
    Find(Rule::kUnreadable, "no error", fmt::format("{} lines that are no request are not answered", missing));
  }
  if (const std::size_t most = unnamed_least_ + id_or_none_ + unnamed_extra_; unnamed_ > most) {
    Find(Rule::kUnasked, "error without an id",
         fmt::format("{} errors without an id, at most {} are called for", unnamed_, most));
  }
  agreement_.doubtful = false;
  pending_.clear();
  by_id_.clear();
  owed_ = unnamed_least_ = unnamed_extra_ = id_or_none_ = unnamed_ = 0;
  model_.EndRound();
  round.findings = std::exchange(findings_, {});
  return round;
}

}  // namespace skep::fuzz
