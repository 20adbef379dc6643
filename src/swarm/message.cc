#include "swarm/message.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/id.h"
#include "base/limits.h"
#include "base/printable.h"
#include "swarm/reach.h"

namespace skep::swarm {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr std::string_view kIdPrefix = "ms";
constexpr std::string_view kEveryone = "all";
constexpr std::size_t kShown = 100;
/// Acknowledged messages that make room at once, so that not each that comes to a full inbox has to.
constexpr std::int64_t kRoomSlice = 64;
/// To add up an inbox's bytes takes as long as ten sends. So it is done when a long message comes, or with every so
/// many'th short one: meanwhile an inbox may exceed its bound, by 64 KiB at most.
constexpr std::int64_t kAddUpEvery = 16;
constexpr std::size_t kShort = 4 * limits::kKiB;

constexpr Sql kCountUnread{
    "SELECT count(*) FROM (SELECT 1 FROM messages WHERE recipient = ?1 AND read_ms = 0 LIMIT ?2)"};
constexpr Sql kInsert{
    "INSERT INTO messages (swarm, sender, recipient, thread, subject, sent_ms, body) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"};
constexpr Sql kSetThread{"UPDATE messages SET thread = ?2 WHERE id = ?1"};
constexpr Sql kCount{"SELECT count(*) FROM messages WHERE recipient = ?1"};
constexpr Sql kBytes{"SELECT coalesce(sum(length(CAST(body AS BLOB))), 0) FROM messages WHERE recipient = ?1"};
constexpr Sql kOldestAcked{
    "SELECT id, length(CAST(body AS BLOB)) FROM messages WHERE recipient = ?1 AND acked_ms > 0 ORDER BY id LIMIT ?2"};
constexpr Sql kDelete{"DELETE FROM messages WHERE id = ?1"};
constexpr Sql kAcked{"SELECT acked_ms FROM messages WHERE id = ?1 AND recipient = ?2"};
constexpr Sql kAck{"UPDATE messages SET acked_ms = ?2, read_ms = max(read_ms, ?2) WHERE id = ?1"};
constexpr Sql kUnread{
    "SELECT id, sender, thread, subject, sent_ms, read_ms, acked_ms, body FROM messages "
    "WHERE recipient = ?1 AND id > ?2 AND read_ms = 0 ORDER BY id"};
constexpr Sql kAllOf{
    "SELECT id, sender, thread, subject, sent_ms, read_ms, acked_ms, body FROM messages "
    "WHERE recipient = ?1 AND id > ?2 ORDER BY id"};
constexpr Sql kRead{
    "SELECT id, sender, thread, subject, sent_ms, read_ms, acked_ms, body FROM messages "
    "WHERE recipient = ?1 AND id > ?2 AND +read_ms > 0 ORDER BY id DESC"};
constexpr Sql kCountSent{"UPDATE agents SET messages_sent = messages_sent + 1 WHERE id = ?1"};
constexpr Sql kMarkRead{"UPDATE messages SET read_ms = ?2 WHERE id = ?1"};
constexpr Sql kName{"SELECT name FROM agents WHERE id = ?1"};

std::int64_t One(Cursor cursor) { return cursor.Next() ? cursor.Int(0) : 0; }

std::string NameOfAgent(Database& database, std::int64_t agent) {
  Cursor row = database.Query(kName, agent);
  return row.Next() ? std::string(row.Text(0)) : std::string();
}

Message MessageIn(const Cursor& row) {
  return {.number = row.Int(0),
          .sender = row.Int(1),
          .thread = std::string(row.Text(2)),
          .subject = std::string(row.Text(3)),
          .sent_ms = row.Int(4),
          .read_ms = row.Int(5),
          .acked_ms = row.Int(6),
          .body = std::string(row.Text(7))};
}

/// Lets acknowledged messages go until there is room for this many more and their bytes.
/// Returns whether any went.
bool MakeRoom(Database& database, std::int64_t recipient, std::int64_t messages, std::int64_t bytes) {
  bool any = false;
  struct Old {
    std::int64_t row;
    std::int64_t bytes;
  };
  while (messages > 0 || bytes > 0) {
    std::vector<Old> oldest;
    for (Cursor row = database.Query(kOldestAcked, recipient, kRoomSlice); row.Next();) {
      oldest.push_back({row.Int(0), row.Int(1)});
    }
    if (oldest.empty()) return any;
    any = true;
    for (const Old& each : oldest) {
      database.Execute(kDelete, each.row);
      --messages;
      bytes -= each.bytes;
    }
  }
  return any;
}

bool HasRoom(Database& database, std::int64_t recipient, const Letter& letter) {
  const auto fits = [&] {
    const std::int64_t count = One(database.Query(kCount, recipient));
    if (count >= limits::kMaxInbox) return false;
    if (count * static_cast<std::int64_t>(limits::kMaxMessage) < limits::kMaxInboxBytes) return true;
    if (letter.body.size() <= kShort && count % kAddUpEvery != 0) return true;
    return One(database.Query(kBytes, recipient)) + std::ssize(letter.body) <= limits::kMaxInboxBytes;
  };
  while (!fits()) {
    if (!MakeRoom(database, recipient, 1, std::ssize(letter.body))) return false;
  }
  return true;
}

std::unexpected<Error> Full(const std::string& label) {
  return Fail(ErrorCode::kTooLarge,
              fmt::format("the inbox of {} is full ({} messages or {} MiB that it has not acknowledged): it has to "
                          "acknowledge some, see inbox",
                          label, limits::kMaxInbox, limits::kMaxInboxBytes / static_cast<std::int64_t>(limits::kMiB)));
}

Expected<void> CheckLetter(const Letter& letter) {
  if (letter.body.empty()) return Fail(ErrorCode::kInvalidArgument, "body must not be empty");
  if (letter.body.size() > limits::kMaxMessage) {
    return Fail(ErrorCode::kTooLarge,
                fmt::format("a message may have {} bytes, this one has {}: store the text with memory_usage and send "
                            "its key",
                            limits::kMaxMessage, letter.body.size()));
  }
  if (letter.subject.size() > limits::kMaxSubject || letter.thread.size() > limits::kMaxSubject) {
    return Fail(ErrorCode::kTooLarge, fmt::format("a subject and a thread may have {} bytes", limits::kMaxSubject));
  }
  return {};
}

Expected<std::vector<std::int64_t>> Everyone(Database& database, const Swarm& swarm, const Agent& from,
                                             const Letter& letter) {
  const auto bound =
      std::min(limits::kMaxRecipients,
               static_cast<std::int64_t>(limits::kMaxSpread / std::max<std::size_t>(letter.body.size(), 1)));
  std::vector<std::int64_t> agents = Reachable(database, swarm, from, bound + 1);
  if (agents.empty()) {
    return Fail(ErrorCode::kNotFound, fmt::format("nobody else is within reach of {} now: agent_list shows who there "
                                                  "is, agent_spawn adds one",
                                                  from.id()));
  }
  if (std::ssize(agents) > bound) {
    return Fail(ErrorCode::kTooLarge,
                fmt::format("a message of this length may go to {} agents at once, and more are within reach: store "
                            "the text with memory_usage, or write to some of them by name",
                            bound));
  }
  return agents;
}

/// What an id of a message says; kInvalidArgument.
Expected<std::int64_t> NumberOf(std::string_view what, std::string_view id) {
  if (const auto number = ParseId(kIdPrefix, id)) return *number;
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("{} must be the id of a message, like ms_000001, got \"{}\"", what, Printable(id, kShown)));
}

}  // namespace

std::string Message::id() const { return FormatId(kIdPrefix, number); }

std::string Message::sender_id() const { return FormatId("ag", sender); }

Expected<Sent> SendMessage(Database& database, const Swarm& swarm, const Agent& from, std::string_view to,
                           const Letter& letter, std::int64_t now_ms) {
  if (auto good = CheckLetter(letter); !good) return std::unexpected(std::move(good.error()));
  std::vector<std::int64_t> recipients;
  if (to == kEveryone) {
    auto everyone = Everyone(database, swarm, from, letter);
    if (!everyone) return std::unexpected(std::move(everyone.error()));
    recipients = *std::move(everyone);
  } else {
    const auto agent = FindAgent(database, swarm, to);
    if (!agent) return std::unexpected(Error{agent.error().code, "to: " + agent.error().message});
    if (auto may = MayMessage(database, swarm, from, *agent); !may) return std::unexpected(std::move(may.error()));
    recipients.push_back(agent->number);
  }
  Sent sent{.thread = std::string(letter.thread)};
  for (const std::int64_t recipient : recipients) {
    Recipient& each = sent.recipients.emplace_back(FormatId("ag", recipient), NameOfAgent(database, recipient), "");
    if (!HasRoom(database, recipient, letter)) {
      if (to != kEveryone) return Full(fmt::format("{} (\"{}\")", each.agent_id, Printable(each.name)));
      continue;
    }
    database.Execute(kInsert, swarm.number, from.number, recipient, sent.thread, letter.subject, now_ms, letter.body);
    const std::int64_t number = database.last_insert_id();
    each.message_id = FormatId(kIdPrefix, number);
    if (!sent.thread.empty()) continue;
    sent.thread = each.message_id;
    database.Execute(kSetThread, number, sent.thread);
  }
  database.Execute(kCountSent, from.number);
  if (database.error()) return std::unexpected(*database.error());
  return sent;
}

void PostNotice(Database& database, const Address& address, const Letter& letter, std::int64_t now_ms) {
  if (!HasRoom(database, address.recipient, letter)) return;
  database.Execute(kInsert, address.swarm, address.sender, address.recipient, letter.thread, letter.subject, now_ms,
                   letter.body);
}

Expected<std::int64_t> Acknowledge(Database& database, const Agent& agent, std::span<const std::string_view> ids,
                                   std::int64_t now_ms) {
  std::int64_t acknowledged = 0;
  for (const std::string_view id : ids) {
    const auto number = NumberOf("ack", id);
    if (!number) return std::unexpected(number.error());
    bool open = false;
    if (Cursor row = database.Query(kAcked, *number, agent.number); row.Next()) open = row.Int(0) == 0;
    if (!open) continue;
    database.Execute(kAck, *number, now_ms);
    ++acknowledged;
  }
  if (database.error()) return std::unexpected(*database.error());
  return acknowledged;
}

Expected<InboxPage> ReadInbox(Database& database, const Agent& agent, const InboxRequest& request,
                              std::int64_t now_ms) {
  std::int64_t after = 0;
  if (!request.after.empty()) {
    const auto number = NumberOf("after", request.after);
    if (!number) return std::unexpected(number.error());
    after = *number;
  }
  InboxPage page;
  std::int64_t bytes = 0;
  for (Cursor row = database.Query(request.unread_only ? kUnread : kAllOf, agent.number, after); row.Next();) {
    if (!request.thread.empty() && row.Text(2) != request.thread) continue;
    bytes += std::ssize(row.Text(7));
    if (std::ssize(page.messages) == request.limit || (!page.messages.empty() && bytes > limits::kMaxInboxPageBytes)) {
      page.more = true;
      break;
    }
    page.messages.push_back(MessageIn(row));
  }
  for (Message& message : page.messages) {
    message.sender_name = NameOfAgent(database, message.sender);
    if (message.read_ms == 0) database.Execute(kMarkRead, message.number, now_ms);
  }
  if (database.error()) return std::unexpected(*database.error());
  return page;
}

InboxView LookAtInbox(Database& database, const Agent& agent, std::int64_t limit) {
  InboxView view{.total = One(database.Query(kCount, agent.number)),
                 .unread = One(database.Query(kCountUnread, agent.number, limits::kMaxInbox))};
  std::int64_t bytes = 0;
  for (const Sql* const sql : {&kUnread, &kRead}) {
    for (Cursor row = database.Query(*sql, agent.number, 0); std::ssize(view.messages) < limit && row.Next();) {
      bytes += std::ssize(row.Text(7));
      if (!view.messages.empty() && bytes > limits::kMaxInboxPageBytes) break;
      view.messages.push_back(MessageIn(row));
    }
  }
  for (Message& message : view.messages) message.sender_name = NameOfAgent(database, message.sender);
  return view;
}

std::int64_t CountUnread(Database& database, const Agent& agent) {
  Cursor row = database.Query(kCountUnread, agent.number, limits::kMaxPage);
  return row.Next() ? row.Int(0) : 0;
}

}  // namespace skep::swarm
