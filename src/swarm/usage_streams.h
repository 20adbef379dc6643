#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.h"
#include "swarm/usage_source.h"

/// When which source has reported on which session of a client. A stream lasts from its first record to its last; after
/// an hour's silence it begins anew, for a session may be taken up again weeks later.
namespace skep::swarm {

/// How long after it was used a counter reports what an event has reported at once: twice what exporters wait by
/// default.
inline constexpr std::int64_t kExportMs = 120'000;
/// Streams kept, those that ended last: of 100,000 records five each.
inline constexpr std::int64_t kMaxUsageStreams = 20'000;

/// A record of `at_ms`. In a write.
void NoteStream(store::Database& database, std::string_view client, std::string_view client_session, UsageSource source,
                std::int64_t at_ms);

/// The streams of a period, read once.
class UsageStreams {
 public:
  UsageStreams(store::Database& database, std::int64_t from_ms, std::int64_t to_ms);

  /// Whether a better source has reported on what was used of a session at that time, or, where none is named, on any
  /// of the client's.
  bool HasBetter(std::string_view client, std::string_view client_session, UsageSource than, std::int64_t at_ms) const;

 private:
  struct Span {
    std::int64_t first_ms = 0;
    std::int64_t last_ms = 0;
  };
  /// Of each source those that do not overlap, in order.
  using Spans = std::array<std::vector<Span>, Names(UsageSource{}).size()>;
  using ByName = std::map<std::string, Spans, std::less<>>;

  ByName sessions_;
  ByName clients_;
};

}  // namespace skep::swarm
