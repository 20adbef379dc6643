#include "swarm/path_pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"

namespace skep::swarm {
namespace {

using testing::HasSubstr;

constexpr std::string_view kRoot = "/home/ada/hive";

PathPattern Parsed(std::string_view text) {
  auto pattern = PathPattern::Parse(text, kRoot);
  EXPECT_TRUE(pattern) << pattern.error().message;
  return pattern ? *pattern : *PathPattern::Parse("none", "");
}

std::string Normal(std::string_view text) { return Parsed(text).text(); }

std::string ErrorOf(std::string_view text, std::string_view root = kRoot) {
  const auto pattern = PathPattern::Parse(text, root);
  return pattern ? "" : pattern.error().message;
}

bool Meet(std::string_view a, std::string_view b) {
  std::int64_t work = 0;
  const PathPattern left = Parsed(a);
  const PathPattern right = Parsed(b);
  const bool meet = left.Meets(right, work);
  EXPECT_EQ(meet, right.Meets(left, work)) << a << " " << b;
  EXPECT_TRUE(!meet ||
              (left.MayMeet(PathPattern::PrefixOf(right.text())) && right.MayMeet(PathPattern::PrefixOf(left.text()))))
      << a << " " << b;
  EXPECT_LT(work, limits::kMaxPathWork);
  return meet;
}

/// Whether the pattern is on the file of this name.
bool Covers(std::string_view pattern, std::string_view file) {
  std::int64_t work = 0;
  const auto name = PathPattern::File(file, kRoot);
  EXPECT_TRUE(name) << name.error().message;
  return Parsed(pattern).Meets(*name, work);
}

TEST(PathPattern, HasOneSpelling) {
  EXPECT_EQ(Normal("src/a.cc"), "src/a.cc");
  EXPECT_EQ(Normal("./src//a.cc"), "src/a.cc");
  EXPECT_EQ(Normal("src/x/../a.cc"), "src/a.cc");
  EXPECT_EQ(Normal("/home/ada/hive/src/a.cc"), "src/a.cc");
}

TEST(PathPattern, OfADirectoryIsWhatIsBelowIt) {
  EXPECT_EQ(Normal("src/"), "src/**");
  EXPECT_TRUE(Covers("src/", "src/a/b.cc"));
  EXPECT_FALSE(Covers("src/", "src"));
  EXPECT_FALSE(Covers("src/", "srcs/a.cc"));
  EXPECT_TRUE(Covers("src", "src"));
  EXPECT_FALSE(Covers("src", "src/a.cc")) << "without a slash it is a file";
  EXPECT_EQ(Normal("src/*/"), "src/*/**");
  EXPECT_TRUE(Covers("src/*/", "src/a/b/c.cc"));
  EXPECT_FALSE(Covers("src/*", "src/a/b.cc"));
  EXPECT_EQ(Normal("."), "**");
  EXPECT_EQ(Normal("/home/ada/hive"), "**");
  EXPECT_TRUE(Covers(".", "a/b/c"));
}

TEST(PathPattern, StaysInTheProject) {
  EXPECT_THAT(ErrorOf("../x"), HasSubstr("is not in the project (/home/ada/hive)"));
  EXPECT_THAT(ErrorOf("src/../../x"), HasSubstr("is not in the project"));
  EXPECT_THAT(ErrorOf("/etc/passwd"), HasSubstr("is not in the project"));
  EXPECT_THAT(ErrorOf("/home/ada/hives/x"), HasSubstr("is not in the project"));
  EXPECT_THAT(ErrorOf("/home/ada/hive/../x"), HasSubstr("is not in the project"));
  EXPECT_THAT(ErrorOf("/x", ""), HasSubstr("relative to the project's directory"));
  EXPECT_EQ(PathPattern::Parse("/etc/hosts", "/")->text(), "etc/hosts");
}

TEST(PathPattern, RefusesWhatCannotBeMeant) {
  EXPECT_THAT(ErrorOf(""), HasSubstr("must not be empty"));
  EXPECT_THAT(ErrorOf("a\nb"), HasSubstr("control character"));
  EXPECT_THAT(ErrorOf("src/*/../x"), HasSubstr("behind a glob"));
  EXPECT_THAT(ErrorOf("{src/a,tests/b}"), HasSubstr("give each path by itself"));
  EXPECT_THAT(ErrorOf(std::string(limits::kMaxPath + 1, 'x')), HasSubstr("too long"));
  EXPECT_EQ(ErrorOf(std::string(limits::kMaxPath, 'x')), "");
}

TEST(PathPattern, StarStaysInAName) {
  EXPECT_TRUE(Covers("src/*.cc", "src/a.cc"));
  EXPECT_TRUE(Covers("src/*.cc", "src/.cc"));
  EXPECT_FALSE(Covers("src/*.cc", "src/a/b.cc"));
  EXPECT_TRUE(Covers("*", ".gitignore"));
  EXPECT_FALSE(Covers("*", "src/a"));
}

TEST(PathPattern, TwoStarsAreAnyDepth) {
  for (const char* file : {"a.cc", "src/a.cc", "src/x/y/a.cc"}) EXPECT_TRUE(Covers("**/*.cc", file)) << file;
  EXPECT_FALSE(Covers("**/*.cc", "src/a.h"));
  EXPECT_TRUE(Covers("src/**/a.cc", "src/a.cc"));
  EXPECT_TRUE(Covers("src/**/a.cc", "src/x/y/a.cc"));
  EXPECT_FALSE(Covers("src/**/a.cc", "src/xa.cc"));
  EXPECT_TRUE(Covers("src/**", "src/x/y"));
  EXPECT_FALSE(Covers("src/**", "src"));
  EXPECT_FALSE(Covers("src/a**", "src/a/b"));  // In a name, they are one.
}

TEST(PathPattern, SetsChoicesAndSingleCharacters) {
  EXPECT_TRUE(Covers("v[0-9]", "v7"));
  EXPECT_FALSE(Covers("v[0-9]", "vx"));
  EXPECT_TRUE(Covers("v[!0-9]", "vx"));
  EXPECT_FALSE(Covers("v[^0-9]", "v7"));
  EXPECT_FALSE(Covers("a[!x]b", "a/b"));
  EXPECT_TRUE(Covers("v[].]", "v."));
  EXPECT_TRUE(Covers("gr?n", "grün"));
  EXPECT_TRUE(Covers("gr[ä-ü]n", "grün"));
  EXPECT_TRUE(Covers("{src,tests}/**", "tests/a"));
  EXPECT_FALSE(Covers("{src,tests}/**", "docs/a"));
  EXPECT_TRUE(Covers("a.{cc,h{,pp}}", "a.hpp"));
  EXPECT_TRUE(Covers("a.{cc,h{,pp}}", "a.h"));
  EXPECT_FALSE(Covers("a.{cc,h{,pp}}", "a.c"));
}

TEST(PathPattern, NamesWithBracketsAreThemselves) {
  EXPECT_TRUE(Covers("app/[id]/page.tsx", "app/[id]/page.tsx"));
  EXPECT_TRUE(Covers("app/[...all]/page.tsx", "app/[...all]/page.tsx"));
  EXPECT_TRUE(Covers("app/[[...all]]/page.tsx", "app/[[...all]]/page.tsx"));
  EXPECT_TRUE(Covers("app/{id}/a[", "app/{id}/a["));
  EXPECT_TRUE(Covers("app/**", "app/[id]/{x,y}/*.ts"));
  EXPECT_FALSE(Covers("app/x", "app/*"));  // A file's name has nothing special.
}

TEST(PathPattern, OverlapsAreFound) {
  EXPECT_TRUE(Meet("src/*.cc", "src/a*"));
  EXPECT_FALSE(Meet("src/*.cc", "src/*.h"));
  EXPECT_TRUE(Meet("**/*.cc", "src/"));
  EXPECT_FALSE(Meet("**/*.cc", "src"));
  EXPECT_FALSE(Meet("src/**", "tests/**"));
  EXPECT_TRUE(Meet("**/a/**", "b/**/c"));
  EXPECT_TRUE(Meet("src/**/x", "src/x"));
  EXPECT_FALSE(Meet("src/*", "src/*/x"));
  EXPECT_FALSE(Meet("[a-c]x", "[d-f]x"));
  EXPECT_TRUE(Meet("[!a]x", "[!b]x"));
  EXPECT_TRUE(Meet("{a,b}*", "*{c,d}"));
  EXPECT_FALSE(Meet("{a,b}", "{c,d}"));
}

TEST(PathPattern, OnlyPathsCount) {
  EXPECT_FALSE(Meet(".?", "?."));  // Nothing but "..".
  EXPECT_TRUE(Meet("..?", "?.x"));
  EXPECT_FALSE(Meet("a/*/b", "a/?b"));
}

TEST(PathPattern, AHostilePairIsGivenUp) {
  std::string stars;
  for (int i = 0; i < 80; ++i) stars += "*a?[ab]{a,b}";
  const PathPattern a = Parsed(stars + "x");
  const PathPattern b = Parsed(stars + "y");
  std::int64_t work = 0;
  EXPECT_FALSE(a.Meets(b, work));
  EXPECT_LT(work, limits::kMaxPathWork);
  work = limits::kMaxPathWork;
  EXPECT_TRUE(a.Meets(b, work));
}

// --- Against another way to do it: all short paths, and a matcher that goes back and tries again ---------------------

bool IsPath(std::string_view text) {
  std::string_view rest = text;
  while (true) {
    const std::size_t end = rest.find('/');
    const std::string_view name = rest.substr(0, end);
    if (name.empty() || name == "." || name == "..") return false;
    if (end == std::string_view::npos) return true;
    rest.remove_prefix(end + 1);
  }
}

std::vector<std::string> ShortPaths(std::string_view letters, std::size_t length) {
  std::vector<std::string> all = {""};
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].size() == length) continue;
    for (const char c : letters) all.push_back(all[i] + c);
  }
  std::erase_if(all, [](const std::string& text) { return !IsPath(text); });
  return all;
}

/// A pattern in pieces, so that the matcher below need not read any; '+' stands for the second letter. Sets are not
/// among them: their own text is a path too, of other letters.
struct Piece {
  std::string text;
  std::string takes;  ///< When it takes one letter.
};
const Piece kPieces[] = {{"a", "a"}, {"+", "+"}, {"?", "a+"}, {"{a,+}", "a+"}, {"*", ""}, {"*", ""}, {"/", "/"}};

std::string With(char second, std::string text) {
  std::ranges::replace(text, '+', second);
  return text;
}

bool Matches(std::span<const Piece> pieces, std::string_view text) {
  if (pieces.empty()) return text.empty();
  const Piece& piece = pieces.front();
  if (piece.text != "*") {
    return !text.empty() && piece.takes.find(text.front()) != std::string_view::npos &&
           Matches(pieces.subspan(1), text.substr(1));
  }
  for (std::size_t i = 0;; ++i) {
    if (Matches(pieces.subspan(1), text.substr(i))) return true;
    if (i == text.size() || text[i] == '/') return false;
  }
}

struct Sample {
  std::string text;
  std::vector<Piece> pieces;
  bool deep = false;  ///< "**/" in front.
  bool rest = false;  ///< "/**" behind.

  /// By trying all places where a name begins and ends.
  bool On(std::string_view path) const {
    for (std::size_t begin = 0; begin < path.size(); ++begin) {
      if (begin > 0 && (!deep || path[begin - 1] != '/')) continue;
      for (std::size_t end = begin; end <= path.size(); ++end) {
        if (end == path.size() ? rest : !(rest && path[end] == '/')) continue;
        if (Matches(pieces, path.substr(begin, end - begin))) return true;
      }
    }
    return false;
  }
};

Sample MakeSample(char second, std::mt19937& random) {
  while (true) {
    Sample sample;
    std::string middle;
    for (std::size_t n = 1 + random() % 3; n > 0; --n) {
      Piece piece = kPieces[random() % std::size(kPieces)];
      sample.pieces.push_back({With(second, piece.text), With(second, piece.takes)});
      middle += sample.pieces.back().text;
    }
    if (!IsPath(middle) || middle.find("**") != std::string::npos) continue;
    sample.deep = random() % 4 == 0;
    sample.rest = random() % 4 == 0;
    sample.text = (sample.deep ? "**/" : "") + middle + (sample.rest ? "/**" : "");
    return sample;
  }
}

class EveryPath : public testing::TestWithParam<char> {};

TEST_P(EveryPath, AgreesOnWhatMeets) {
  // Two samples that meet at all do so in a path of 9 letters: each has at most 3 of its own, and two slashes.
  const std::vector<std::string> paths = ShortPaths(std::string("a/") + GetParam(), 9);
  std::mt19937 random(1);
  std::vector<Sample> samples;
  std::vector<std::vector<bool>> on;
  for (int i = 0; i < 60; ++i) {
    samples.push_back(MakeSample(GetParam(), random));
    std::vector<bool>& mine = on.emplace_back();
    for (const std::string& path : paths) mine.push_back(samples.back().On(path));
  }
  int met = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const PathPattern a = Parsed(samples[i].text);
    for (std::size_t k = 0; k <= i; ++k) {
      const PathPattern b = Parsed(samples[k].text);
      bool expected = false;
      for (std::size_t p = 0; p < paths.size() && !expected; ++p) expected = on[i][p] && on[k][p];
      std::int64_t work = 0;
      ASSERT_EQ(a.Meets(b, work), expected) << samples[i].text << " and " << samples[k].text;
      ASSERT_TRUE(!expected || a.MayMeet(PathPattern::PrefixOf(b.text())))
          << samples[i].text << " and " << samples[k].text;
      met += expected ? 1 : 0;
    }
  }
  EXPECT_GT(met, 200);
}
INSTANTIATE_TEST_SUITE_P(PathPattern, EveryPath, testing::Values('b', '.'));

}  // namespace
}  // namespace skep::swarm
