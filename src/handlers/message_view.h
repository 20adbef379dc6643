#pragma once

#include <optional>
#include <string>

#include "skep/field.h"
#include "swarm/message.h"

namespace skep::handlers {

/// A message as its recipient sees it.
struct MessageView {
  std::string message_id;
  std::string from;
  std::string name;
  std::string thread;
  std::optional<std::string> subject;
  std::string body;
  Timestamp sent_at;
  std::optional<Timestamp> read_at;
  std::optional<Timestamp> acknowledged_at;

  static constexpr Field kFields[] = {
      Req<&MessageView::message_id>("messageId"),
      Req<&MessageView::from>("from"),
      Req<&MessageView::name>("name", "Of the sender"),
      Req<&MessageView::thread>("thread"),
      Opt<&MessageView::subject>("subject"),
      Req<&MessageView::body>("body"),
      Req<&MessageView::sent_at>("sentAt"),
      Opt<&MessageView::read_at>("readAt", "When it had been read before"),
      Opt<&MessageView::acknowledged_at>("acknowledgedAt"),
  };
};
MessageView View(swarm::Message message);

}  // namespace skep::handlers
