#pragma once

#include <charconv>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "skep/block.h"

namespace skep::json {

/// Appends JSON to a block. Separators come by themselves; that brackets match and members have names is the caller's
/// duty. What it writes is valid UTF-8 whatever it is given: bytes that are not become U+FFFD.
class Writer {
 public:
  /// `out` must outlive the writer.
  explicit Writer(Block& out) : out_(&out) {}

  void BeginObject() { Open('{'); }
  void EndObject() { Close('}'); }
  void BeginArray() { Open('['); }
  void EndArray() { Close(']'); }

  /// A member's name. REQUIRES: plain ASCII that needs no escaping (ours do; for others: KeyOf).
  void Key(std::string_view name) {
    char* p = out_->Room(name.size() + 4);
    char* const start = p;
    if (comma_) *p++ = ',';
    *p++ = '"';
    std::memcpy(p, name.data(), name.size());
    p += name.size();
    *p++ = '"';
    *p++ = ':';
    out_->Wrote(static_cast<std::size_t>(p - start));
    comma_ = false;
  }
  /// A member's name that may be anything.
  void KeyOf(std::string_view name) {
    String(name);
    *out_->Room(1) = ':';
    out_->Wrote(1);
    comma_ = false;
  }

  void String(std::string_view text);
  /// A string that needs no escaping: plain ASCII of our own making.
  void Plain(std::string_view text) {
    char* p = out_->Room(text.size() + 3);
    char* const start = p;
    if (comma_) *p++ = ',';
    *p++ = '"';
    std::memcpy(p, text.data(), text.size());
    p += text.size();
    *p++ = '"';
    out_->Wrote(static_cast<std::size_t>(p - start));
    comma_ = true;
  }
  void Bool(bool value) { Raw(value ? std::string_view("true") : std::string_view("false")); }
  void Null() { Raw("null"); }
  void Int(std::int64_t value) { Number(value); }
  void Uint(std::uint64_t value) { Number(value); }
  /// Shortest text that reads back as the same double; not finite: null, which is what JSON has for it.
  void Double(double value);
  /// A value that is JSON already.
  void Raw(std::string_view json) {
    char* p = out_->Room(json.size() + 1);
    char* const start = p;
    if (comma_) *p++ = ',';
    std::memcpy(p, json.data(), json.size());
    out_->Wrote(static_cast<std::size_t>(p - start) + json.size());
    comma_ = true;
  }
  /// A string whose content is the JSON that this writer's block holds from `from` on, for `size` bytes.
  void StringOfJson(std::size_t from, std::size_t size);

  /// Shorthands for members.
  void Member(std::string_view name, std::string_view text) { Key(name), String(text); }
  void Member(std::string_view name, const char* text) { Key(name), String(text); }
  void Member(std::string_view name, std::int64_t value) { Key(name), Int(value); }
  void Member(std::string_view name, bool value) { Key(name), Bool(value); }

  Block& out() { return *out_; }

 private:
  void Open(char bracket) {
    char* p = out_->Room(2);
    if (comma_) {
      p[0] = ',';
      p[1] = bracket;
      out_->Wrote(2);
    } else {
      p[0] = bracket;
      out_->Wrote(1);
    }
    comma_ = false;
  }
  void Close(char bracket) {
    *out_->Room(1) = bracket;
    out_->Wrote(1);
    comma_ = true;
  }
  template <class Integer>
  void Number(Integer value) {
    char* p = out_->Room(24);
    char* const start = p;
    if (comma_) *p++ = ',';
    p = std::to_chars(p, p + 21, value).ptr;
    out_->Wrote(static_cast<std::size_t>(p - start));
    comma_ = true;
  }

  Block* out_;
  bool comma_ = false;
};

}  // namespace skep::json
