#include "json/reader.h"

#include <simdjson.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <system_error>

#include "base/limits.h"
#include "skep/block.h"

// The only file that knows simdjson. A Value is a dom::element in disguise: both are a document and an index into its
// tape, which the asserts below hold the library to.

namespace skep::json {

static_assert(sizeof(Value) == sizeof(simdjson::dom::element));
static_assert(std::is_trivially_copyable_v<simdjson::dom::element>);
static_assert(Block::kPadding >= simdjson::SIMDJSON_PADDING);

class Access {
 public:
  static simdjson::dom::element Element(Value value) { return std::bit_cast<simdjson::dom::element>(value); }
  template <class Tape>  // an element, or an iterator: each is a document and an index
  static Value FromTape(Tape tape) {
    static_assert(sizeof(Tape) == sizeof(Value) && std::is_trivially_copyable_v<Tape>);
    return std::bit_cast<Value>(tape);
  }
  static std::size_t Index(Value value) { return value.index_; }
};

Type Value::type() const {
  if (document_ == nullptr) return Type::kAbsent;
  switch (Access::Element(*this).type()) {
    case simdjson::dom::element_type::ARRAY:
      return Type::kArray;
    case simdjson::dom::element_type::OBJECT:
      return Type::kObject;
    case simdjson::dom::element_type::INT64:
      return Type::kInt;
    case simdjson::dom::element_type::UINT64:
      return Type::kUint;
    case simdjson::dom::element_type::DOUBLE:
      return Type::kDouble;
    case simdjson::dom::element_type::STRING:
      return Type::kString;
    case simdjson::dom::element_type::BOOL:
      return Type::kBool;
    case simdjson::dom::element_type::NULL_VALUE:
      return Type::kNull;
  }
  return Type::kAbsent;
}

bool Value::AsBool() const { return Access::Element(*this).get_bool().value_unsafe(); }
std::int64_t Value::AsInt() const { return Access::Element(*this).get_int64().value_unsafe(); }
std::uint64_t Value::AsUint() const { return Access::Element(*this).get_uint64().value_unsafe(); }
double Value::AsDouble() const { return Access::Element(*this).get_double().value_unsafe(); }
std::string_view Value::AsString() const { return Access::Element(*this).get_string().value_unsafe(); }

Value Value::Find(std::string_view name) const {
  if (!Is(Type::kObject)) return {};
  std::string_view key;
  Value value;
  for (Members members(*this); members.Next(key, value);) {
    if (key == name) return value;
  }
  return {};
}

Members::Members(Value object) {
  const simdjson::dom::object members = Access::Element(object).get_object().value_unsafe();
  at_ = Access::FromTape(members.begin());
  end_ = Access::Index(Access::FromTape(members.end()));
}

bool Members::Next(std::string_view& name, Value& value) {
  if (Access::Index(at_) >= end_) return false;
  auto iterator = std::bit_cast<simdjson::dom::object::iterator>(at_);
  name = iterator.key();
  value = Access::FromTape(iterator.value());
  at_ = Access::FromTape(++iterator);
  return true;
}

Elements::Elements(Value array) {
  const simdjson::dom::array elements = Access::Element(array).get_array().value_unsafe();
  at_ = Access::FromTape(elements.begin());
  end_ = Access::Index(Access::FromTape(elements.end()));
}

bool Elements::Next(Value& element) {
  if (Access::Index(at_) >= end_) return false;
  auto iterator = std::bit_cast<simdjson::dom::array::iterator>(at_);
  element = Access::FromTape(*iterator);
  at_ = Access::FromTape(++iterator);
  return true;
}

struct Reader::Parser {
  simdjson::dom::parser dom;
  Value root;
  std::string_view error;
};

Reader::Reader() : parser_(std::make_unique<Parser>()) {}
Reader::~Reader() = default;

Value Reader::root() const { return parser_->root; }
std::string_view Reader::error() const { return parser_->error; }

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
  double value;
  return std::from_chars(first, last, value).ec == std::errc{};
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
        std::memcpy(p, "null", 4);
      }
      p = past;
    } else {
      ++p;
    }
  }
}

}  // namespace

Outcome Reader::Parse(std::span<char> text) {
  if (parser_->dom.capacity() > limits::kParserKeeps) parser_->dom = simdjson::dom::parser();
  const auto parse = [&] {
    simdjson::dom::element root;
    const simdjson::error_code code = parser_->dom.parse(text.data(), text.size(), false).get(root);
    if (code == simdjson::SUCCESS) parser_->root = Access::FromTape(root);
    return code;
  };

  simdjson::error_code code = parse();
  if (code == simdjson::SUCCESS) [[likely]]
    return Outcome::kOk;
  if (code == simdjson::NUMBER_ERROR) {
    BlankNumbersOutOfRange(text);
    code = parse();
    if (code == simdjson::SUCCESS) return Outcome::kNumberRange;
  }
  parser_->error = simdjson::error_message(code);
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

}  // namespace skep::json
