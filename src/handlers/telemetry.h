#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "json/reader.h"
#include "skep/block.h"
#include "store/store.h"

/// What clients' OpenTelemetry exporters send (OTLP/HTTP, JSON), as records of usage.
///
///     POST /v1/logs      events: each request that a client has made of its model
///     POST /v1/metrics   counters: what it has used since its last export, or since it was started
///     POST /v1/traces    taken and dropped: there is no usage in them that is not in the others
///
/// What is no usage is accepted and dropped as well. Which events and counters are, telemetry_forms.h says; which of
/// them count where several report the same tokens, swarm/usage.h. A record is of the agent that acts in the client's
/// session, and of the task that it held at that time, where that can be told.
///
/// 200 means that all of it is in the database; a request that is sent again is not counted again: events are told
/// apart by the id of the request, or by all that they say (two that say the same, and not when, are one), increases by
/// their time, totals by where the counter stood.
/// 503: the database cannot take it now, send it again.
namespace skep::handlers {

struct TelemetryAnswer {
  int status = 200;
  std::string body;
  std::string_view header;  ///< One more line; empty: none.
};
using TelemetryReply = std::function<void(TelemetryAnswer)>;

/// All on the executor's thread.
class Telemetry {
 public:
  /// Both must outlive this.
  Telemetry(store::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  /// `reply` is called once, now or when the store has committed; by then this may be gone.
  void Take(std::string_view method, std::string_view path, std::string_view content_type, Block body,
            TelemetryReply reply);

 private:
  store::Store& store_;
  const Clock& clock_;
  std::unique_ptr<json::Reader> reader_;
};

}  // namespace skep::handlers
