#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

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

  Type type() const;
  bool Is(Type wanted) const { return type() == wanted; }
  bool exists() const { return document_ != nullptr; }

  bool AsBool() const;
  std::int64_t AsInt() const;
  std::uint64_t AsUint() const;
  double AsDouble() const;  ///< Of any of the three number types.
  std::string_view AsString() const;

  /// An object's member, the first of that name; absent if there is none or this is no object.
  Value Find(std::string_view name) const;

 private:
  friend class Access;
  const void* document_ = nullptr;
  std::size_t index_ = 0;
};

/// Walks an object's members in the order of the text; a name may come twice.
class Members {
 public:
  Members() = default;             ///< None.
  explicit Members(Value object);  ///< REQUIRES: an object.
  bool Next(std::string_view& name, Value& value);

 private:
  Value at_;
  std::size_t end_ = 0;
};

/// Walks an array's elements.
class Elements {
 public:
  explicit Elements(Value array);  ///< REQUIRES: an array.
  bool Next(Value& element);

 private:
  Value at_;
  std::size_t end_;
};

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
  Value root() const;
  /// Why the last Parse failed, in the parser's words, for a message.
  std::string_view error() const;

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

/// Whether `text` is valid UTF-8. Any thread.
bool IsUtf8(std::string_view text);

}  // namespace skep::json
