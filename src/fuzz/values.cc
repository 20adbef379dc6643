#include "fuzz/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "base/limits.h"
#include "client/messages.h"

namespace skep::fuzz {
namespace {

using std::string_view;

/// How long and how often strings are heavy: rare enough that they cost less than all the light ones together.
constexpr std::size_t kLongText = 64 * limits::kKiB;
constexpr std::size_t kHugeText = limits::kMiB;
constexpr std::size_t kLongEvery = 3000;
constexpr std::size_t kHugeEvery = 60'000;
/// Levels of a made-up value, beyond which only what is required is made: schemas may refer to themselves.
constexpr std::size_t kMaxDepth = 5;

constexpr std::array<string_view, 8> kHowLong = {"wait",      "duration", "timeout", "interval",
                                                 "timeoutMs", "sleep",    "delay",   "seconds"};
constexpr std::array<string_view, 16> kWords = {"a",      "b",      "k1",      "k2",     "alpha", "src/a.cc",
                                                "src/",   "*",      "all",     "coder",  "bob",   "build the parser",
                                                "a/b/*c", "tester", "auth OR", "default"};
constexpr std::array<string_view, 16> kOddTexts = {R"("")",
                                                   R"(" ")",
                                                   R"("\u0000")",
                                                   R"("a\u0000b")",
                                                   R"("\r\n\t")",
                                                   R"("\"\\\/\b\f")",
                                                   R"("\ud83d\ude00")",
                                                   R"("ä🐝\u2028")",
                                                   R"("\ud800")",
                                                   R"("\udc00x")",
                                                   R"("../../etc/passwd")",
                                                   R"("'; DROP TABLE entries;--")",
                                                   R"("%s%n\n")",
                                                   R"("\ufeffx")",
                                                   R"("null")",
                                                   R"("[]{}*?\\x")"};
constexpr std::array<string_view, 30> kOddValues = {"null",
                                                    "true",
                                                    "false",
                                                    "0",
                                                    "-0",
                                                    "-1",
                                                    "1.0",
                                                    "1.5",
                                                    "-0.0",
                                                    "1e2",
                                                    "1E-2",
                                                    "1e308",
                                                    "1e309",
                                                    "1e400",
                                                    "-1e400",
                                                    "5e-324",
                                                    "9007199254740993",
                                                    "9223372036854775807",
                                                    "9223372036854775808",
                                                    "-9223372036854775808",
                                                    "-9223372036854775809",
                                                    "18446744073709551615",
                                                    "18446744073709551616",
                                                    "123456789012345678901234567890",
                                                    "0.1e1",
                                                    "{}",
                                                    "[]",
                                                    "[null]",
                                                    "[[],{}]",
                                                    R"({"a":{"b":[1,"x",null]}})"};

/// Appends a text as a JSON string: those that need no escaping, which most are, at once.
void Quoted(string_view text, std::string& to) {
  const bool plain = std::ranges::none_of(text, [](char c) { return c == '"' || c == '\\' || (c >= 0 && c < ' '); });
  if (plain) {
    to.append(1, '"').append(text).append(1, '"');
  } else {
    to += client::Quoted(text);
  }
}

}  // namespace

bool SaysHowLong(string_view name) { return std::ranges::find(kHowLong, name) != kHowLong.end(); }

void Lengthen(std::string& arguments, int seconds) {
  for (const string_view name : kHowLong) {
    const std::string none = fmt::format(R"("{}":0)", name);
    if (const std::size_t at = arguments.find(none); at != std::string::npos) {
      arguments.replace(at + none.size() - 1, 1, fmt::to_string(seconds));
    }
  }
}

void Values::Deep(std::size_t levels, std::string& to) {
  const bool arrays = random_.OneIn(2);
  for (std::size_t i = 0; i < levels; ++i) to += arrays ? "[" : R"({"a":)";
  to += "1";
  to.append(levels, arrays ? ']' : '}');
}

void Values::OddText(std::string& to) {
  if (random_.OneIn(kHugeEvery / 8)) {
    to.append(1, '"').append(kHugeText, 'h').append(1, '"');
  } else if (random_.OneIn(kLongEvery / 8)) {
    to += '"';
    for (std::size_t i = 0; i < kLongText / 2; ++i) to += "ä";
    to += '"';
  } else {
    to += random_.Pick(kOddTexts);
  }
}

void Values::Text(string_view name, std::string& to) {
  const std::size_t dice = random_.Below(16);
  if (dice == 0) return OddText(to);
  const std::string* known = nullptr;
  if (dice < 10) known = pool_.Pick(name, random_);
  // "from", "parent" and "target" take what was called otherwise.
  if (known == nullptr && dice < 8) known = pool_.PickAny(random_);
  if (known != nullptr) {
    Quoted(*known, to);
  } else if (dice < 15) {
    to.append(1, '"').append(random_.Pick(kWords)).append(1, '"');
  } else {
    fmt::format_to(std::back_inserter(to), R"("w{:x}")", random_.Next());
  }
}

void Values::Odd(std::string& to) {
  const std::size_t dice = random_.Below(64);
  if (dice == 0) return Deep(1 + random_.Below(limits::kMaxDepth / 2), to);
  if (dice == 1) return Deep(1 + random_.Below(2 * limits::kMaxDepth), to);
  if (dice < 16) return OddText(to);
  to += random_.Pick(kOddValues);
}

void Values::Number(const Schema::Node& node, string_view name, std::string& to) {
  const double low = node.minimum.value_or(node.above ? *node.above + 1 : 0);
  if (SaysHowLong(name)) {
    const double least = std::max(low, 0.0);
    const bool some = least < kLongestWaitS && random_.OneIn(name == "wait" ? 500 : 20);
    to += fmt::to_string(static_cast<std::int64_t>(some ? kLongestWaitS : least));
    return;
  }
  const double high = node.maximum.value_or(node.below ? *node.below - 1 : low + 1000);
  const std::size_t dice = random_.Below(16);
  std::int64_t number = static_cast<std::int64_t>(low) + static_cast<std::int64_t>(random_.Below(12));
  if (dice == 0) number = static_cast<std::int64_t>(low);
  if (dice == 1 || static_cast<double>(number) > high) number = static_cast<std::int64_t>(high);
  to += fmt::to_string(number);
  if (dice == 2) to += ".0";
  if (dice == 3 && (node.types & Schema::kNumber) != 0 && static_cast<double>(number) < high) to += ".5";
}

void Values::Array(const Schema& schema, const Schema::Node& node, string_view name, std::size_t depth,
                   std::string& to) {
  const std::size_t least = node.min_items.value_or(depth > kMaxDepth ? 0 : random_.Below(4));
  const std::size_t count = std::min(least, node.max_items.value_or(least));
  to += '[';
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) to += ',';
    if (node.items == Schema::kNone) {
      to += fmt::to_string(i);
    } else {
      ValidAt(schema, node.items, name, depth + 1, to);
    }
  }
  to += ']';
}

void Values::Object(const Schema& schema, const Schema::Node& node, std::size_t depth, std::string& to) {
  to += '{';
  bool comma = false;
  for (const auto& [name, property] : node.properties) {
    // How long it takes is always said: what a server does when it is not told may take too long.
    const bool wanted = node.Requires(name) || SaysHowLong(name);
    if (!wanted && (depth > kMaxDepth || !random_.OneIn(3))) continue;
    if (comma) to += ',';
    comma = true;
    Quoted(name, to);
    to += ':';
    ValidAt(schema, property, name, depth + 1, to);
  }
  to += '}';
}

void Values::Valid(const Schema& schema, int node, string_view name, std::string& to) {
  ValidAt(schema, node, name, 0, to);
}

void Values::ValidAt(const Schema& schema, int index, string_view name, std::size_t depth, std::string& to) {
  const Schema::Node& node = schema.node(index);
  if (!node.choices.empty()) {
    const Schema::Choice& choice = random_.Pick(node.choices);
    to += choice.is_text ? client::Quoted(choice.value) : choice.value;
    return;
  }
  for (const auto* some : {&node.all_of, &node.any_of, &node.one_of}) {
    if (!some->empty()) return ValidAt(schema, random_.Pick(*some), name, depth + 1, to);
  }
  if (node.types == Schema::kAnyType && node.properties.empty()) return Text(name, to);
  if ((node.types & Schema::kObject) != 0) return Object(schema, node, depth, to);
  if ((node.types & Schema::kArray) != 0) return Array(schema, node, name, depth, to);
  if ((node.types & (Schema::kInteger | Schema::kNumber)) != 0) return Number(node, name, to);
  if ((node.types & Schema::kString) != 0) return Text(name, to);
  to += (node.types & Schema::kBool) != 0 ? random_.OneIn(2) ? "true" : "false" : "null";
}

void Values::NearlyValid(const Schema& schema, std::string& to) {
  const Schema::Node& root = schema.root();
  const std::size_t dice = random_.Below(20);
  if (dice == 0 || root.properties.empty()) return Odd(to);
  const std::string& at_fault = random_.Pick(root.properties).first;
  to += '{';
  bool comma = false;
  const auto member = [&](string_view name, auto&& value) {
    if (comma) to += ',';
    comma = true;
    Quoted(name, to);
    to += ':';
    value();
  };
  for (const auto& [name, property] : root.properties) {
    const bool faulty = name == at_fault;
    const bool how_long = SaysHowLong(name);
    if (faulty && dice < 4 && !how_long) continue;  // missing
    if (!faulty && !root.Requires(name) && !how_long && !random_.OneIn(4)) continue;
    const auto valid = [&] { ValidAt(schema, property, name, 1, to); };
    if (!faulty || dice >= 16) {
      member(name, valid);
    } else if (const auto& choices = schema.node(property).choices; !choices.empty() && dice < 10) {
      // Misspelt.
      member(name, [&] { to += client::Quoted(random_.Pick(choices).value + (random_.OneIn(2) ? "x" : " ")); });
    } else {
      // Of how long something takes only what is no number: it would be waited for.
      member(name, [&] { how_long ? OddText(to) : Odd(to); });
    }
    if (faulty && dice >= 18) member(name, valid);  // twice
  }
  if (dice >= 16) member(random_.OneIn(2) ? "extra" : "__proto__", [&] { Odd(to); });
  to += '}';
}

}  // namespace skep::fuzz
