#include "rpc/reply.h"

#include <fmt/format.h>

#include <cassert>

namespace skep::rpc {

namespace {

void WriteErrorMember(json::Writer& to, ErrorCode code, std::string_view message, const Reply::Body* data) {
  to.Key("error");
  to.BeginObject();
  to.Member("code", static_cast<std::int64_t>(code));
  to.Member("message", message);
  if (data != nullptr) {
    to.Key("data");
    (*data)(to);
  }
  to.EndObject();
}

}  // namespace

Reply::~Reply() {
  if (open()) Error(ErrorCode::kInternal, "the request was dropped without an answer: this is a bug in skep");
}

void Reply::WriteError(Block& out, ErrorCode code, std::string_view message, const Body* data) const {
  json::Writer to(out);
  to.BeginObject();
  to.Member("jsonrpc", "2.0");
  if (!id_.empty()) {
    to.Key("id");
    to.Raw(id_);
  }
  WriteErrorMember(to, code, message, data);
  to.EndObject();
}

std::size_t Reply::budget() const {
  // {"jsonrpc":"2.0","id":,"result":} and a separator
  const std::size_t around = 64 + id_.size();
  const std::size_t budget = target_->Budget();
  return budget > around ? budget - around : 0;
}

void Reply::Result(Body body) {
  assert(open());
  ReplyTarget& target = *std::exchange(target_, nullptr);
  const std::size_t budget = target.Budget();
  Block& out = target.Open();
  const std::size_t begin = out.size();
  out.Append(R"({"jsonrpc":"2.0","id":)");
  out.Append(id_);
  out.Append(R"(,"result":)");
  json::Writer to(out);
  body(to);
  out.Append("}");
  if (const std::size_t size = out.size() - begin; size > budget) {
    out.Resize(begin);
    WriteError(
        out, ErrorCode::kInternal,
        fmt::format("the answer would have {} bytes, of which at most {} can be sent: ask for less", size, budget),
        nullptr);
  }
  target.Close(begin);
}

void Reply::Result(std::string_view json) {
  Result([json](json::Writer& to) { to.Raw(json); });
}

void Reply::Error(ErrorCode code, std::string_view message) {
  assert(open());
  ReplyTarget& target = *std::exchange(target_, nullptr);
  Block& out = target.Open();
  const std::size_t begin = out.size();
  WriteError(out, code, message, nullptr);
  target.Close(begin);
}

void Reply::Error(ErrorCode code, std::string_view message, Body data) {
  assert(open());
  ReplyTarget& target = *std::exchange(target_, nullptr);
  Block& out = target.Open();
  const std::size_t begin = out.size();
  WriteError(out, code, message, &data);
  target.Close(begin);
}

void Reply::Discard() {
  if (!open()) return;
  ReplyTarget& target = *std::exchange(target_, nullptr);
  target.Close(target.Open().size());
}

void WriteErrorWithoutId(ReplyTarget& target, ErrorCode code, std::string_view message) {
  Reply(target, {}).Error(code, message);
}

}  // namespace skep::rpc
