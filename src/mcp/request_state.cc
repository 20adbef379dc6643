#include "mcp/request_state.h"

#include <sodium.h>

#include <algorithm>

#include "base/limits.h"
#include "json/copy.h"
#include "json/writer.h"
#include "skep/block.h"

namespace skep::mcp {
namespace {

using json::Type;
using json::Value;

constexpr std::size_t kMacBytes = crypto_auth_hmacsha256_BYTES;
static_assert(crypto_auth_hmacsha256_KEYBYTES == 32);
constexpr int kBase64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

const unsigned char* Bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::unexpected<Error> NotOurs() {
  return Fail(ErrorCode::kInvalidArgument,
              "params.requestState is none that this server has given for this call, or it is too old: send the call "
              "again without it");
}

}  // namespace

std::string RequestDigest(const Tool& tool, const void* args) {
  Block text;
  text.Append(tool.info.name);
  json::Writer to(text);
  EncodeFields(args, tool.input, to);
  unsigned char digest[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(digest, Bytes(text.view()), text.size());
  char hex[2 * sizeof(digest) + 1];
  return sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest));
}

RequestStates::RequestStates() { randombytes_buf(key_.data(), key_.size()); }

std::string RequestStates::Seal(std::string_view digest, const Dialogue& dialogue, std::int64_t wall_ms) const {
  Block text(kMacBytes);
  text.Resize(kMacBytes);
  json::Writer to(text);
  to.BeginObject();
  to.Member("digest", digest);
  to.Member("at", wall_ms);
  to.Key("answers");
  to.BeginArray();
  for (const auto& [key, answer] : dialogue.answers) {
    to.BeginObject();
    to.Member("key", std::string_view(key));
    to.Member("kind", static_cast<std::int64_t>(answer.kind));
    to.Member("outcome", static_cast<std::int64_t>(answer.outcome));
    to.Member("content", std::string_view(answer.content));
    to.EndObject();
  }
  to.EndArray();
  to.EndObject();
  const std::string_view sealed = text.view().substr(kMacBytes);
  crypto_auth_hmacsha256(reinterpret_cast<unsigned char*>(text.data()), Bytes(sealed), sealed.size(), key_.data());
  std::string state(sodium_base64_encoded_len(text.size(), kBase64), '\0');
  sodium_bin2base64(state.data(), state.size(), Bytes(text.view()), text.size(), kBase64);
  state.pop_back();  // its '\0'
  return state;
}

Expected<void> RequestStates::Open(std::string_view state, std::string_view digest, std::int64_t wall_ms,
                                   Dialogue& dialogue) const {
  // libsodium reads bytes beyond ASCII as if they were letters: a state has one spelling.
  const bool ascii_only = std::ranges::all_of(state, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (state.empty() || !ascii_only) return NotOurs();
  Block text(state.size());
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(text.data()), text.capacity(), state.data(), state.size(),
                        nullptr, &size, &end, kBase64) != 0 ||
      end != state.data() + state.size() || size < kMacBytes) {
    return NotOurs();
  }
  text.Resize(size);
  const std::string_view sealed = text.view().substr(kMacBytes);
  if (crypto_auth_hmacsha256_verify(Bytes(text.view()), Bytes(sealed), sealed.size(), key_.data()) != 0) {
    return NotOurs();
  }
  json::Reader reader;
  if (reader.Parse({text.data() + kMacBytes, sealed.size()}) != json::Outcome::kOk) return NotOurs();
  const Value root = reader.root();
  const std::int64_t age_ms = wall_ms - root.Find("at").AsInt();
  if (root.Find("digest").AsString() != digest || age_ms < 0 || age_ms > limits::kAskMs) return NotOurs();
  Value answer;
  for (json::Elements answers(root.Find("answers")); answers.Next(answer);) {
    dialogue.answers[std::string(answer.Find("key").AsString())] = {
        .outcome = static_cast<Answer::Outcome>(answer.Find("outcome").AsInt()),
        .kind = static_cast<Question::Kind>(answer.Find("kind").AsInt()),
        .content = std::string(answer.Find("content").AsString())};
  }
  return {};
}

Answer ReadAnswer(Question::Kind kind, Value result) {
  using enum Answer::Outcome;
  if (!result.Is(Type::kObject)) return {.outcome = kDismissed, .kind = kind, .content = {}};
  if (kind != Question::Kind::kForm && kind != Question::Kind::kUrl) {
    return {.outcome = kAccepted, .kind = kind, .content = json::Copy(result)};
  }
  const Value action = result.Find("action");
  if (!action.Is(Type::kString)) return {.outcome = kDismissed, .kind = kind, .content = {}};
  if (action.AsString() == "decline") return {.outcome = kDeclined, .kind = kind, .content = {}};
  if (action.AsString() != "accept") return {.outcome = kDismissed, .kind = kind, .content = {}};
  const Value content = result.Find("content");
  return {.outcome = kAccepted, .kind = kind, .content = content.exists() ? json::Copy(content) : "{}"};
}

void TakeAnswers(Value responses, Dialogue& dialogue) {
  for (auto& [key, answer] : dialogue.answers) {
    if (answer.outcome != Answer::Outcome::kPending) continue;
    if (const Value response = responses.Find(key); response.exists()) answer = ReadAnswer(answer.kind, response);
  }
}

}  // namespace skep::mcp
