#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/finding.h"
#include "json/reader.h"

namespace skep::fuzz {

/// What all connections to one project have seen of its tasks.
class Claims {
 public:
  /// A claim was granted. What is wrong with that, if something is. `agent`: its id; empty: a name, or not known.
  std::optional<std::string> Granted(std::string_view task, std::int64_t epoch, std::string_view agent);
  /// Whether a later claim than this was seen.
  bool IsStale(std::string_view task, std::int64_t epoch) const;

 private:
  struct Seen {
    std::int64_t epoch = -1;  ///< The highest.
    std::string agent;        ///< Who has it under that epoch.
  };
  std::map<std::string, Seen, std::less<>> seen_;
};

/// What skep's memory and tasks must answer, kept beside them: each connection writes to a namespace of its own, whose
/// operations take effect in the order they are sent in. What others may change too is not judged.
class Model {
 public:
  static constexpr int kNone = -1;
  /// The namespace that only this connection uses.
  static std::string OwnNamespace(int connection);

  /// `claims` must outlive it.
  Model(int connection, Claims& claims) : namespace_(OwnNamespace(connection)), claims_(claims) {}

  /// A call that the tool's schema allows is sent. Gives a number for what it must bring about, or kNone.
  int Sent(std::string_view tool, json::Value arguments);
  /// Its answer: what it says, or a refusal. A fault, if it is another than it must be.
  std::optional<Finding> Answered(int truth, json::Value said, bool refused);
  /// Nobody knows whether the call took effect.
  void Forget(int truth);
  /// Nothing that was sent is answered any more.
  void EndRound() { truths_.clear(); }

 private:
  struct Entry {
    bool known = true;
    std::int64_t version = 0;  ///< 0: there is none.
    std::string value;
  };
  struct Truth {
    enum class What : std::uint8_t { kStore, kRefusal, kRetrieve, kDelete, kClaim, kStaleUpdate };
    What what = What::kStore;
    std::string key;  ///< Of a claim, the agent.
    Entry entry;      ///< As the answer must show it; of a deletion as it was.
  };

  int Store(json::Value arguments, std::string_view key);
  std::optional<std::string> Judge(const Truth& truth, json::Value said, bool refused);
  int Add(Truth truth);

  std::string namespace_;
  Claims& claims_;
  std::map<std::string, Entry, std::less<>> entries_;
  std::vector<Truth> truths_;
};

}  // namespace skep::fuzz
