#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/capture.h"
#include "fuzz/contract.h"
#include "fuzz/params.h"
#include "fuzz/pool.h"
#include "fuzz/random.h"
#include "fuzz/values.h"

namespace skep::fuzz {

/// Makes up what one connection says, from what the server lists and has answered: the same from the same seed and the
/// same answers. What its lines call for it does not know: DemandReader reads that from them.
class Generator {
 public:
  /// `contract` must outlive it.
  Generator(const Contract& contract, Random random, int connection);
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;

  /// Appends a line; or several, or a part of one.
  void Append(std::string& to);
  /// Appends what a session begins with: mostly an initialize of some revision, sometimes nothing.
  void Greet(std::string& to);
  /// What the last round's answers have named.
  void Learn(const std::vector<Capture>& captures);

 private:
  struct Kind;
  static const Kind kKinds[];

  void ValidCall(std::string& to);
  void NearlyValidCall(std::string& to);
  void Memory(std::string& to);
  void Tasks(std::string& to);
  void AnyMethod(std::string& to);
  void NearlyAnyMethod(std::string& to);
  void OddId(std::string& to);
  void OddEnvelope(std::string& to);
  void Notification(std::string& to);
  void Response(std::string& to);
  void Batch(std::string& to);
  void Cancelled(std::string& to);
  void Damaged(std::string& to);
  void Lifecycle(std::string& to);
  void Blank(std::string& to);
  void Heavy(std::string& to);

  std::string Initialize(std::string_view revision);
  std::string NextId() { return std::to_string(++last_id_); }
  /// A line in either era: `params` are the members of its params, without braces.
  void Line(std::string_view id, std::string_view method, std::string_view params, std::string& to);
  /// `arguments` may be followed by more members of the params.
  void Call(std::string_view tool, std::string_view arguments, std::string& to);
  void Cancel(std::string_view id, std::string& to);
  /// Appends to these params the _meta of the modern era, a progress token, both or neither.
  void Meta(std::string_view params, std::string& to);

  const Contract& contract_;
  Random random_;
  int connection_;
  bool memory_;
  bool tasks_;
  Pool pool_;
  Values values_;
  Params params_;
  std::uint64_t last_id_ = 0;
  std::string arguments_;  ///< Room for what is being made up,
  std::string call_;       ///< and for the params that it is in.
};

}  // namespace skep::fuzz
