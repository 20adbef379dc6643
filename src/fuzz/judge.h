#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fuzz/capture.h"
#include "fuzz/contract.h"
#include "fuzz/coverage.h"
#include "fuzz/demand.h"
#include "fuzz/finding.h"
#include "fuzz/model.h"
#include "fuzz/parts.h"
#include "json/reader.h"
#include "skep/block.h"

namespace skep::fuzz {

/// Judges one connection: is told the bytes that are sent and the lines that come, and knows what is owed. Lines are
/// sent in rounds: a round ends when all that it calls for has come, or nobody waits any longer. Not thread-safe.
class Judge {
 public:
  /// All must outlive it.
  Judge(const Contract& contract, Coverage& coverage, Claims& claims, int connection);

  /// Bytes that are about to be sent; a line may come in parts.
  void Sent(std::string_view bytes);
  /// A line that has come, without its end. Gives what is to be said to it at once: the answer to a request of the
  /// server's, or nothing.
  std::string Received(std::span<char> line);
  /// A line that was too long to be looked at.
  void ReceivedOversize();

  /// Requests and unreadable lines that must still be answered.
  bool settled() const { return owed_ == 0 && Unnamed() == 0; }
  /// Requests that must be; without them only errors without an id may be lacking.
  std::size_t owed() const { return owed_; }
  /// Ids of requests that are owed, and may take their time because they ask for it.
  std::vector<std::string> Waiting() const;
  /// Whether the id is still owed.
  bool Owes(std::string_view id) const;

  struct Round {
    std::vector<Finding> findings;
    std::vector<Capture> captures;  ///< In the order of the requests.
  };
  /// What is still owed is not waited for any more.
  Round EndRound();
  /// Lines sent and lines that came, of all rounds.
  std::uint64_t sent() const { return sent_; }
  std::uint64_t received() const { return received_; }

 private:
  struct Pending {
    Demand demand;
    int least = 0;  ///< Answers that must come,
    int most = 0;   ///< and that may.
    int answers = 0;
    std::vector<Capture> captures;
  };

  void SentLine(std::string_view line);
  void Add(const Demand& demand);
  void Cancel(const std::string& id);
  std::string Message(json::Value message);
  void Reply(json::Value message, const Parts& parts);
  /// REQUIRES: the method is a string.
  std::string FromServer(const Parts& parts);
  void Named(Pending& pending, json::Value result, json::Value error);
  void Nameless(json::Value error);
  void Find(Rule rule, std::string_view subject, std::string detail);
  /// Errors without an id that must still come.
  std::size_t Unnamed() const;

  const Contract& contract_;
  Coverage& coverage_;
  Model model_;
  DemandReader reader_of_sent_;
  json::Reader reader_;
  Block mended_;      ///< Room for a line that our parser does not take as it is.
  std::string part_;  ///< Of a line that is not whole yet.

  Agreement agreement_;
  std::vector<Pending> pending_;
  std::unordered_map<std::string, std::size_t> by_id_;
  std::string id_;  ///< Room for the id that is looked up.
  std::size_t owed_ = 0;
  /// Errors without an id: that must come, that may come besides, requests that may be answered by one and have not
  /// been answered otherwise, and how many came.
  std::size_t unnamed_least_ = 0;
  std::size_t unnamed_extra_ = 0;
  std::size_t id_or_none_ = 0;
  std::size_t unnamed_ = 0;
  /// Requests of earlier rounds that may yet be answered: cancelled ones, and those that end with the session.
  std::deque<Demand> late_;
  std::size_t server_requests_ = 0;
  std::vector<Finding> findings_;
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
};

}  // namespace skep::fuzz
