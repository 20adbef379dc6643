#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "skep/error.h"
#include "store/database.h"
#include "swarm/agent.h"
#include "swarm/swarm.h"

/// Messages between the agents of a swarm. Each lies in the inbox of one agent until it makes room for newer ones:
/// acknowledged ones do, the oldest first. `now_ms` is the wall clock.
namespace skep::swarm {

struct Message {
  std::int64_t number = 0;
  std::int64_t sender = 0;
  std::string sender_name;
  std::string thread;
  std::string subject;
  std::int64_t sent_ms = 0;
  std::int64_t read_ms = 0;   ///< 0: it had not been read before.
  std::int64_t acked_ms = 0;  ///< 0: it is not acknowledged.
  std::string body;

  std::string id() const;  ///< "ms_000001"
  std::string sender_id() const;
};

struct Letter {
  std::string_view thread;  ///< Empty: a new one, called by the message's id.
  std::string_view subject;
  std::string_view body;
};
struct Recipient {
  std::string agent_id;
  std::string name;
  std::string message_id;  ///< Empty: it was not delivered, because the inbox is full.
};
struct Sent {
  std::string thread;
  std::vector<Recipient> recipients;
};
/// Sends to one agent, by id or name, or to "all": everyone alive whom the topology lets `from` reach. kNotFound: there
/// is no such agent, or nobody; kConflict: the topology forbids it; kTooLarge: the text, or a full inbox.
Expected<Sent> SendMessage(store::Database& database, const Swarm& swarm, const Agent& from, std::string_view to,
                           const Letter& letter, std::int64_t now_ms);

struct Address {
  std::int64_t swarm = 0;
  std::int64_t sender = 0;
  std::int64_t recipient = 0;
};
/// Leaves word of something in an agent's inbox, whatever the topology; not if that is full.
void PostNotice(store::Database& database, const Address& address, const Letter& letter, std::int64_t now_ms);

/// Notes that an agent has dealt with messages; returns with how many that it had not acknowledged before.
/// kInvalidArgument: something is not a message's id. Others' messages, and those that are gone, are passed over.
Expected<std::int64_t> Acknowledge(store::Database& database, const Agent& agent, std::span<const std::string_view> ids,
                                   std::int64_t now_ms);

/// Messages that an agent has not read, up to a bound.
std::int64_t CountUnread(store::Database& database, const Agent& agent);

struct InboxView {
  std::vector<Message> messages;
  std::int64_t total = 0;
  std::int64_t unread = 0;
};
/// An agent's messages as they lie there, which makes none of them read: those unread, the oldest first, then the
/// others, the newest first. At most `limit`, and limits::kMaxInboxPageBytes, but one.
InboxView LookAtInbox(store::Database& database, const Agent& agent, std::int64_t limit);

struct InboxRequest {
  bool unread_only = true;
  std::string_view thread;  ///< Empty: all.
  std::string_view after;   ///< A message's id: only later ones. Empty: all.
  std::int64_t limit = 0;
};
struct InboxPage {
  std::vector<Message> messages;  ///< The oldest first.
  bool more = false;
};
/// An agent's messages, which have been read from then on. At most limits::kMaxInboxPageBytes, but one.
Expected<InboxPage> ReadInbox(store::Database& database, const Agent& agent, const InboxRequest& request,
                              std::int64_t now_ms);

}  // namespace skep::swarm
