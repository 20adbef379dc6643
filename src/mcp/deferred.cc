#include "mcp/deferred.h"

#include <utility>

#include "json/copy.h"
#include "json/reader.h"
#include "mcp/server.h"
#include "mcp/session.h"
#include "skep/block.h"
#include "store/store.h"

namespace skep::mcp {

Deferred::Deferred(ServerSession& session, const Method& method, const Request& request, rpc::Reply reply)
    : session_(&session),
      method_(method),
      request_(request),
      params_(request.params.exists() ? json::Copy(request.params) : "{}"),
      reply_(std::move(reply)) {
  request_.method = method.name;
  request_.params = {};
  request_.client_info = {};
  request_.thread = {};
  request_.traceparent = {};
  session.EnterDeferred(*this);
}

Deferred::~Deferred() {
  if (session_ != nullptr) session_->LeaveDeferred(*this);
}

void Deferred::Abandon() {
  session_ = nullptr;
  reply_.Discard();
}

void Deferred::Finish(Expected<void>) {
  if (session_ == nullptr || !reply_.open()) return;
  store::Store& store = session_->server().services().store;
  Block text(params_.size());
  text.Append(params_);
  json::Reader reader;
  if (reader.Parse({text.data(), text.size()}) != json::Outcome::kOk) {
    return reply_.Error(rpc::ErrorCode::kInternal, "the parameters cannot be read again: this is a bug in skep");
  }
  request_.params = reader.root();
  method_.call(*session_, request_, std::move(reply_));
  // Nothing else ends it before the loop goes on.
  store.EndRead();
}

}  // namespace skep::mcp
