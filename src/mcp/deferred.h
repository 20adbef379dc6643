#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "mcp/methods.h"
#include "rpc/reply.h"
#include "store/operation.h"

namespace skep::mcp {

/// A request that reads what its session has not finished writing: it keeps its place behind that as an operation of
/// the store, which does nothing, and is worked on when it comes back. For methods that are no calls of a tool.
class Deferred final : public store::Operation {
 public:
  /// Copies what it needs of the request. The session knows it until it is over, or the session is.
  Deferred(ServerSession& session, const Method& method, const Request& request, rpc::Reply reply);
  ~Deferred() override;

  const std::string& id() const { return reply_.id(); }
  /// The client no longer wants the answer.
  void Cancel() { reply_.Discard(); }
  /// The session is gone.
  void Abandon();

  Expected<void> Run(store::Database&) override { return {}; }
  /// Whatever became of the writes in front of it: the method sees for itself what there is.
  void Finish(Expected<void> outcome) override;
  std::size_t bytes() const override { return sizeof(*this) + params_.size(); }

 private:
  ServerSession* session_;
  const Method& method_;
  Request request_;  ///< Without what borrows from the message.
  const std::string params_;
  rpc::Reply reply_;
};

}  // namespace skep::mcp
