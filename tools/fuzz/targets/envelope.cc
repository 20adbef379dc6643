#include "rpc/envelope.h"

#include <fmt/format.h>

#include <string>

#include "base/limits.h"
#include "checks.h"
#include "document.h"
#include "json/copy.h"
#include "json/reader.h"
#include "json/writer.h"
#include "rpc/reply.h"

namespace skep::fuzz_targets {
namespace {

using rpc::Message;

/// An id that can be sent back: JSON that is read as the same id.
std::string CheckId(const std::string& id) {
  if (id.size() > limits::kMaxIdBytes) return fmt::format("an id of {} bytes", id.size());
  PaddedText text(id, '"');
  json::Reader reader;
  std::string again;
  if (reader.Parse(text.text()) != json::Outcome::kOk || !rpc::ReadId(reader.root(), again)) {
    return fmt::format("the id {} cannot be read again", id);
  }
  return again == id ? std::string() : fmt::format("the id {} is then {}", id, again);
}

std::string Write(const Message& message) {
  Block text;
  json::Writer to(text);
  to.BeginObject();
  to.Member("jsonrpc", "2.0");
  if (!message.id.empty()) {
    to.Key("id");
    to.Raw(message.id);
  }
  if (message.kind == Message::Kind::kResponse) {
    // What came as an error is one here as well.
    to.Key(message.result.exists() ? "result" : "error");
    message.result.exists() ? json::CopyTo(message.result, to) : to.Raw("{}");
  } else {
    to.Member("method", message.method);
    if (message.params.exists()) {
      to.Key("params");
      json::CopyTo(message.params, to);
    }
  }
  to.EndObject();
  return std::string(text.view());
}

std::string Summary(const Message& message) {
  return fmt::format("{} {} {} {} {}", static_cast<int>(message.kind), message.id, message.method,
                     Describe(message.params, Numbers::kByValue), Describe(message.result, Numbers::kByValue));
}

}  // namespace

std::string CheckEnvelope(std::string_view input) {
  PaddedText text(input, '"');
  json::Reader reader;
  const json::Outcome outcome = reader.Parse(text.text());
  const bool out_of_range = outcome == json::Outcome::kNumberRange;
  if (outcome != json::Outcome::kOk && !out_of_range) return "";
  Message message;
  if (const auto refusal = rpc::ReadEnvelope(reader.root(), out_of_range, message)) {
    if (refusal->code != rpc::ErrorCode::kInvalidRequest && refusal->code != rpc::ErrorCode::kInvalidParams) {
      return fmt::format("refused with {}", static_cast<int>(refusal->code));
    }
    if (refusal->message.empty() || refusal->message.size() > rpc::kMaxErrorBytes || !json::IsUtf8(refusal->message)) {
      return fmt::format("refused with \"{}\"", refusal->message);
    }
    return refusal->id.empty() ? std::string() : CheckId(refusal->id);
  }
  if (!message.id.empty()) {
    if (std::string wrong = CheckId(message.id); !wrong.empty()) return wrong;
  }
  if (message.kind == Message::Kind::kRequest && message.id.empty()) return "a request without an id";
  if (message.kind == Message::Kind::kNotification && !message.id.empty()) return "a notification with an id";
  if (message.params.exists() && !message.params.Is(json::Type::kObject)) return "params that are no object";
  // What no 64-bit type holds was blanked out, and cannot be written again.
  if (out_of_range) return "";

  const std::string summary = Summary(message);
  PaddedText again_text(Write(message), '"');
  json::Reader other;
  Message again;
  if (other.Parse(again_text.text()) != json::Outcome::kOk) return fmt::format("{} is written as no JSON", summary);
  if (rpc::ReadEnvelope(other.root(), false, again)) return fmt::format("{} is refused when written again", summary);
  const std::string after = Summary(again);
  return after == summary ? std::string() : fmt::format("{} is then {}", summary, after);
}

}  // namespace skep::fuzz_targets
