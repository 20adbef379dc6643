#include <fmt/format.h>

#include <bit>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/limits.h"
#include "checks.h"
#include "document.h"
#include "json/reader.h"
#include "json/small_parser.h"

// Where json::Reader and nlohmann/json differ on purpose:
//  - nesting: Reader stops at limits::kMaxDepth, nlohmann does not;
//  - integers beyond 64 bits: to Reader JSON with a number that it cannot hold (kNumberRange, read as null), to
//  nlohmann
//    doubles; doubles beyond the largest: the same to Reader, an error to nlohmann;
//  - a byte order mark at the beginning: nlohmann passes over it, Reader does not (RFC 8259 lets either);
//  - a NUL outside of strings: to nlohmann the end of the text, to Reader no JSON.

namespace skep::fuzz_targets {
namespace {

/// What nlohmann/json reads, described as Describe() does it.
class Listener : public nlohmann::json_sax<nlohmann::json> {
 public:
  const std::string& text() const { return text_; }
  std::size_t depth() const { return depth_; }
  bool number_too_large() const { return number_too_large_; }

  bool null() override { return Add("null"); }
  bool boolean(bool value) override { return Add(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return Add(fmt::format("{}", value)); }
  bool number_unsigned(number_unsigned_t value) override { return Add(fmt::format("{}", value)); }
  bool number_float(number_float_t value, const string_t& spelled) override {
    const bool integer = spelled.find_first_of(".eE") == std::string::npos;
    // One that no 64 bits hold.
    number_too_large_ = number_too_large_ || integer;
    return Add(integer ? "null" : fmt::format("d{:016x}", std::bit_cast<std::uint64_t>(value)));
  }
  bool string(string_t& value) override { return Add(fmt::format("{}:{}", value.size(), value)); }
  bool binary(binary_t& /*value*/) override { return false; }
  bool start_object(std::size_t /*size*/) override { return Open('{'); }
  bool end_object() override { return Close('}'); }
  bool start_array(std::size_t /*size*/) override { return Open('['); }
  bool end_array() override { return Close(']'); }
  bool key(string_t& value) override {
    text_ += fmt::format("{}:{}=", value.size(), value);
    return true;
  }
  bool parse_error(std::size_t /*at*/, const std::string& /*token*/, const nlohmann::json::exception& error) override {
    constexpr int kNumberOverflow = 406;
    number_too_large_ = number_too_large_ || error.id == kNumberOverflow;
    return false;
  }

 private:
  bool Add(std::string_view text) {
    text_ += text;
    if (open_ > 0) text_ += ',';
    return true;
  }
  bool Open(char bracket) {
    text_ += bracket;
    depth_ = std::max(depth_, ++open_);
    return true;
  }
  bool Close(char bracket) {
    --open_;
    return Add({&bracket, 1});
  }

  std::string text_;
  std::size_t open_ = 0;
  std::size_t depth_ = 0;
  bool number_too_large_ = false;
};

struct Result {
  json::Outcome outcome;
  std::string text;  ///< Described, if it was read.
};

Result Read(std::string_view input, char filler) {
  PaddedText text(input, filler);
  json::Reader reader;
  const json::Outcome outcome = reader.Parse(text.text());
  const bool read = outcome == json::Outcome::kOk || outcome == json::Outcome::kNumberRange;
  return {outcome, read ? Describe(reader.root()) : std::string()};
}

std::string Compare(std::string_view what, const Result& one, const Result& other) {
  if (one.outcome != other.outcome) {
    return fmt::format("{}: outcome {}, not {}", what, static_cast<int>(one.outcome), static_cast<int>(other.outcome));
  }
  return one.text == other.text ? std::string() : fmt::format("{}: {}, not {}", what, one.text, other.text);
}

/// The two parsers behind Reader, and what stands behind the text.
std::string CompareParsers(std::string_view input, const Result& result) {
  for (const char filler : {' ', '0', '}', ']', '\\'}) {
    if (auto wrong = Compare("with another padding", Read(input, filler), result); !wrong.empty()) return wrong;
  }
  if (input.size() > json::SmallParser::kMaxText) return "";
  // Too long for the small parser by white space, which means nothing.
  std::string long_text(input);
  long_text.resize(json::SmallParser::kMaxText + 1, ' ');
  return Compare("in a longer text", Read(long_text, ' '), result);
}

}  // namespace

std::string CheckParser(std::string_view input) {
  const Result result = Read(input, '"');
  if (std::string wrong = CompareParsers(input, result); !wrong.empty()) return wrong;

  Listener theirs;
  const bool accepted = nlohmann::json::sax_parse(input.begin(), input.end(), &theirs);
  const bool marked = input.starts_with("\xef\xbb\xbf");
  const bool has_nul = input.find('\0') != std::string_view::npos;
  switch (result.outcome) {
    case json::Outcome::kOk:
      if (marked || has_nul) return "a byte order mark or a NUL was accepted";
      if (!accepted) return fmt::format("{} is none to nlohmann/json", result.text);
      if (theirs.number_too_large()) return fmt::format("{} has a number that is too large", result.text);
      return result.text == theirs.text() ? std::string() : fmt::format("{}, not {}", result.text, theirs.text());
    case json::Outcome::kNumberRange:
      if (!theirs.number_too_large()) return fmt::format("{} has no number that is too large", result.text);
      if (!accepted) return "";
      return result.text == theirs.text() ? std::string() : fmt::format("{}, not {}", result.text, theirs.text());
    case json::Outcome::kTooDeep:
      return theirs.depth() >= limits::kMaxDepth ? "" : fmt::format("too deep, with {} levels", theirs.depth());
    case json::Outcome::kSyntax:
      return !accepted || marked || has_nul ? "" : fmt::format("{} to nlohmann/json is refused", theirs.text());
    case json::Outcome::kNoMemory:
      return "there is no memory";
  }
  return "";
}

}  // namespace skep::fuzz_targets
