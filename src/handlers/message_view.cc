#include "handlers/message_view.h"

#include <utility>

namespace skep::handlers {

MessageView View(swarm::Message message) {
  MessageView view{.message_id = message.id(),
                   .from = message.sender_id(),
                   .name = std::move(message.sender_name),
                   .thread = std::move(message.thread),
                   .subject = {},
                   .body = std::move(message.body),
                   .sent_at = {message.sent_ms},
                   .read_at = {},
                   .acknowledged_at = {}};
  if (!message.subject.empty()) view.subject = std::move(message.subject);
  if (message.read_ms > 0) view.read_at = Timestamp{message.read_ms};
  if (message.acked_ms > 0) view.acknowledged_at = Timestamp{message.acked_ms};
  return view;
}

}  // namespace skep::handlers
