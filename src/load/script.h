#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/session.h"
#include "json/reader.h"
#include "load/mix.h"
#include "load/pending.h"
#include "load/request.h"
#include "skep/error.h"

namespace skep::load {

/// What is asked next, request by request. It remembers what a cycle needs: which agent holds which task. The same seed
/// chooses the same. Not thread-safe.
class Script {
 public:
  /// `agents`: those that work on each connection, where the mix has agents.
  Script(const Mix& mix, std::uint64_t seed, std::size_t connections, std::size_t agents);

  /// The names of the operations, as Sent::operation counts them.
  const std::vector<std::string>& operations() const { return names_; }
  /// Makes what the mix presumes: the keys and the swarm on the first connection, agents on each. To be called for all
  /// connections in their order. The ids are below first_id().
  Expected<void> Prepare(std::size_t connection, client::Session& session);
  std::int64_t first_id() const { return next_id_; }

  /// Chooses; `sent` gets what it is of, and the connection has to be in it.
  void Choose(Sent& sent);
  /// Appends what was chosen.
  void AppendTo(std::string& to, std::int64_t id, const Sent& sent);
  /// What was asked is answered: with a result or, `line` being empty, with an error or not at all.
  void Answered(const Sent& sent, std::span<char> line, json::Reader& reader);

 private:
  enum class Step : std::uint8_t { kMake, kClaim, kReport };
  struct Agent {
    std::string id;
    Step next = Step::kMake;
    std::string task;
    std::int64_t epoch = 0;
  };

  std::uint16_t AddOperation(std::string name, std::string_view line, Request::By by = Request::By::kAnyone);
  Expected<void> StoreKeys(client::Session& session);
  Expected<void> MakeSwarm(client::Session& session);
  Expected<void> SpawnAgents(std::size_t connection, client::Session& session);
  /// One of many, each as likely.
  std::uint32_t Below(std::uint32_t end);

  Mix mix_;
  std::size_t agents_each_;
  std::size_t connections_;
  std::mt19937_64 random_;
  std::int64_t next_id_ = 1;
  std::vector<std::string> names_;
  std::vector<Request> requests_;        ///< By operation.
  std::vector<std::uint16_t> first_of_;  ///< By part: its (first) operation.
  std::vector<std::uint32_t> until_;     ///< By part: the weights up to it and its own.
  std::vector<Agent> agents_;            ///< The first one is nobody, who makes tasks when all others are busy.
  std::vector<std::vector<std::uint32_t>> idle_;  ///< By connection: agents that wait for no answer.
  std::string swarm_;
};

}  // namespace skep::load
