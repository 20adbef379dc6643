#include "metrics/redact.h"

#include <algorithm>

#include "metrics/characters.h"

namespace skep::metrics {
namespace {

constexpr std::string_view kQuoteSigns = "\"`'";
constexpr std::string_view kGone = "…";
/// The longest name that is looked at.
constexpr std::size_t kMaxKey = 64;

bool IsKeySign(char c) { return IsDigit(c) || IsLetter(c) || c == '_' || c == '-' || c == '.'; }

bool ContainsLetters(std::string_view text, std::string_view letters) {
  const auto same = [](char a, char b) { return Lower(a) == b; };
  return std::search(text.begin(), text.end(), letters.begin(), letters.end(), same) != text.end();
}
bool EndsWithLetters(std::string_view text, std::string_view letters) {
  return text.size() >= letters.size() && SameLetters(text.substr(text.size() - letters.size()), letters);
}

/// What stands before the sign at `at`. If that is in quotes, it is all of what is quoted, or nothing.
std::string_view KeyBefore(std::string_view text, std::size_t at) {
  while (at > 0 && text[at - 1] == ' ') --at;
  const bool quoted = at > 0 && kQuoteSigns.contains(text[at - 1]);
  while (at > 0 && (text[at - 1] == '\\' || kQuoteSigns.contains(text[at - 1]))) --at;
  const std::size_t end = at;
  while (at > 0 && end - at < kMaxKey && IsKeySign(text[at - 1])) --at;
  if (quoted && (at == 0 || !kQuoteSigns.contains(text[at - 1]))) return {};
  return text.substr(at, end - at);
}

/// Whether the sign at `at` stands between the name of a secret and its value. Not "tokens=1500", which is a count, nor
/// "no such key: x", which is a sentence.
bool FollowsSecret(std::string_view text, std::size_t at) {
  if (text.substr(at).starts_with("::")) return false;
  const std::string_view key = KeyBefore(text, at);
  if (key.size() < 3) return false;
  for (const std::string_view name : {"password", "passwd", "passphrase", "secret", "credential", "authorization"}) {
    if (ContainsLetters(key, name)) return true;
  }
  if (!EndsWithLetters(key, "token") && !EndsWithLetters(key, "key") && !EndsWithLetters(key, "pwd")) return false;
  const bool says = text[at] == ':' && text.substr(at + 1).starts_with(' ') && text[at - 1] == key.back();
  return !says || (!SameLetters(key, "token") && !SameLetters(key, "key"));
}

std::size_t WordEnd(std::string_view text, std::size_t at) {
  return std::min(text.find_first_of(" \t\r\n\"`',;&()[]{}<>|", at), text.size());
}

/// Where the value ends that begins at `at`.
std::size_t ValueEnd(std::string_view text, std::size_t at, Quotes& quotes) {
  if (const std::size_t end = quotes.EndFrom(at); end != 0) return end;
  if (kQuoteSigns.contains(text[at])) return WordEnd(text, at + 1);
  const std::size_t end = WordEnd(text, at);
  const std::string_view word = text.substr(at, end - at);
  // "Authorization: Bearer x"
  const bool scheme = SameLetters(word, "bearer") || SameLetters(word, "basic");
  return scheme && end + 1 < text.size() ? WordEnd(text, end + 1) : end;
}

}  // namespace

bool Quotes::LetterAt(std::size_t at) const { return at < text_.size() && IsLetter(text_[at]); }

std::size_t Quotes::EndFrom(std::size_t at) {
  const std::size_t kind = at < text_.size() ? kQuoteSigns.find(text_[at]) : std::string_view::npos;
  if (kind == std::string_view::npos) return 0;
  const char quote = text_[at];
  // An apostrophe quotes only where it is none: beside a letter on one side.
  if (quote == '\'' && at > 0 && LetterAt(at - 1)) return 0;
  const std::size_t limit = std::min(text_.size(), at + 1 + kMaxQuoted);
  std::size_t i = std::max(at + 1, searched_[kind]);
  for (; i < limit; ++i) {
    if (text_[i] == '\\') {
      ++i;
    } else if (text_[i] == quote && (quote != '\'' || !LetterAt(i + 1))) {
      return i + 1;
    }
  }
  searched_[kind] = std::max(searched_[kind], i);
  return 0;
}

std::string WithoutSecrets(std::string_view message) {
  std::string out;
  Quotes quotes(message);
  std::size_t copied = 0;
  for (std::size_t at = 0; at < message.size(); ++at) {
    if ((message[at] != '=' && message[at] != ':') || at < copied || !FollowsSecret(message, at)) continue;
    const std::size_t begin = message.find_first_not_of(" \\", at + 1);
    if (begin == std::string_view::npos) break;
    const std::size_t end = ValueEnd(message, begin, quotes);
    if (end == begin) continue;
    out.append(message, copied, begin - copied);
    out += kGone;
    copied = end;
  }
  return out.append(message, copied);
}

std::string WithoutQuoted(std::string_view message) {
  const std::string text = WithoutSecrets(message);
  std::string out;
  Quotes quotes(text);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t next = std::min(text.find_first_of(kQuoteSigns, at), text.size());
    out.append(text, at, next - at);
    at = next;
    if (at == text.size()) break;
    const std::size_t end = quotes.EndFrom(at);
    if (end == 0 && text[at] == '\'') {
      out += text[at++];
      continue;
    }
    out += "\"…\"";
    at = end == 0 ? text.size() : end;
  }
  return out;
}

}  // namespace skep::metrics
