#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "skep/error.h"
#include "store/sqlite/tokenizer.h"

namespace skep::swarm {

/// Words that must follow one another; most often there is just one.
struct Phrase {
  std::string text;                ///< As it was typed, without quotes and without the * of a prefix.
  std::vector<std::string> words;  ///< As the tokenizer gives them. Never empty.
  bool prefix = false;             ///< The last word may go on.
};

/// What somebody searches for: phrases, all of which must occur.
///
/// Grammar: parts stand between white space. "Quoted" parts may have white space in them. A * behind a part makes its
/// last word a prefix. A part of which the tokenizer makes several words (foo-bar) is a phrase, one of which it makes
/// none (&&) is left out. Nothing else has a meaning: AND, NEAR, ( and : are text.
class WordQuery {
 public:
  /// kInvalidArgument when there is no word in it, or more than the bounds of limits.h.
  static Expected<WordQuery> Parse(std::string_view pattern, store::Tokenizer& tokenizer);

  const std::vector<Phrase>& phrases() const { return phrases_; }
  /// For MATCH on a table of swarm/full_text.h; only entries of `name_space`, if there is one.
  std::string MatchExpression(std::optional<std::string_view> name_space) const;
  /// A MATCH expression for each thing that a match must have: the namespace, if there is one, and each single word.
  std::vector<std::string> SingleWords(std::optional<std::string_view> name_space) const;
  /// For skep_rank (store/sqlite/rank.h), beside MatchExpression.
  std::string RankedPhrases(std::optional<std::string_view> name_space) const;

 private:
  std::vector<Phrase> phrases_;
};

/// A namespace as one word of the full text.
std::string SpaceWord(std::string_view name_space);

/// Finds a query's phrases in text that is not in the full-text index, and agrees with the index about it.
/// Keeps references to the query and the tokenizer.
class WordMatcher {
 public:
  WordMatcher(const WordQuery& query, store::Tokenizer& tokenizer);

  /// Whether each phrase occurs in the key or the value.
  bool Matches(std::string_view key, std::string_view value);
  /// Where in the text any of the phrases begins first.
  std::optional<std::size_t> Find(std::string_view text);

 private:
  struct Progress {
    std::uint64_t ending = 0;  ///< Bit i: the words just read end with the phrase's words 0…i.
    bool found = false;
  };

  void Forget();
  bool AllFound() const;
  /// Reads words until all phrases are found, or one, if `first_only`. Returns where the one found last begins.
  std::optional<std::size_t> Scan(std::string_view text, bool first_only);
  /// Whether the phrase may occur in ASCII text in lower case. Cheap, and sure when it says no.
  static bool MayOccur(const Phrase& phrase, std::string_view lowered);
  /// The text in lower case, if it is ASCII; kept until the next call.
  std::optional<std::string_view> Lower(std::string_view text);

  const WordQuery& query_;
  store::Tokenizer& tokenizer_;
  std::vector<Progress> progress_;  ///< One per phrase.
  std::string lowered_;
};

}  // namespace skep::swarm
