#include "cli/in_process.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "json/reader.h"
#include "json/writer.h"
#include "rpc/error_code.h"

namespace skep::cli {
namespace {

constexpr std::string_view kNotification = R"({"jsonrpc":"2.0","method":)";
/// How the answer to our only id begins.
constexpr std::string_view kResult = R"({"jsonrpc":"2.0","id":1,"result":)";

ErrorCode CodeNamed(std::string_view name) {
  for (int i = 0; i < static_cast<int>(ErrorCode::kInternal); ++i) {
    if (Name(static_cast<ErrorCode>(i)) == name) return static_cast<ErrorCode>(i);
  }
  return ErrorCode::kInternal;
}

/// Of the first in a list.
std::string_view TextOf(json::Value list) {
  json::Value first;
  json::Elements(list).Next(first);
  return first.Find("text").AsString();
}

}  // namespace

InProcess::InProcess(SessionFactory& server, net::Loop& loop, OnNotification on_notification)
    : loop_(loop), on_notification_(std::move(on_notification)), session_(server.Open(*this)) {}

bool InProcess::TakeAnswer(std::string& answer) {
  while (taken_ < output_.size()) {
    const std::string_view rest = output_.view().substr(taken_);
    const std::string_view line = rest.substr(0, rest.find('\n'));
    taken_ += line.size() + 1;
    if (line.starts_with(kNotification)) {
      if (on_notification_) on_notification_(line);
      continue;
    }
    answer = line;
    return true;
  }
  output_.Clear();
  taken_ = 0;
  return false;
}

std::string InProcess::Ask(std::string_view request) {
  Block frame(request.size());
  frame.Append(request);
  session_->OnFrame({frame.data(), frame.size()});
  session_->OnDrained();
  std::string answer;
  while (!TakeAnswer(answer)) {
    loop_.RunOnce();
    session_->OnDrained();
  }
  return answer;
}

std::string InProcess::AskResult(std::string_view method) {
  const std::string answer = Ask(fmt::format(R"({{"jsonrpc":"2.0","id":1,"method":"{}"}})", method));
  const std::size_t begin = std::min(answer.size(), kResult.size());
  return answer.substr(begin, answer.size() - begin - 1);
}

Expected<void> InProcess::AskAndParse(std::string_view request, Block& answer, json::Reader& reader) {
  const std::string line = Ask(request);
  answer = Block(line.size());
  answer.Append(line);
  if (reader.Parse({answer.data(), answer.size()}) != json::Outcome::kOk) {
    return Fail(ErrorCode::kInternal, fmt::format("the server's answer is not JSON: {}", reader.error()));
  }
  if (const json::Value error = reader.root().Find("error"); error.exists()) {
    const bool params = error.Find("code").AsInt() == static_cast<int>(rpc::ErrorCode::kInvalidParams);
    return Fail(params ? ErrorCode::kInvalidArgument : ErrorCode::kInternal,
                std::string(error.Find("message").AsString()));
  }
  return {};
}

Expected<std::string> InProcess::ReadText(std::string_view uri) {
  Block answer;
  json::Reader reader;
  auto asked =
      AskAndParse(fmt::format(R"({{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{{"uri":"{}"}}}})", uri),
                  answer, reader);
  if (!asked) return std::unexpected(std::move(asked.error()));
  return std::string(TextOf(reader.root().Find("result").Find("contents")));
}

Expected<std::string> InProcess::CallTool(std::string_view name, std::string_view arguments) {
  Block request(arguments.size() + limits::kKiB);
  json::Writer to(request);
  to.BeginObject();
  to.Member("jsonrpc", "2.0");
  to.Member("id", std::int64_t{1});
  to.Member("method", "tools/call");
  to.Key("params");
  to.BeginObject();
  to.Member("name", name);
  to.Key("arguments");
  to.Raw(arguments);
  if (on_notification_) {
    to.Key("_meta");
    to.Raw(R"({"progressToken":1})");
  }
  to.EndObject();
  to.EndObject();
  if (request.size() > limits::kMaxFrame) {
    return Fail(ErrorCode::kTooLarge, fmt::format("the arguments make a message of {} bytes; it may have {}",
                                                  request.size(), limits::kMaxFrame));
  }

  Block answer;
  json::Reader reader;
  if (auto asked = AskAndParse(request.view(), answer, reader); !asked)
    return std::unexpected(std::move(asked.error()));
  const json::Value result = reader.root().Find("result");
  if (result.Find("isError").exists() && result.Find("isError").AsBool()) {
    return Fail(CodeNamed(result.Find("_meta").Find("skep/error").AsString()),
                std::string(TextOf(result.Find("content"))));
  }
  return std::string(TextOf(result.Find("content")));
}

}  // namespace skep::cli
