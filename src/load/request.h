#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace skep::load {

/// What differs from one request of an operation to the next.
struct Varying {
  std::int64_t id = 0;
  std::uint32_t key = 0;
  std::uint32_t word = 0;
  /// Of agents' operations; what they name outlives the writing.
  std::string_view agent;
  std::string_view task;
  std::int64_t epoch = 0;
};

/// A line with holes, so that a request costs a few copies. Immutable.
class Request {
 public:
  enum class By : std::uint8_t { kAnyone, kAgent };
  /// `line` is a JSON-RPC request without its end, in which {id}, {n}, {key} and {word} stand for what varies; of an
  /// agent's also {agent}, {task} and {epoch}. {n} is the id, where it is to make a text another one each time.
  explicit Request(std::string_view line, By by = By::kAnyone);
  /// Appends it, with the end of the line.
  void AppendTo(std::string& to, const Varying& varying) const;

 private:
  enum class Hole : std::uint8_t { kNone, kId, kKey, kWord, kAgent, kTask, kEpoch };
  struct Piece {
    std::string text;
    Hole hole = Hole::kNone;  ///< Behind the text.
  };
  std::vector<Piece> pieces_;
};

}  // namespace skep::load
