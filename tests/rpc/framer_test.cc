#include "rpc/framer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer_pool.h"
#include "base/limits.h"

namespace skep::rpc {
namespace {

using Lines = std::vector<std::string>;

/// Stands for an oversize line among frames: no frame holds an LF.
const std::string kTooLong = "\n";

/// What the framer must make of `input`, by the shortest code that says it.
Lines Split(std::string_view input, std::size_t max_frame) {
  Lines lines;
  while (!input.empty()) {
    const std::size_t newline = input.find('\n');
    std::string_view line = input.substr(0, newline);
    input = newline == std::string_view::npos ? std::string_view() : input.substr(newline + 1);
    if (newline != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() > max_frame) {
      lines.push_back(kTooLong);
    } else if (line.find_first_not_of(" \t\r") != std::string_view::npos) {
      lines.emplace_back(line);
    }
  }
  return lines;
}

/// Appends the frames at hand and, as a reader that parses in place may, leaves nothing of them behind.
void Drain(Framer& framer, Lines& lines) {
  std::span<char> frame;
  for (;;) {
    const Framer::Got got = framer.Next(frame);
    if (got == Framer::Got::kNeedMore) return;
    if (got == Framer::Got::kOversize) {
      lines.push_back(kTooLong);
      continue;
    }
    lines.emplace_back(frame.data(), frame.size());
    std::ranges::fill(frame, '\n');
  }
}

void Feed(Framer& framer, std::string_view input, Lines& lines) {
  while (!input.empty()) {
    const std::span<char> space = framer.Space();
    const std::size_t n = std::min(space.size(), input.size());
    std::memcpy(space.data(), input.data(), n);
    framer.Filled(n);
    input.remove_prefix(n);
    Drain(framer, lines);
  }
}

/// The frames of `input` when it comes in pieces that end at `cuts` (ascending).
Lines Frames(BufferPool& pool, std::string_view input, const std::vector<std::size_t>& cuts, std::size_t max_frame) {
  Framer framer(pool, max_frame);
  Lines lines;
  std::size_t from = 0;
  for (const std::size_t cut : cuts) {
    Feed(framer, input.substr(from, cut - from), lines);
    from = cut;
  }
  Feed(framer, input.substr(from), lines);
  framer.FinishInput();
  Drain(framer, lines);
  return lines;
}

Lines Frames(std::string_view input, std::size_t max_frame = limits::kMaxFrame) {
  BufferPool pool;
  return Frames(pool, input, {}, max_frame);
}

TEST(Framer, LinesEndAtLfOrCrLf) { EXPECT_EQ(Frames("one\ntwo\r\nthree\n"), (Lines{"one", "two", "three"})); }

TEST(Framer, OnlyTheCrBeforeTheLfIsDropped) { EXPECT_EQ(Frames("a\rb\r\r\n\rc\n"), (Lines{"a\rb\r", "\rc"})); }

TEST(Framer, EmptyAndBlankLinesAreIgnored) { EXPECT_EQ(Frames("\n\r\n \t \r\n\t\r\r\na\n  \n"), (Lines{"a"})); }

TEST(Framer, WhiteSpaceAroundAFrameIsKept) { EXPECT_EQ(Frames(" a \n"), (Lines{" a "})); }

TEST(Framer, BytesThatAreNotTextGoThrough) {
  using namespace std::string_literals;
  EXPECT_EQ(Frames("\0\xff\n\v\n"s), (Lines{"\0\xff"s, "\v"s}));
}

TEST(Framer, AnUnterminatedRestIsAFrameOnlyAtTheEndOfInput) {
  BufferPool pool;
  Framer framer(pool);
  Lines lines;
  Feed(framer, "a\nrest\r", lines);
  EXPECT_EQ(lines, (Lines{"a"}));
  framer.FinishInput();
  Drain(framer, lines);
  EXPECT_EQ(lines, (Lines{"a", "rest\r"}));
  Drain(framer, lines);
  EXPECT_EQ(lines.size(), 2U);
}

TEST(Framer, ABlankRestIsNoFrame) { EXPECT_EQ(Frames("a\n \t\r"), (Lines{"a"})); }

TEST(Framer, ALineOfTheLimitIsAcceptedAndOneByteMoreIsNot) {
  EXPECT_EQ(Frames("12345\n123456\n12345\r\n123456\r\n1234\r\r\n12345\r\r\n", 5),
            (Lines{"12345", kTooLong, "12345", kTooLong, "1234\r", kTooLong}));
}

TEST(Framer, TheLimitHoldsForAnUnterminatedRestToo) {
  EXPECT_EQ(Frames("12345", 5), (Lines{"12345"}));
  EXPECT_EQ(Frames("123456", 5), (Lines{kTooLong}));
  EXPECT_EQ(Frames("12345\r", 5), (Lines{kTooLong}));
}

TEST(Framer, AnOversizeLineIsToldAsSoonAsItIsKnownAndOnlyOnce) {
  BufferPool pool;
  Framer framer(pool, 5);
  Lines lines;
  Feed(framer, "12345\r", lines);
  EXPECT_EQ(lines, Lines{});
  Feed(framer, "6", lines);
  EXPECT_EQ(lines, (Lines{kTooLong}));
  Feed(framer, std::string(1000, 'x'), lines);
  EXPECT_EQ(lines, (Lines{kTooLong}));
  Feed(framer, "x\na\nb\n", lines);
  EXPECT_EQ(lines, (Lines{kTooLong, "a", "b"}));
}

TEST(Framer, EverySplitInTwoAndInThreeGivesTheSameFrames) {
  const std::string_view input = "a\r\n\n12345\r\n \r\n123456\nbc\r\rd\n1234567890123456\r\n\r\r\n12345\r\r\nend\r";
  const Lines expected = Split(input, 5);
  BufferPool pool(16, 4);
  for (std::size_t i = 0; i <= input.size(); ++i) {
    for (std::size_t j = i; j <= input.size(); ++j) {
      ASSERT_EQ(Frames(pool, input, {i, j}, 5), expected) << "cut at " << i << " and " << j;
    }
  }
}

TEST(Framer, ByteByByteGivesTheSameFrames) {
  const std::string_view input = "a\r\n\n12345\r\n \r\n123456\nbc\r\rd\n1234567890123456\r\n\r\r\n12345\r\r\nend\r";
  std::vector<std::size_t> cuts(input.size());
  for (std::size_t i = 0; i < cuts.size(); ++i) cuts[i] = i;
  for (const std::size_t block : {4UL, 7UL, 16UL, 1024UL}) {
    BufferPool pool(block, 4);
    EXPECT_EQ(Frames(pool, input, cuts, 5), Split(input, 5)) << "blocks of " << block;
  }
}

/// Lines around every size that matters to a framer with these bounds.
std::string Corpus(std::mt19937& random, std::size_t max_frame, std::size_t block) {
  static constexpr std::string_view kBytes = "ab \t\r{}\"";
  static constexpr std::string_view kEnds[] = {"\n", "\n", "\r\n", "\r\r\n", "\n\n", " \n"};
  const std::size_t sizes[] = {0,
                               1,
                               2,
                               3,
                               block / 4,
                               block - 1,
                               block,
                               block + 1,
                               max_frame - 1,
                               max_frame,
                               max_frame + 1,
                               max_frame + 2,
                               2 * max_frame + block};
  std::string corpus;
  for (int line = 0; line < 40; ++line) {
    const std::size_t size = random() % 2 == 0 ? sizes[random() % std::size(sizes)] : random() % (max_frame + 3);
    for (std::size_t i = 0; i < size; ++i) corpus += kBytes[random() % kBytes.size()];
    corpus += kEnds[random() % std::size(kEnds)];
  }
  corpus.resize(corpus.size() - random() % 3);
  return corpus;
}

TEST(Framer, RandomChunksOfARandomCorpusGiveWhatANaiveSplitterGives) {
  std::mt19937 random(1);
  for (int round = 0; round < 600; ++round) {
    const std::size_t block = std::size_t{4} << random() % 5;
    const std::size_t max_frame = 4 + random() % 200;
    const std::string corpus = Corpus(random, max_frame, block);
    std::vector<std::size_t> cuts;
    const std::size_t longest = 1 + random() % 300;
    for (std::size_t at = 0; at < corpus.size(); at += 1 + random() % longest) cuts.push_back(at);
    BufferPool pool(block, 4);
    ASSERT_EQ(Frames(pool, corpus, cuts, max_frame), Split(corpus, max_frame)) << "round " << round;
  }
}

TEST(Framer, TheLargestFrameComesThroughAndItsMemoryIsGivenBack) {
  BufferPool pool;
  Framer framer(pool);
  Lines lines;
  Feed(framer, std::string(limits::kMaxFrame, 'x') + "\r\nsmall\nhalf", lines);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].size(), limits::kMaxFrame);
  EXPECT_EQ(lines[1], "small");
  EXPECT_EQ(pool.stats().returned_oversize, 0U);
  Feed(framer, " and half\n", lines);
  EXPECT_EQ(lines.back(), "half and half");
  EXPECT_EQ(pool.stats().returned_oversize, 1U);
}

TEST(Framer, AnOversizeLineIsNotBuffered) {
  BufferPool pool;
  Framer framer(pool);
  Lines lines;
  const std::string mebibyte(limits::kMiB, 'x');
  for (int i = 0; i < 11; ++i) Feed(framer, mebibyte, lines);
  EXPECT_EQ(lines, (Lines{kTooLong}));
  EXPECT_EQ(pool.stats().returned_oversize, 1U);
  for (int i = 0; i < 30; ++i) Feed(framer, mebibyte, lines);
  Feed(framer, "\nnext\n", lines);
  EXPECT_EQ(lines, (Lines{kTooLong, "next"}));
  EXPECT_EQ(pool.stats().returned_oversize, 1U) << "grew again while skipping";
}

TEST(Framer, SpaceIsBetweenAQuarterOfABlockAndABlock) {
  BufferPool pool(64, 4);
  Framer framer(pool, 1000);
  Lines lines;
  for (int i = 0; i < 1100; ++i) {
    const std::size_t space = framer.Space().size();
    EXPECT_GE(space, 16U);
    EXPECT_LE(space, 64U);
    Feed(framer, i % 300 == 299 ? "\n" : "x", lines);
  }
}

TEST(Framer, AtRestItKeepsABlockOnlyForWhatIsStillNeeded) {
  BufferPool pool;
  Framer framer(pool);
  EXPECT_EQ(pool.stats().outstanding, 0U);
  Lines lines;
  Feed(framer, "one\nhal", lines);
  framer.Rest();
  EXPECT_EQ(pool.stats().outstanding, 1U);
  Feed(framer, "f\n", lines);
  framer.Rest();
  EXPECT_EQ(pool.stats().outstanding, 0U);
  Feed(framer, std::string(limits::kMaxFrame + 1, 'x'), lines);
  framer.Rest();
  EXPECT_EQ(pool.stats().outstanding, 0U) << "of a line that is skipped nothing is needed";
  Feed(framer, "x\ntwo\n", lines);
  EXPECT_EQ(lines, (Lines{"one", "half", kTooLong, "two"}));
}

TEST(Framer, FramesOfOneReadAreNotMoved) {
  BufferPool pool;
  Framer framer(pool);
  const std::span<char> space = framer.Space();
  std::memcpy(space.data(), "one\ntwo\n", 8);
  framer.Filled(8);
  std::span<char> frame;
  ASSERT_EQ(framer.Next(frame), Framer::Got::kFrame);
  EXPECT_EQ(frame.data(), space.data());
  ASSERT_EQ(framer.Next(frame), Framer::Got::kFrame);
  EXPECT_EQ(frame.data(), space.data() + 4);
}

}  // namespace
}  // namespace skep::rpc
