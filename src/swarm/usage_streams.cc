#include "swarm/usage_streams.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace skep::swarm {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr std::int64_t kSilenceMs = 3'600'000;

constexpr Sql kExtend{
    "UPDATE usage_streams SET first_ms = min(first_ms, ?4), last_ms = max(last_ms, ?4) WHERE client_session = ?2 "
    "AND client = ?1 AND rank = ?3 AND last_ms >= ?4 - ?5 AND first_ms <= ?4 + ?5"};
constexpr Sql kBegin{
    "INSERT INTO usage_streams (client, client_session, rank, first_ms, last_ms) VALUES (?1, ?2, ?3, ?4, ?4)"};
/// In order, so that spans are joined as they come.
constexpr Sql kStreams{
    "SELECT client, client_session, rank, first_ms, last_ms FROM usage_streams WHERE last_ms >= ?1 AND first_ms <= ?2 "
    "ORDER BY first_ms"};

}  // namespace

void NoteStream(Database& database, std::string_view client, std::string_view client_session, UsageSource source,
                std::int64_t at_ms) {
  const int rank = static_cast<int>(source);
  if (database.Execute(kExtend, client, client_session, rank, at_ms, kSilenceMs) > 0) return;
  database.Execute(kBegin, client, client_session, rank, at_ms);
}

UsageStreams::UsageStreams(Database& database, std::int64_t from_ms, std::int64_t to_ms) {
  const auto add = [](Spans& spans, std::size_t rank, Span span) {
    if (rank >= spans.size()) return;
    std::vector<Span>& of_rank = spans[rank];
    if (of_rank.empty() || of_rank.back().last_ms < span.first_ms) {
      of_rank.push_back(span);
    } else {
      of_rank.back().last_ms = std::max(of_rank.back().last_ms, span.last_ms);
    }
  };
  for (Cursor row = database.Query(kStreams, from_ms - kExportMs, to_ms); row.Next();) {
    const auto rank = static_cast<std::size_t>(row.Int(2));
    const Span span{.first_ms = row.Int(3), .last_ms = row.Int(4) + kExportMs};
    if (!row.Text(0).empty()) add(clients_[std::string(row.Text(0))], rank, span);
    if (!row.Text(1).empty()) add(sessions_[std::string(row.Text(1))], rank, span);
  }
}

bool UsageStreams::HasBetter(std::string_view client, std::string_view client_session, UsageSource than,
                             std::int64_t at_ms) const {
  const ByName& by_name = client_session.empty() ? clients_ : sessions_;
  const auto found = by_name.find(client_session.empty() ? client : client_session);
  if (found == by_name.end()) return false;
  for (std::size_t rank = 0; rank < static_cast<std::size_t>(than); ++rank) {
    const std::vector<Span>& spans = found->second[rank];
    const auto next = std::ranges::upper_bound(spans, at_ms, {}, &Span::first_ms);
    if (next != spans.begin() && std::prev(next)->last_ms >= at_ms) return true;
  }
  return false;
}

}  // namespace skep::swarm
