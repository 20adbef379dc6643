#include "mcp/roll_call.h"

#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "store/liveness.h"
#include "store/store.h"

namespace skep::mcp {
namespace {

using store::Database;
using store::Liveness;

/// Ends a session, if it has left a row: on the store's thread that is known, since all its calls have run.
class EndSessionOperation final : public store::Operation {
 public:
  EndSessionOperation(const Services& services, std::shared_ptr<SessionScope> scope)
      : liveness_(*services.liveness), clock_(services.clock), scope_(std::move(scope)) {}

  Expected<void> Run(Database& database) override {
    if (!liveness_.held()) return {};
    const auto process = swarm::FindProcess(database, liveness_.token());
    const auto session = process ? swarm::FindSession(database, *process, scope_->serial) : std::nullopt;
    if (session) swarm::CloseSession(database, *session, clock_.Now());
    return {};
  }
  void Finish(Expected<void> outcome) override {
    if (!outcome) Log(LogLevel::kWarn, "a session's end was not noted: {}", outcome.error().message);
  }

 private:
  const Liveness& liveness_;
  const Clock& clock_;
  const std::shared_ptr<SessionScope> scope_;
};

class EndProcessOperation final : public store::Operation {
 public:
  EndProcessOperation(const Services& services, std::string token)
      : liveness_(*services.liveness), clock_(services.clock), token_(std::move(token)) {}

  Expected<void> Run(Database& database) override {
    if (const auto process = swarm::FindProcess(database, token_)) {
      swarm::EndProcess(database, *process, clock_.Now());
    }
    return {};
  }
  void Finish(Expected<void> outcome) override {
    if (!outcome) {
      Log(LogLevel::kWarn, "a process's end was not noted: {}", outcome.error().message);
    } else if (!liveness_.held() || token_ != liveness_.token()) {
      // Our own goes with the Liveness.
      liveness_.Forget(token_);
    }
  }

 private:
  const Liveness& liveness_;
  const Clock& clock_;
  const std::string token_;
};

}  // namespace

RollCall::RollCall(const Services& services) : services_(services) {
  if (services.liveness == nullptr) return;
  timer_ = services.events.MakeTimer([this] { Look(); });
  timer_->Set(limits::kLivenessMs);
}

void RollCall::EndSession(std::shared_ptr<SessionScope> scope) {
  if (services_.liveness == nullptr) return;
  services_.store.Submit(std::make_unique<EndSessionOperation>(services_, std::move(scope)));
}

void RollCall::Leave() {
  timer_.reset();
  if (services_.liveness == nullptr || !services_.liveness->held()) return;
  services_.store.Submit(std::make_unique<EndProcessOperation>(services_, services_.liveness->token()));
}

void RollCall::Look() {
  timer_->Set(limits::kLivenessMs);
  // A database that cannot be opened is not tried again for this.
  if (services_.store.IsOpen()) FindTheDead();
}

void RollCall::FindTheDead() {
  store::Store& store = services_.store;
  const store::Stamp state = store.State();
  if (!state.known() || state != read_at_) {
    store.EndRead();
    Database& database = store.Reader();
    others_ = swarm::LiveProcesses(database);
    read_at_ = database.error() ? store::Stamp() : state;
    store.EndRead();
  }
  for (const auto& [number, token] : others_) {
    if (services_.liveness->held() && token == services_.liveness->token()) continue;
    if (!services_.liveness->HasEnded(token)) continue;
    Log(LogLevel::kInfo, "process {} of this project has ended: releasing what its agents held", token);
    store.Submit(std::make_unique<EndProcessOperation>(services_, token));
  }
}

}  // namespace skep::mcp
