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

void Reply::Finish(ReplyTarget& target, const Block& out, std::size_t begin, const Failure* failure) const {
  if (mark_.began_ns != 0) target.Answered(mark_, out.size() - begin, failure);
  target.Close(begin);
}

void Reply::Result(Body body, const Failure* failure) {
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
  const std::size_t size = out.size() - begin;
  if (size <= budget) [[likely]] {
    return Finish(target, out, begin, failure == nullptr || failure->code.empty() ? nullptr : failure);
  }
  out.Resize(begin);
  const std::string message =
      fmt::format("the answer would have {} bytes, of which at most {} can be sent: ask for less", size, budget);
  WriteError(out, ErrorCode::kInternal, message, nullptr);
  const Failure too_large{.code = "too_large", .message = message};
  Finish(target, out, begin, &too_large);
}

void Reply::Result(std::string_view json) {
  Result([json](json::Writer& to) { to.Raw(json); });
}

void Reply::WriteErrorTo(ErrorCode code, std::string_view message, const Body* data) {
  assert(open());
  ReplyTarget& target = *std::exchange(target_, nullptr);
  Block& out = target.Open();
  const std::size_t begin = out.size();
  WriteError(out, code, message, data);
  const std::string name = fmt::format("{}", static_cast<int>(code));
  const Failure failure{.code = name, .message = message};
  Finish(target, out, begin, &failure);
}

void Reply::Error(ErrorCode code, std::string_view message) { WriteErrorTo(code, message, nullptr); }

void Reply::Error(ErrorCode code, std::string_view message, Body data) { WriteErrorTo(code, message, &data); }

void Reply::Discard() {
  if (!open()) return;
  ReplyTarget& target = *std::exchange(target_, nullptr);
  target.Close(target.Open().size());
}

void WriteErrorWithoutId(ReplyTarget& target, ErrorCode code, std::string_view message, const Mark& mark) {
  Reply reply(target, {});
  reply.mark() = mark;
  reply.Error(code, message);
}

}  // namespace skep::rpc
