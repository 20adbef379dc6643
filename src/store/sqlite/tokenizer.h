#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "base/function_ref.h"
#include "store/database.h"

namespace skep::store {

/// Cuts text into words exactly as the full-text tables do: letters and digits of all scripts, case and accents taken
/// off. For text that is not in them, or not yet. Belongs to the thread of its Database, and must not outlive it.
class Tokenizer {
 public:
  /// Null when the library has no full text; the Database then has the error.
  static std::unique_ptr<Tokenizer> Make(Database& database);
  virtual ~Tokenizer() = default;

  /// A word, and where in the text the bytes stand that it was made of. Borrowed for the length of the call.
  struct Word {
    std::string_view text;
    std::size_t begin;
    std::size_t end;
  };
  /// Calls `visit` for one word after another, until it returns false.
  virtual void ForEachWord(std::string_view text, FunctionRef<bool(const Word&)> visit) = 0;
};

}  // namespace skep::store
