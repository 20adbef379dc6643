#include "json/reader.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>

#include "base/limits.h"
#include "json/small_parser.h"
#include "skep/block.h"

// The only file that knows simdjson.

namespace skep::json {

static_assert(Block::kPadding >= simdjson::SIMDJSON_PADDING);
static_assert(limits::kMaxDepth == simdjson::DEFAULT_MAX_DEPTH);

// The layout that reader.h reads.
using simdjson::internal::tape_type;
static_assert(static_cast<char>(tape_type::START_ARRAY) == '[' && static_cast<char>(tape_type::START_OBJECT) == '{' &&
              static_cast<char>(tape_type::STRING) == '"' && static_cast<char>(tape_type::INT64) == 'l' &&
              static_cast<char>(tape_type::UINT64) == 'u' && static_cast<char>(tape_type::DOUBLE) == 'd' &&
              static_cast<char>(tape_type::TRUE_VALUE) == 't' && static_cast<char>(tape_type::FALSE_VALUE) == 'f' &&
              static_cast<char>(tape_type::NULL_VALUE) == 'n');
static_assert(simdjson::internal::JSON_VALUE_MASK == (std::uint64_t{1} << 56) - 1);

struct Reader::Parser {
  SmallParser small;
  simdjson::dom::parser dom;
};

Reader::Reader() : parser_(std::make_unique<Parser>()) {}
Reader::~Reader() = default;

namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// The end of the number that begins at `at`, or `at` itself if what stands there is not a JSON number.
const char* SkipNumber(const char* at, const char* end) {
  const char* p = at;
  const auto digits = [&] {
    const char* first = p;
    while (p < end && IsDigit(*p)) ++p;
    return p != first;
  };
  if (p < end && *p == '-') ++p;
  if (p < end && *p == '0') {
    ++p;
  } else if (!digits()) {
    return at;
  }
  if (p < end && *p == '.') {
    ++p;
    if (!digits()) return at;
  }
  if (p < end && (*p == 'e' || *p == 'E')) {
    ++p;
    if (p < end && (*p == '+' || *p == '-')) ++p;
    if (!digits()) return at;
  }
  return p;
}

bool IsRepresentable(const char* first, const char* last) {
  const std::string_view text(first, static_cast<std::size_t>(last - first));
  if (text.find_first_of(".eE") == std::string_view::npos) {
    std::int64_t signed_value;
    if (std::from_chars(first, last, signed_value).ec == std::errc{}) return true;
    std::uint64_t unsigned_value;
    return *first != '-' && std::from_chars(first, last, unsigned_value).ec == std::errc{};
  }
  // Not from_chars, which does not tell a number that is too large from one that is too small: that one is 0.
  return std::isfinite(std::strtod(std::string(text).c_str(), nullptr));
}

/// Overwrites each number that no 64-bit type holds with `null`: so that a message with one can still be read for its
/// id. Such a number has at least five characters ("1e309"), so there is room.
void BlankNumbersOutOfRange(std::span<char> text) {
  char* const end = text.data() + text.size();
  for (char* p = text.data(); p < end;) {
    if (*p == '"') {
      for (++p; p < end && *p != '"'; ++p) {
        if (*p == '\\') ++p;
      }
      ++p;
    } else if (*p == '-' || IsDigit(*p)) {
      char* const past = p + (SkipNumber(p, end) - p);
      if (past == p) return;  // not a number: the second parse will say so
      if (!IsRepresentable(p, past) && past - p >= 4) {
        std::memset(p, ' ', static_cast<std::size_t>(past - p));
        std::ranges::copy(std::string_view("null"), p);
      }
      p = past;
    } else {
      ++p;
    }
  }
}

}  // namespace

Outcome Reader::Parse(std::span<char> text) {
  if (text.size() <= SmallParser::kMaxText && parser_->small.Parse(text)) [[likely]] {
    tape_ = parser_->small.tape();
    return Outcome::kOk;
  }
  simdjson::dom::parser& dom = parser_->dom;
  if (dom.capacity() > limits::kParserKeeps) [[unlikely]]
    dom = simdjson::dom::parser();
  simdjson::error_code code = dom.parse(text.data(), text.size(), false).error();
  Outcome outcome = Outcome::kOk;
  if (code == simdjson::NUMBER_ERROR) {
    BlankNumbersOutOfRange(text);
    code = dom.parse(text.data(), text.size(), false).error();
    outcome = Outcome::kNumberRange;
  }
  if (code == simdjson::SUCCESS) [[likely]] {
    tape_ = {dom.doc.tape.get(), dom.doc.string_buf.get()};
    return outcome;
  }
  error_ = simdjson::error_message(code);
  switch (code) {
    case simdjson::DEPTH_ERROR:
      return Outcome::kTooDeep;
    case simdjson::MEMALLOC:
    case simdjson::CAPACITY:
      return Outcome::kNoMemory;
    default:
      return Outcome::kSyntax;
  }
}

bool IsUtf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

std::string ParserVersion() {
  return SIMDJSON_STRINGIFY(SIMDJSON_VERSION) " (" + simdjson::get_active_implementation()->name() + ")";
}

}  // namespace skep::json
