#include "rpc/framer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/buffer_pool.h"
#include "bytes.h"
#include "checks.h"

namespace skep::fuzz_targets {
namespace {

/// A frame's bytes, or that a line was too long.
using Event = std::string;
const Event kOversize = "(oversize)";

bool IsBlank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

/// What is to come out, from the stream as a whole.
std::vector<Event> Split(std::string_view stream, std::size_t max_frame) {
  std::vector<Event> events;
  while (!stream.empty()) {
    const std::size_t newline = stream.find('\n');
    std::string_view line = stream.substr(0, newline);
    stream.remove_prefix(newline == std::string_view::npos ? stream.size() : newline + 1);
    if (newline != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() > max_frame) {
      events.push_back(kOversize);
    } else if (!IsBlank(line)) {
      events.emplace_back(line);
    }
  }
  return events;
}

}  // namespace

std::string CheckFramer(std::string_view input) {
  Bytes bytes(input);
  const std::size_t max_frame = 1 + bytes.Byte();
  // A generator of cuts: from a byte each to more than a block.
  std::uint32_t state = bytes.Byte();
  const auto next_cut = [&] {
    state = state * 1664525 + 1013904223;
    return (state >> 16) % (1U << (state >> 29)) + 1;
  };
  const std::string_view stream = bytes.Rest();
  constexpr std::size_t kBlock = 64;  // small, so that blocks grow and frames move
  BufferPool pool(kBlock, 4);
  std::vector<Event> events;
  {
    rpc::Framer framer(pool, max_frame);
    unsigned padding = 0;
    const auto take_all = [&] {
      std::span<char> frame;
      for (auto got = framer.Next(frame); got != rpc::Framer::Got::kNeedMore; got = framer.Next(frame)) {
        if (got == rpc::Framer::Got::kOversize) {
          events.push_back(kOversize);
          continue;
        }
        events.emplace_back(frame.data(), frame.size());
        for (std::size_t i = 0; i < Block::kPadding; ++i)
          padding += static_cast<unsigned char>(frame.data()[frame.size() + i]);
        // Who takes a frame may change it.
        std::ranges::fill(frame, '\n');
      }
    };
    for (std::string_view rest = stream; !rest.empty();) {
      const std::span<char> space = framer.Space();
      if (space.empty()) return "there is no room to read to";
      const std::size_t n = std::min({space.size(), rest.size(), std::size_t{next_cut()}});
      std::memcpy(space.data(), rest.data(), n);
      framer.Filled(n);
      rest.remove_prefix(n);
      take_all();
      if (next_cut() % 4 == 0) framer.Rest();
    }
    framer.FinishInput();
    take_all();
    if (padding == ~0U) return "";  // it is read, and that is all
  }
  const std::vector<Event> wanted = Split(stream, max_frame);
  if (events == wanted) return "";
  return fmt::format("{} events where {} were due: [{}], not [{}]", events.size(), wanted.size(),
                     fmt::join(events, "|"), fmt::join(wanted, "|"));
}

}  // namespace skep::fuzz_targets
