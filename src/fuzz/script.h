#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/capture.h"
#include "fuzz/finding.h"
#include "skep/error.h"

namespace skep::fuzz {

/// Bytes that one connection sends in a round.
struct Step {
  int round = 0;
  int connection = 0;
  std::string bytes;
};

/// What was said to a server from its start on, so that it can be said again.
struct Script {
  struct Named {
    int connection = 0;
    Capture capture;
  };
  std::vector<Step> steps;      ///< By round.
  std::vector<Named> captures;  ///< What the server called things, which it will call otherwise the next time.
};

/// Steps of one line each, with its end; what is no whole line is a step as well.
std::vector<Step> ByLine(const std::vector<Step>& steps);

/// Names that a server gave then, and the ones that it gives now.
class Translation {
 public:
  explicit Translation(const std::vector<Script::Named>& then);
  /// What an answer has named now.
  void Learn(int connection, const Capture& now);
  /// The bytes, with each string that is a name of then replaced by that of now.
  std::string operator()(std::string_view bytes) const;

 private:
  std::map<std::string, std::string> then_;  ///< The text, by connection, id and member.
  std::map<std::string, std::string, std::less<>> now_;
};

/// A transcript in the form of protocol/transcripts (see its README), with three more kinds of steps: {"bytes": HEX}
/// for what is no line of UTF-8, {"settle": true} where all answers are awaited, {"captured": …} for a name.
std::string WriteTranscript(const Script& script, const Finding& finding);
/// Reads one, or any of protocol/transcripts that has no "<NAME>" in it; what is expected is not compared.
Expected<Script> ReadTranscript(std::string_view text);

}  // namespace skep::fuzz
