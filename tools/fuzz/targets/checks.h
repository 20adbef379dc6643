#pragma once

#include <span>
#include <string>
#include <string_view>

/// What must hold whatever bytes come in, for each part that takes bytes from a client. libFuzzer looks for bytes with
/// which it does not (tools/fuzz/run-targets); tests/fuzz_targets tries those in tools/fuzz/corpus with every build.
///
/// A check says what is wrong, or nothing. It has no memory: the same bytes give the same answer.
namespace skep::fuzz_targets {

/// Framer: however a stream is cut into reads, its frames are those of a splitter that has it as a whole. The first two
/// bytes choose the longest frame and the cuts.
std::string CheckFramer(std::string_view input);

/// ReadEnvelope: what it takes for a message can be written again and is then the same message; what it refuses, it
/// refuses with a code of JSON-RPC and an id that can be sent back.
std::string CheckEnvelope(std::string_view input);

/// DecodeFields with a table of all kinds of fields: what it takes is written by EncodeFields, read again, and the
/// same; what it refuses gets a sentence.
std::string CheckFields(std::string_view input);

/// Writer: a document made up from the bytes is read by json::Reader and by nlohmann/json as what was written.
std::string CheckWriter(std::string_view input);

/// json::Reader against nlohmann/json: both take a text or neither does, and read the same from it. Its two parsers
/// against each other. See the differences that are wanted in parser.cc.
std::string CheckParser(std::string_view input);

/// The cursors of lists, and ids, which are the cursors of others: what is taken is spelled as it was written.
std::string CheckCursor(std::string_view input);

/// RequestStates: a state gives back what was put into it, for its call and in its time; one with any character changed
/// is refused. And answers of clients may be anything.
std::string CheckRequestState(std::string_view input);

struct Target {
  std::string_view name;  ///< Of its folder in tools/fuzz/corpus.
  std::string (*check)(std::string_view input);
};
std::span<const Target> Targets();

}  // namespace skep::fuzz_targets
