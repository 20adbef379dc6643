#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/contract.h"
#include "fuzz/methods.h"
#include "fuzz/model.h"
#include "json/reader.h"
#include "skep/block.h"

namespace skep::fuzz {

/// Kinds of answers, as a set.
enum Kinds : std::uint16_t {
  kGood = 1,
  kToolError = 2,  ///< A result that says isError.
  kParseError = 4,
  kInvalidRequest = 8,
  kMethodNotFound = 16,
  kInvalidParams = 32,
  kOtherError = 64,
  kInternalError = 128,  ///< -32603: the server is at fault, whatever it was sent. Never called for.
};
inline constexpr std::uint16_t kProtocolError =
    kParseError | kInvalidRequest | kMethodNotFound | kInvalidParams | kOtherError;
inline constexpr std::uint16_t kRefusal = kToolError | kProtocolError;
inline constexpr std::uint16_t kWhatever = kGood | kRefusal;
/// The kind that an error of this number is.
std::uint16_t KindOf(std::int64_t code);

/// What one message that was sent calls for. Of what must not be answered there is none.
struct Demand {
  enum class Times : std::uint8_t {
    kOnce,
    kAtMostOnce,
    kIdOrNone,  ///< One answer: under the id, or, from who cannot read it, an error without one.
  };
  std::string id;  ///< As canonical JSON. Empty: an error without an id.
  Times times = Times::kOnce;
  std::uint16_t kinds = kWhatever;
  enum class Form : std::uint8_t {
    kRequest,
    kOtherMembers,  ///< A request with members that JSON-RPC does not name: answered as one, or refused.
    kInvalid,       ///< It has an id, and is no request.
  };
  Form form = Form::kRequest;
  Method method = Method::kUnknown;
  bool modern = false;
  bool may_wait = false;  ///< It may take as long as its arguments say.
  bool lasts = false;     ///< It is answered when it ends, at the latest with the session.
  bool plain = true;      ///< A result has the form that the method gives it.
  int tool = -1;          ///< Of tools/call, in the contract.
  int truth = Model::kNone;
};

/// What both sides have agreed on, as far as the sender knows.
struct Agreement {
  std::string revision;   ///< Of the legacy era; empty: none.
  bool doubtful = false;  ///< An initialize is on its way: it may be another by now.
};

/// Tells by the specifications alone what a line calls for, whoever has made it up.
class DemandReader {
 public:
  /// Both must outlive it.
  DemandReader(const Contract& contract, Model& model) : contract_(contract), model_(model) {}

  struct Read {
    std::vector<Demand> demands;
    std::vector<std::string> cancelled;  ///< Ids that are not waited for any more.
    bool greets = false;                 ///< There is an initialize in it.
  };
  /// `line`: without its LF. The answer is good until the next call.
  const Read& Of(std::string_view line, const Agreement& agreement);

 private:
  json::Outcome Parse(std::string_view line);
  void Batch(json::Value root, const Agreement& agreement, bool mended);
  void Message(json::Value message, const Agreement& agreement, Demand::Times times, bool whole);
  void Request(json::Value params, std::string_view method, const Agreement& agreement, Demand& demand);
  bool Modern(json::Value meta, Demand& demand) const;
  void Call(json::Value params, Demand& demand);
  void Unreadable(Demand::Times times);

  const Contract& contract_;
  Model& model_;
  json::Reader reader_;
  Block text_;
  Read read_;
};

/// What some write in front of a text, and no JSON begins with.
inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

/// The line as one would read it who is lenient about what is no Unicode: without a byte order mark, with U+FFFD for
/// lone surrogates and with '?' for bytes that are no UTF-8. Nothing: there is nothing to be lenient about.
std::optional<std::string> Mended(std::string_view line);

}  // namespace skep::fuzz
