#include "swarm/word_query.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/limits.h"
#include "base/printable.h"

namespace skep::swarm {
namespace {

constexpr std::string_view kSpace = " \t\n\r\f\v";
/// Of a phrase's words, each has a bit in WordMatcher's account.
constexpr std::size_t kMaxPhraseWords = 64;
/// Shorter prefixes would gather half of the index: "a*" costs 80 ms over 100,000 entries, "ta*" 11.
constexpr std::size_t kMinPrefixBytes = 2;

/// A part of a pattern, before it is cut into words.
struct Part {
  std::string_view text;
  bool prefix = false;
};

/// Takes the stars off the beginning of `text`; whether there was one.
bool TakeStars(std::string_view& text) {
  const std::size_t stars = std::min(text.find_first_not_of('*'), text.size());
  text.remove_prefix(stars);
  return stars > 0;
}

std::optional<Part> TakePart(std::string_view& pattern) {
  pattern.remove_prefix(std::min(pattern.find_first_not_of(kSpace), pattern.size()));
  if (pattern.empty()) return std::nullopt;
  Part part;
  if (pattern.front() == '"') {
    pattern.remove_prefix(1);
    const std::size_t end = std::min(pattern.find('"'), pattern.size());
    part.text = pattern.substr(0, end);
    pattern.remove_prefix(std::min(end + 1, pattern.size()));
    part.prefix = TakeStars(pattern);
    return part;
  }
  const std::size_t end = std::min(pattern.find_first_of(" \t\n\r\f\v\""), pattern.size());
  part.text = pattern.substr(0, end);
  pattern.remove_prefix(end);
  part.prefix = part.text.ends_with('*');
  return part;
}

Phrase MakePhrase(const Part& part, store::Tokenizer& tokenizer) {
  Phrase phrase{.text = std::string(part.text), .words = {}, .prefix = part.prefix};
  // FTS5 takes its expression for a C string. To the tokenizer one separator is like another.
  std::ranges::replace(phrase.text, '\0', ' ');
  tokenizer.ForEachWord(phrase.text, [&phrase](const store::Tokenizer::Word& word) {
    phrase.words.emplace_back(word.text);
    return true;
  });
  return phrase;
}

Expected<void> Check(const Phrase& phrase) {
  if (phrase.words.size() > kMaxPhraseWords) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("a phrase may have at most {} words, one has {}", kMaxPhraseWords, phrase.words.size()));
  }
  if (phrase.prefix && phrase.words.back().size() < kMinPrefixBytes) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("\"{}*\" would match too much: give at least {} letters before the *",
                            Printable(phrase.words.back()), kMinPrefixBytes));
  }
  return {};
}

bool Same(const Phrase& a, const Phrase& b) { return a.prefix == b.prefix && a.words == b.words; }

constexpr std::uint64_t kHighBits = 0x8080808080808080;

/// 0x80 in each byte of `eight` ASCII characters that is one of A to Z.
constexpr std::uint64_t UpperCase(std::uint64_t eight) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  const std::uint64_t at_least_a = eight + (0x80 - 'A') * kOnes;
  const std::uint64_t above_z = eight + (0x80 - 'Z' - 1) * kOnes;
  return at_least_a & ~above_z & kHighBits;
}

bool Contains(std::string_view text, std::string_view part) {
  return ::memmem(text.data(), text.size(), part.data(), part.size()) != nullptr;
}

std::string MatchSpace(std::string_view name_space) { return fmt::format("space : \"{}\"", SpaceWord(name_space)); }

/// An entry's text as far as it is searched.
std::string_view Searched(std::string_view text) { return text.substr(0, limits::kMaxIndexedText); }

}  // namespace

Expected<WordQuery> WordQuery::Parse(std::string_view pattern, store::Tokenizer& tokenizer) {
  if (pattern.size() > limits::kMaxPattern) {
    return Fail(ErrorCode::kTooLarge,
                fmt::format("a pattern may have {} bytes, this one has {}", limits::kMaxPattern, pattern.size()));
  }
  WordQuery query;
  std::string_view rest = pattern;
  while (const auto part = TakePart(rest)) {
    Phrase phrase = MakePhrase(*part, tokenizer);
    if (phrase.words.empty()) continue;
    if (auto good = Check(phrase); !good) return std::unexpected(std::move(good.error()));
    const bool known = std::ranges::any_of(query.phrases_, [&](const Phrase& other) { return Same(other, phrase); });
    if (!known) query.phrases_.push_back(std::move(phrase));
  }
  if (query.phrases_.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("there is no word to look for in \"{}\": give letters or digits, or a glob over keys "
                            "such as auth/*",
                            Printable(pattern, 100)));
  }
  if (query.phrases_.size() > limits::kMaxSearchPhrases) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("a search may have {} different words or phrases, not {}",
                                                         limits::kMaxSearchPhrases, query.phrases_.size()));
  }
  return query;
}

std::string SpaceWord(std::string_view name_space) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string word;
  word.reserve(2 * name_space.size());
  for (const char c : name_space) {
    const auto byte = static_cast<unsigned char>(c);
    word.push_back(kHex[byte >> 4]);
    word.push_back(kHex[byte & 15]);
  }
  return word;
}

std::string WordQuery::MatchExpression(std::optional<std::string_view> name_space) const {
  std::string match;
  if (name_space) match = MatchSpace(*name_space) + " AND ";
  match += "{key value} : (";
  for (const Phrase& phrase : phrases_) {
    // There can be no quote within: that is where parts end.
    match += fmt::format(" \"{}\"{}", phrase.text, phrase.prefix ? " *" : "");
  }
  match += ")";
  return match;
}

std::vector<std::string> WordQuery::SingleWords(std::optional<std::string_view> name_space) const {
  std::vector<std::string> matches;
  if (name_space) matches.push_back(MatchSpace(*name_space));
  for (const Phrase& phrase : phrases_) {
    for (const std::string& word : phrase.words) {
      const bool prefix = phrase.prefix && &word == &phrase.words.back();
      matches.push_back(fmt::format("{{key value}} : (\"{}\"{})", word, prefix ? " *" : ""));
    }
  }
  return matches;
}

std::string WordQuery::RankedPhrases(std::optional<std::string_view> name_space) const {
  std::string kinds = name_space ? "s" : "";
  for (const Phrase& phrase : phrases_) kinds += phrase.prefix ? 'p' : 'w';
  return kinds;
}

WordMatcher::WordMatcher(const WordQuery& query, store::Tokenizer& tokenizer)
    : query_(query), tokenizer_(tokenizer), progress_(query.phrases().size()) {}

void WordMatcher::Forget() { std::ranges::fill(progress_, Progress{}); }

bool WordMatcher::AllFound() const {
  return std::ranges::all_of(progress_, [](const Progress& progress) { return progress.found; });
}

bool WordMatcher::Matches(std::string_view key, std::string_view value) {
  Forget();
  Scan(key, false);
  if (AllFound()) return true;
  value = Searched(value);
  if (const auto lowered = Lower(value)) {
    for (std::size_t i = 0; i < progress_.size(); ++i) {
      if (!progress_[i].found && !MayOccur(query_.phrases()[i], *lowered)) return false;
    }
  }
  Scan(value, false);
  return AllFound();
}

std::optional<std::size_t> WordMatcher::Find(std::string_view text) {
  Forget();
  text = Searched(text);
  if (const auto lowered = Lower(text)) {
    const auto may_occur = [&](const Phrase& phrase) { return MayOccur(phrase, *lowered); };
    if (std::ranges::none_of(query_.phrases(), may_occur)) return std::nullopt;
  }
  return Scan(text, true);
}

std::optional<std::size_t> WordMatcher::Scan(std::string_view text, bool first_only) {
  for (Progress& progress : progress_) progress.ending = 0;
  std::optional<std::size_t> where;
  std::array<std::size_t, kMaxPhraseWords> begins;
  std::size_t count = 0;
  tokenizer_.ForEachWord(text, [&](const store::Tokenizer::Word& word) {
    begins[count++ % kMaxPhraseWords] = word.begin;
    bool found_now = false;
    for (std::size_t i = 0; i < progress_.size(); ++i) {
      Progress& progress = progress_[i];
      if (progress.found) continue;
      const Phrase& phrase = query_.phrases()[i];
      const std::size_t last = phrase.words.size() - 1;
      std::uint64_t equal = 0;
      for (std::size_t j = 0; j <= last; ++j) {
        const bool same =
            word.text == phrase.words[j] || (j == last && phrase.prefix && word.text.starts_with(phrase.words[j]));
        equal |= static_cast<std::uint64_t>(same) << j;
      }
      progress.ending = (progress.ending << 1 | 1) & equal;
      if ((progress.ending >> last & 1) == 0) continue;
      progress.found = found_now = true;
      where = begins[(count - 1 - last) % kMaxPhraseWords];
    }
    return !found_now || !(first_only || AllFound());
  });
  return where;
}

bool WordMatcher::MayOccur(const Phrase& phrase, std::string_view lowered) {
  return std::ranges::all_of(phrase.words, [&](const std::string& word) { return Contains(lowered, word); });
}

std::optional<std::string_view> WordMatcher::Lower(std::string_view text) {
  // Eight characters at a time; what is left over is padded with zeros.
  lowered_.resize(text.size() + sizeof(std::uint64_t));
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < text.size(); i += sizeof(std::uint64_t)) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data() + i, std::min(sizeof(eight), text.size() - i));
    all |= eight;
    eight |= UpperCase(eight & ~kHighBits) >> 2;
    std::memcpy(lowered_.data() + i, &eight, sizeof(eight));
  }
  if ((all & kHighBits) != 0) return std::nullopt;
  return std::string_view(lowered_).substr(0, text.size());
}

}  // namespace skep::swarm
