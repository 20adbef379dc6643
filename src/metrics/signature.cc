#include "metrics/signature.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/id.h"
#include "base/limits.h"
#include "metrics/characters.h"
#include "metrics/redact.h"
#include "swarm/snippet.h"

namespace skep::metrics {
namespace {

constexpr std::string_view kQuoted = "\"…\"";
constexpr std::string_view kPath = "<path>";
constexpr std::string_view kUrl = "<url>";
constexpr std::string_view kHex = "<hex>";
constexpr std::string_view kLongId = "<id>";
constexpr std::string_view kNumber = "#";

/// What hexadecimal and other ids have at least; shorter words are words.
constexpr std::size_t kHexLength = 8;
constexpr std::size_t kIdLength = 16;

bool IsHexLetter(char c) { return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool IsSpace(char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; }
/// A table, for every byte of a log is asked.
constexpr auto kEndsWord = [] {
  std::array<bool, 256> ends{};
  for (unsigned char c = 0; c <= ' '; ++c) ends[c] = true;
  for (const char c : std::string_view("\x7f\"`'=,;()[]{}<>|")) ends[static_cast<unsigned char>(c)] = true;
  return ends;
}();
bool IsWordEnd(char c) { return kEndsWord[static_cast<unsigned char>(c)]; }

bool HasDigit(std::string_view word) { return std::ranges::any_of(word, IsDigit); }
bool HasLetter(std::string_view word) { return std::ranges::any_of(word, IsLetter); }

bool IsPath(std::string_view word) {
  if (word.size() > 2 && IsLetter(word[0]) && word[1] == ':' && word[2] == '\\') return true;
  const auto slashes = std::ranges::count(word, '/');
  if (slashes == 0 || word.size() < 2 || !HasLetter(word)) return false;
  // "read/write" is none.
  return word[0] == '/' || word[0] == '~' || slashes > 1 || word.contains('.') || HasDigit(word);
}

bool IsHex(std::string_view word) {
  if (word.starts_with("0x") && word.size() > 2) {
    word.remove_prefix(2);
  } else if (word.size() < kHexLength || !HasDigit(word) || !std::ranges::any_of(word, IsHexLetter)) {
    return false;
  }
  return std::ranges::all_of(word, [](char c) { return IsDigit(c) || IsHexLetter(c) || c == '-'; });
}

/// Letters and digits in turns, as no word has them.
bool IsLongId(std::string_view word) {
  if (word.size() < kIdLength) return false;
  int turns = 0;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (!IsDigit(word[i]) && !IsLetter(word[i]) && word[i] != '_' && word[i] != '-') return false;
    if (i > 0 && IsDigit(word[i]) != IsDigit(word[i - 1])) ++turns;
  }
  return turns >= 4;
}

/// The prefix of an id of ours; empty: it is none.
std::string_view OwnPrefix(std::string_view word) {
  static constexpr std::array<std::string_view, 4> kPrefixes = {"sw", "ag", "tk", "ms"};
  const auto found = std::ranges::find_if(kPrefixes, [&](auto prefix) { return ParseId(prefix, word).has_value(); });
  return found == kPrefixes.end() ? std::string_view() : *found;
}

class Signature {
 public:
  explicit Signature(std::string_view message) : message_(message), quotes_(message) {}

  std::string Take() {
    while (at_ < message_.size() && out_.size() < limits::kMaxSignature) Step();
    while (out_.ends_with(' ')) out_.pop_back();
    return std::string(swarm::CutAtCharacter(out_, limits::kMaxSignature));
  }

 private:
  void Step() {
    const char c = message_[at_];
    if (IsSpace(c)) {
      if (!out_.empty() && !out_.ends_with(' ')) out_ += ' ';
      ++at_;
    } else if (const std::size_t behind = quotes_.EndFrom(at_); behind != 0) {
      Mark(kQuoted);
      at_ = behind;
    } else if (IsWordEnd(c)) {
      out_ += c;
      ++at_;
    } else {
      std::size_t end = at_;
      // The parameters of an address are part of it.
      const auto goes_on = [&] {
        return !IsWordEnd(message_[end]) || (message_[end] == '=' && message_.substr(at_, end - at_).contains("://"));
      };
      while (end < message_.size() && goes_on()) ++end;
      std::size_t last = end;
      while (last > at_ && std::string_view(".:!?").contains(message_[last - 1])) --last;
      AddWord(message_.substr(at_, last - at_));
      out_ += message_.substr(last, end - last);
      at_ = end;
    }
  }

  void AddWord(std::string_view word) {
    if (word.contains("://")) return Mark(kUrl);
    if (IsPath(word)) return Mark(kPath);
    if (const std::string_view prefix = OwnPrefix(word); !prefix.empty()) {
      return Mark(std::string(prefix) + "_…");
    }
    if (IsHex(word)) return Mark(kHex);
    if (IsLongId(word)) return Mark(kLongId);
    AddNumbered(word);
  }

  void AddNumbered(std::string_view word) {
    std::size_t i = word.size() > 1 && word[0] == '-' && IsDigit(word[1]) ? 1 : 0;
    while (i < word.size()) {
      if (!IsDigit(word[i])) {
        out_ += word[i++];
        continue;
      }
      // With what stands between digits: 3.5 and 12:30. (1,024 is a list of two, which is one.)
      while (i < word.size() && (IsDigit(word[i]) || (i + 1 < word.size() && IsDigit(word[i + 1]) &&
                                                      std::string_view(".:").contains(word[i])))) {
        ++i;
      }
      Mark(kNumber);
    }
  }

  /// Of a list of such, one stands for all: it may be longer the next time.
  void Mark(std::string_view mark) {
    const std::string listed = std::string(mark) + ", ";
    if (out_.ends_with(listed)) {
      out_.resize(out_.size() - 2);
    } else if (!out_.ends_with(std::string(mark) + ",")) {
      out_ += mark;
    } else {
      out_.pop_back();
    }
  }

  const std::string_view message_;
  Quotes quotes_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::string SignatureOf(std::string_view message) {
  const std::string text = WithoutSecrets(message);
  return Signature(text).Take();
}

}  // namespace skep::metrics
