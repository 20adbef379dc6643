#include "mcp/answer.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "base/printable.h"
#include "mcp/server.h"
#include "mcp/tool_result.h"

namespace skep::mcp {
namespace {

/// The error's number in the protocol, where a tool would answer with a result: what the caller has named or asked for
/// is its own, be it a name that several have.
rpc::ErrorCode CodeOf(const Error& error) {
  const bool by_caller = error.code == ErrorCode::kInvalidArgument || error.code == ErrorCode::kNotFound ||
                         error.code == ErrorCode::kConflict || error.code == ErrorCode::kTooLarge;
  return by_caller ? rpc::ErrorCode::kInvalidParams : rpc::ErrorCode::kInternal;
}

void AnswerPrompt(rpc::Reply& reply, const Server& server, bool modern,
                  FunctionRef<Expected<void>(json::Writer&)> write) {
  Block text;
  json::Writer to(text);
  if (const auto done = write(to); !done) return reply.Error(CodeOf(done.error()), done.error().message);
  if (!modern) return reply.Result(text.view());
  reply.Result([&](json::Writer& out) {
    text.Resize(text.size() - 1);
    out.Raw(text.view());
    out.out().Append(server.modern_tail());
    out.out().Append("}");
  });
}

void AnswerResource(rpc::Reply& reply, const Server& server, const AnswerForm& form,
                    FunctionRef<Expected<void>(json::Writer&)> write) {
  Block data;
  json::Writer data_to(data);
  if (const auto done = write(data_to); !done) {
    if (done.error().code == ErrorCode::kNotFound) {
      return RefuseResource(reply, form.modern, form.uri, done.error().message);
    }
    return reply.Error(CodeOf(done.error()), done.error().message);
  }
  const std::string_view mime_type = form.resource->info.mime_type;
  reply.Result([&](json::Writer& to) {
    to.BeginObject();
    to.Key("contents");
    to.BeginArray();
    to.BeginObject();
    to.Member("uri", form.uri);
    to.Member("mimeType", mime_type);
    if (mime_type == "application/json") {
      to.Key("text");
      to.String(data.view());
      to.EndObject();
    } else {
      // The members of {"text":"…"}, in which ours goes on.
      to.out().Append(",");
      to.out().Append(data.view().substr(1));
    }
    to.out().Append("]");
    if (form.modern) {
      // What is read may be another the next moment.
      to.out().Append(R"(,"ttlMs":0,"cacheScope":"private")");
      to.out().Append(server.modern_tail());
    }
    to.out().Append("}");
  });
}

}  // namespace

void AnswerCall(rpc::Reply& reply, const Server& server, const AnswerForm& form,
                FunctionRef<Expected<void>(json::Writer&)> write) {
  switch (form.kind) {
    case AnswerForm::Kind::kTool:
      return AnswerTool(reply, server, form.modern, write);
    case AnswerForm::Kind::kResource:
      return AnswerResource(reply, server, form, write);
    case AnswerForm::Kind::kPrompt:
      return AnswerPrompt(reply, server, form.modern, write);
  }
}

void RefuseResource(rpc::Reply& reply, bool modern, std::string_view uri, std::string_view message) {
  reply.Error(modern ? rpc::ErrorCode::kInvalidParams : rpc::ErrorCode::kResourceNotFound, message,
              [&](json::Writer& to) {
                to.BeginObject();
                to.Member("uri", Printable(uri, limits::kMaxQuotedUri));
                to.EndObject();
              });
}

void WriteQuestion(const Question& question, std::string_view url_id, std::string_view traceparent, json::Writer& to) {
  const auto add_meta = [&] {
    if (traceparent.empty()) return;
    to.Key("_meta");
    to.BeginObject();
    to.Member("traceparent", traceparent);
    to.EndObject();
  };
  const bool elicits = question.kind == Question::Kind::kForm || question.kind == Question::Kind::kUrl;
  if (!elicits) {
    const bool roots = question.kind == Question::Kind::kRoots;
    to.Member("method", roots ? "roots/list" : "sampling/createMessage");
    to.Key("params");
    if (traceparent.empty()) return to.Raw(roots ? std::string_view("{}") : std::string_view(question.params));
    if (roots) return to.Raw(fmt::format(R"({{"_meta":{{"traceparent":"{}"}}}})", traceparent));
    // The members of {…}, in which ours goes on.
    return to.Raw(fmt::format(R"({},"_meta":{{"traceparent":"{}"}}}})",
                              std::string_view(question.params).substr(0, question.params.size() - 1), traceparent));
  }
  to.Member("method", "elicitation/create");
  to.Key("params");
  to.BeginObject();
  // A form needs no mode, and the oldest clients know none.
  if (question.kind == Question::Kind::kUrl) to.Member("mode", "url");
  to.Member("message", question.message);
  if (question.kind == Question::Kind::kUrl) {
    to.Member("url", question.url);
    if (!url_id.empty()) to.Member("elicitationId", url_id);
  } else {
    to.Key("requestedSchema");
    WriteSchema(question.form, question.form_defaults, to);
  }
  add_meta();
  to.EndObject();
}

void AnswerInputRequired(rpc::Reply& reply, const Server& server, std::span<const Question> questions,
                         std::string_view traceparent, std::string_view state) {
  reply.Result([&](json::Writer& to) {
    to.BeginObject();
    to.Member("resultType", "input_required");
    to.Key("inputRequests");
    to.BeginObject();
    for (const Question& question : questions) {
      to.Key(question.key);
      to.BeginObject();
      WriteQuestion(question, {}, traceparent, to);
      to.EndObject();
    }
    to.EndObject();
    to.Member("requestState", state);
    to.Key("_meta");
    to.BeginObject();
    to.Key(kMetaServerInfo);
    to.Raw(server.server_info());
    to.EndObject();
    to.EndObject();
  });
}

}  // namespace skep::mcp
