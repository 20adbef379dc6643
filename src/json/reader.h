#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/short_text.h"
#include "json/tape.h"

namespace skep::json {

enum class Type : std::uint8_t {
  kAbsent,  ///< There is no value: a member that was not found.
  kNull,
  kBool,
  kInt,   ///< An integer that an int64 holds.
  kUint,  ///< An integer beyond that which a uint64 holds.
  kDouble,
  kString,
  kArray,
  kObject,
};

/// A value in a parsed document: two words, passed by value. Good until its Reader parses again or goes; so is all text
/// read from it. The As… functions REQUIRE the type they name.
class Value {
 public:
  Value() = default;
  Value(const Tape* tape, std::size_t index) : tape_(tape), index_(index) {}

  bool exists() const { return tape_ != nullptr; }
  Type type() const { return exists() ? TypeOf(Letter()) : Type::kAbsent; }
  bool Is(Type wanted) const { return type() == wanted; }

  bool AsBool() const { return Letter() == 't'; }
  std::int64_t AsInt() const { return static_cast<std::int64_t>(tape_->words[index_ + 1]); }
  std::uint64_t AsUint() const { return tape_->words[index_ + 1]; }
  double AsDouble() const {  ///< Of any of the three number types.
    if (Letter() == 'l') return static_cast<double>(AsInt());
    if (Letter() == 'u') return static_cast<double>(AsUint());
    return std::bit_cast<double>(tape_->words[index_ + 1]);
  }
  std::string_view AsString() const {
    const std::uint8_t* const text = tape_->strings + Payload();
    std::uint32_t size;
    std::memcpy(&size, text, sizeof(size));
    return {reinterpret_cast<const char*>(text) + sizeof(size), size};
  }

  /// An object's member, the first of that name; absent if there is none or this is no object.
  Value Find(std::string_view name) const;

 private:
  friend class Members;
  friend class Elements;

  static constexpr Type TypeOf(char letter) {
    switch (letter) {
      case '"':
        return Type::kString;
      case '{':
        return Type::kObject;
      case 'l':
        return Type::kInt;
      case '[':
        return Type::kArray;
      case 't':
      case 'f':
        return Type::kBool;
      case 'd':
        return Type::kDouble;
      case 'u':
        return Type::kUint;
      default:
        return Type::kNull;
    }
  }
  char Letter() const { return static_cast<char>(tape_->words[index_] >> 56); }
  std::uint64_t Payload() const { return tape_->words[index_] & ((std::uint64_t{1} << 56) - 1); }
  /// Of an object or array: the word behind its closing bracket.
  std::size_t End() const { return tape_->words[index_] & 0xffff'ffff; }
  /// The value that follows this one on the tape.
  std::size_t Next() const {
    const char letter = Letter();
    if (letter == '{' || letter == '[') return End();
    return index_ + (letter == 'l' || letter == 'u' || letter == 'd' ? 2 : 1);
  }

  const Tape* tape_ = nullptr;
  std::size_t index_ = 0;
};

/// Walks an object's members in the order of the text; a name may come twice.
class Members {
 public:
  Members() = default;  ///< None.
  /// REQUIRES: an object.
  explicit Members(Value object) : at_(object.tape_, object.index_ + 1), end_(object.End() - 1) {}
  bool Next(std::string_view& name, Value& value) {
    if (at_.index_ >= end_) return false;
    name = at_.AsString();
    value = Value(at_.tape_, at_.index_ + 1);
    at_.index_ = value.Next();
    return true;
  }

 private:
  Value at_;
  std::size_t end_ = 0;  ///< The closing bracket.
};

/// Walks an array's elements.
class Elements {
 public:
  /// REQUIRES: an array.
  explicit Elements(Value array) : at_(array.tape_, array.index_ + 1), end_(array.End() - 1) {}
  bool Next(Value& element) {
    if (at_.index_ >= end_) return false;
    element = at_;
    at_.index_ = at_.Next();
    return true;
  }

 private:
  Value at_;
  std::size_t end_;
};

inline Value Value::Find(std::string_view name) const {
  if (!Is(Type::kObject)) return {};
  std::string_view key;
  Value value;
  for (Members members(*this); members.Next(key, value);) {
    if (Same(key, name)) return value;
  }
  return {};
}

enum class Outcome : std::uint8_t {
  kOk,
  kSyntax,       ///< Not JSON, or not UTF-8.
  kTooDeep,      ///< Nested deeper than limits::kMaxDepth.
  kNumberRange,  ///< JSON, but a number fits neither 64-bit integers nor doubles. It reads as null in the document.
  kNoMemory,
};

/// Parses one document at a time, reusing its memory. Strict RFC 8259, UTF-8 validated. Not thread-safe.
class Reader {
 public:
  Reader();
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// Parses `text` where it lies. REQUIRES: Block::kPadding readable bytes behind it. May overwrite it (numbers out of
  /// range). The document, root(), is good until the next call; `text` is not needed any more.
  Outcome Parse(std::span<char> text);
  /// REQUIRES: the last Parse gave kOk or kNumberRange.
  Value root() const { return Value(&tape_, 1); }
  /// Why the last Parse failed, in the parser's words, for a message.
  std::string_view error() const { return error_; }

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
  Tape tape_;
  std::string_view error_;
};

/// Whether `text` is valid UTF-8. Any thread.
bool IsUtf8(std::string_view text);

/// "3.0.1 (haswell)": the simdjson that is linked, and what it runs on this processor.
std::string ParserVersion();

}  // namespace skep::json
