#include "mcp/subscriptions.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "base/limits.h"
#include "json/writer.h"
#include "mcp/calls.h"
#include "mcp/methods.h"
#include "mcp/server.h"
#include "mcp/session.h"
#include "mcp/tool_call.h"
#include "mcp/variables.h"
#include "store/store.h"

namespace skep::mcp {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;
/// How long one look may keep the thread from its clients, in ns; what is left is looked at in the next one.
constexpr std::int64_t kSliceNs = 3 * kNsPerMs;
/// One part in this many of the time is spent on looks at most.
constexpr std::int64_t kShare = 4;
/// How often what changes with mere time is looked at.
constexpr std::int64_t kPollMs = 1000;
/// How soon it is seen that a client who was behind has caught up.
constexpr std::int64_t kChokedMs = 100;
static_assert(sizeof(std::uint64_t) == crypto_shorthash_BYTES && crypto_shorthash_KEYBYTES == 16);

/// What the client is told of when the list of resources changes stands for all of it.
constexpr std::string_view kList = "";

}  // namespace

Subscriptions::Subscriptions(Server& server)
    : server_(server),
      look_(server.services().events.MakeTimer([this] { Look(); })),
      poll_(server.services().events.MakeTimer([this] { OnPoll(); })),
      watch_(server.services(), [this] { LookIfChanged(); }) {
  randombytes_buf(key_, sizeof(key_));
}

Subscriptions::~Subscriptions() = default;

void Subscriptions::Add(ServerSession& session, const Resource* resource, std::string_view uri,
                        const Listener* listener) {
  Subscription& added = subscriptions_.emplace_back(
      Subscription{.session = &session, .resource = resource, .uri = std::string(uri), .listener = listener});
  // What it is now: changes count from here. What is not yet committed is a change, too.
  std::vector<Seen> none;
  added.seen = Hash(added, none);
  StartOrStop();
  // What was committed since the read transaction began that this has looked into.
  LookSoon();
}

bool Subscriptions::Subscribe(ServerSession& session, const Resource& resource, std::string_view uri) {
  std::size_t count = 0;
  for (const Subscription& subscription : subscriptions_) {
    if (subscription.session != &session) continue;
    if (subscription.listener == nullptr && subscription.uri == uri) return true;
    ++count;
  }
  if (count >= limits::kMaxSubscriptions) return false;
  Add(session, &resource, uri, nullptr);
  return true;
}

void Subscriptions::Unsubscribe(const ServerSession& session, std::string_view uri) {
  std::erase_if(subscriptions_, [&](const Subscription& subscription) {
    return subscription.session == &session && subscription.listener == nullptr && subscription.resource != nullptr &&
           subscription.uri == uri;
  });
  StartOrStop();
}

void Subscriptions::SubscribeToList(ServerSession& session) {
  const bool known = std::ranges::any_of(subscriptions_, [&](const Subscription& subscription) {
    return subscription.session == &session && subscription.resource == nullptr && subscription.listener == nullptr;
  });
  if (!known) Add(session, nullptr, kList, nullptr);
}

bool Subscriptions::MayListen(const ServerSession& session, std::size_t resources) const {
  const auto listens = static_cast<std::size_t>(
      std::ranges::count_if(listeners_, [&](const Listener& listener) { return listener.session == &session; }));
  const auto all = static_cast<std::size_t>(std::ranges::count_if(
      subscriptions_, [&](const Subscription& subscription) { return subscription.session == &session; }));
  return listens < limits::kMaxListens && all + resources <= limits::kMaxSubscriptions;
}

void Subscriptions::Listen(ServerSession& session, const Filter& filter, rpc::Reply reply) {
  Listener& listener = listeners_.emplace_back(Listener{.session = &session, .reply = std::move(reply)});
  session.Send([&](json::Writer& to) {
    to.Member("method", "notifications/subscriptions/acknowledged");
    to.Key("params");
    to.BeginObject();
    to.Key("_meta");
    to.BeginObject();
    to.Key(kMetaSubscriptionId);
    to.Raw(listener.reply.id());
    to.EndObject();
    to.Key("notifications");
    to.BeginObject();
    if (filter.resources_list_changed) to.Member("resourcesListChanged", true);
    if (!filter.resources.empty()) {
      to.Key("resourceSubscriptions");
      to.BeginArray();
      for (const auto& [resource, uri] : filter.resources) to.String(uri);
      to.EndArray();
    }
    to.EndObject();
    to.EndObject();
  });
  if (filter.resources_list_changed) Add(session, nullptr, kList, &listener);
  for (const auto& [resource, uri] : filter.resources) Add(session, resource, uri, &listener);
}

void Subscriptions::Forget(const Listener& listener) {
  std::erase_if(subscriptions_, [&](const Subscription& subscription) { return subscription.listener == &listener; });
}

void Subscriptions::CancelListen(const ServerSession& session, std::string_view id) {
  for (auto listener = listeners_.begin(); listener != listeners_.end();) {
    if (listener->session != &session || listener->reply.id() != id) {
      ++listener;
      continue;
    }
    Forget(*listener);
    listener->reply.Discard();
    listener = listeners_.erase(listener);
  }
  StartOrStop();
}

void Subscriptions::EndListen(rpc::Reply& reply) const {
  const std::string id = reply.id();
  reply.Result([&](json::Writer& to) {
    to.BeginObject();
    to.Member("resultType", "complete");
    to.Key("_meta");
    to.BeginObject();
    to.Key(kMetaSubscriptionId);
    to.Raw(id);
    to.Key(kMetaServerInfo);
    to.Raw(server_.server_info());
    to.EndObject();
    to.EndObject();
  });
}

void Subscriptions::EndSession(const ServerSession& session) {
  std::erase_if(subscriptions_, [&](const Subscription& subscription) { return subscription.session == &session; });
  for (auto listener = listeners_.begin(); listener != listeners_.end();) {
    if (listener->session != &session) {
      ++listener;
      continue;
    }
    if (session.ended()) {
      EndListen(listener->reply);
    } else {
      listener->reply.Discard();
    }
    listener = listeners_.erase(listener);
  }
  StartOrStop();
}

void Subscriptions::StartOrStop() {
  const bool wanted = !subscriptions_.empty();
  if (wanted == std::exchange(running_, wanted)) return;
  if (wanted) {
    watch_.Start();
    poll_->Set(kPollMs);
    return;
  }
  watch_.Stop();
  poll_->Stop();
  look_->Stop();
  look_asked_ = false;
}

void Subscriptions::OnPoll() {
  for (Subscription& subscription : subscriptions_) {
    if (subscription.resource != nullptr && subscription.resource->info.changes_with_time) subscription.looked_at = {};
  }
  LookSoon();
  poll_->Set(kPollMs);
}

void Subscriptions::NoteCommit() {
  if (running_) LookSoon();
}

void Subscriptions::LookIfChanged() {
  const store::Stamp state = server_.services().store.State();
  if (running_ && (!state.known() || state != looked_at_)) LookSoon();
}

void Subscriptions::LookSoon() {
  if (std::exchange(look_asked_, true)) return;
  const std::int64_t in_ns = next_look_ns_ - server_.services().clock.SteadyNs();
  look_->Set(in_ns <= 0 ? 0 : (in_ns + kNsPerMs - 1) / kNsPerMs);
}

void Subscriptions::Look() {
  look_asked_ = false;
  const Services& services = server_.services();
  // When it has to be opened anew, whoever writes next does that; then the poll looks again.
  if (!services.store.IsOpen() || subscriptions_.empty()) return;
  const std::int64_t began_ns = services.clock.SteadyNs();
  services.store.EndRead();
  // Before what it names is read: at worst it is looked at once more.
  const store::Stamp state = services.store.State();
  std::vector<Seen> seen;
  bool left = false;
  bool choked = false;
  for (auto subscription = subscriptions_.begin(); subscription != subscriptions_.end(); ++subscription) {
    if (state.known() && subscription->looked_at == state) continue;
    if (services.clock.SteadyNs() - began_ns > kSliceNs) {
      // The next look goes on from here.
      subscriptions_.splice(subscriptions_.end(), subscriptions_, subscriptions_.begin(), subscription);
      left = true;
      break;
    }
    if (subscription->session->unsent() > limits::kNotifyHighWater) {
      choked = true;
      continue;
    }
    LookAt(*subscription, seen);
    subscription->looked_at = state;
  }
  services.store.EndRead();
  looked_at_ = state;
  const std::int64_t took_ns = services.clock.SteadyNs() - began_ns;
  next_look_ns_ = began_ns + std::max(limits::kNotifyMs * kNsPerMs, kShare * took_ns);
  if (!left && !choked) return;
  // Who does not take what he is told is not looked after all the time.
  if (!left) next_look_ns_ = began_ns + kChokedMs * kNsPerMs;
  LookSoon();
}

void Subscriptions::LookAt(Subscription& subscription, std::vector<Seen>& seen) {
  const auto hash = Hash(subscription, seen);
  if (!hash || subscription.seen == hash) return;
  subscription.seen = hash;
  Tell(subscription);
}

std::uint64_t Subscriptions::Hash(std::string_view text) const {
  std::uint64_t hash = 0;
  crypto_shorthash(reinterpret_cast<unsigned char*>(&hash), reinterpret_cast<const unsigned char*>(text.data()),
                   text.size(), key_);
  return hash;
}

std::optional<std::uint64_t> Subscriptions::Hash(const Subscription& subscription, std::vector<Seen>& seen) {
  SessionScope& scope = *subscription.session->scope();
  const std::int64_t swarm = scope.current_swarm;
  for (const Seen& one : seen) {
    if (one.swarm == swarm && one.uri == subscription.uri) return one.hash;
  }
  ToolContext context(server_.services(), scope, nullptr);
  Block text;
  json::Writer to(text);
  if (subscription.resource == nullptr) {
    WriteFirstResources(server_, context, to);
  } else {
    const Tool& reader = subscription.resource->reader;
    UriVariables variables = *MatchUri(subscription.resource->info.uri, subscription.uri);
    ToolArgs args(reader);
    VariableDecoder decoder;
    Expected<void> done = decoder.Decode(variables, reader, args.get());
    if (done) done = reader.run(args.get(), context, to);
    // That it is no more, or not yet, is a state as well; what the sentence suggests is none.
    if (!done) text.Append(Name(done.error().code));
  }
  if (!TakeError(context)) return std::nullopt;
  const std::uint64_t hash = Hash(text.view());
  seen.push_back({.uri = subscription.uri, .swarm = swarm, .hash = hash});
  return hash;
}

void Subscriptions::Tell(const Subscription& subscription) {
  subscription.session->Send([&](json::Writer& to) {
    const bool list = subscription.resource == nullptr;
    to.Member("method", list ? "notifications/resources/list_changed" : "notifications/resources/updated");
    if (list && subscription.listener == nullptr) return;
    to.Key("params");
    to.BeginObject();
    if (subscription.listener != nullptr) {
      to.Key("_meta");
      to.BeginObject();
      to.Key(kMetaSubscriptionId);
      to.Raw(subscription.listener->reply.id());
      to.EndObject();
    }
    if (!list) to.Member("uri", std::string_view(subscription.uri));
    to.EndObject();
  });
}

}  // namespace skep::mcp
