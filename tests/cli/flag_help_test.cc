#include "cli/flag_help.h"

#include <gtest/gtest.h>

#include <array>

namespace skep::cli {
namespace {

enum class Size : int { kSmall, kLarge };
constexpr std::array<std::string_view, 2> Names(Size) { return {"small", "large"}; }

struct Args {
  int count = 8;
  std::string_view name = "bees";
  std::string_view empty;
  Size size = Size::kLarge;
  std::optional<double> ratio;
  bool quick = false;
  std::vector<Size> sizes;
  std::vector<std::string> words;

  static constexpr Field kFields[] = {
      Req<&Args::count>("count", "How many", {1, 9}),
      Opt<&Args::name>("name", "Called so", {.max = 64}),
      Opt<&Args::empty>("empty"),
      Opt<&Args::size>("size"),
      Opt<&Args::ratio>("ratio", {}, {.min = 0}),
      Opt<&Args::quick>("quick", "Soon"),
      Opt<&Args::sizes>("sizes"),
      Opt<&Args::words>("words"),
  };
};
static_assert(Described<Args>);
const Args kDefaults;

TEST(FlagHelp, SaysWhatTheRowSays) {
  const auto help = [](int row) { return FlagHelp(Args::kFields[row], &kDefaults); };
  EXPECT_EQ(help(0), "How many [required; 1–9]");
  EXPECT_EQ(help(1), R"(Called so [at most 64 characters; default "bees"])");
  EXPECT_EQ(help(2), "");
  EXPECT_EQ(help(3), "[default large]");
  EXPECT_EQ(help(4), "[at least 0]");
  EXPECT_EQ(help(5), "Soon");
}

TEST(FlagHelp, WithoutDefaultsSaysNone) { EXPECT_EQ(FlagHelp(Args::kFields[3], nullptr), ""); }

TEST(ValueName, IsWhatAFlagTakes) {
  const char* const names[] = {"INTEGER", "TEXT", "TEXT", "small|large", "NUMBER", "", "small|large,…", "LIST"};
  for (std::size_t i = 0; i < std::size(names); ++i) EXPECT_EQ(ValueName(Args::kFields[i]), names[i]);
}

TEST(DescribeValue, IsTheTypeInProse) {
  const char* const types[] = {
      "integer", "text", "text", "small, large", "number", "true or false", "list: small, large", "list: text"};
  for (std::size_t i = 0; i < std::size(types); ++i) EXPECT_EQ(DescribeValue(*Args::kFields[i].type), types[i]);
}

}  // namespace
}  // namespace skep::cli
