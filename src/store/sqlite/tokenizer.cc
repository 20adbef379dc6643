#include "store/sqlite/tokenizer.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <climits>

#include "store/sqlite/fts5.h"

namespace skep::store {
namespace {

class Fts5WordTokenizer final : public Tokenizer {
 public:
  Fts5WordTokenizer(const fts5_tokenizer& functions, Fts5Tokenizer* instance)
      : functions_(functions), instance_(instance) {}
  ~Fts5WordTokenizer() override { functions_.xDelete(instance_); }
  Fts5WordTokenizer(const Fts5WordTokenizer&) = delete;
  Fts5WordTokenizer& operator=(const Fts5WordTokenizer&) = delete;

  void ForEachWord(std::string_view text, FunctionRef<bool(const Word&)> visit) override {
    const int size = static_cast<int>(std::min<std::size_t>(text.size(), INT_MAX));
    const char* const bytes = text.data();
    functions_.xTokenize(instance_, static_cast<void*>(&visit), FTS5_TOKENIZE_DOCUMENT, bytes, size, &Visit);
  }

 private:
  static int Visit(void* context, int, const char* word, int size, int begin, int end) {
    const auto& visit = *static_cast<FunctionRef<bool(const Word&)>*>(context);
    const bool go_on = visit({.text = {word, static_cast<std::size_t>(size)},
                              .begin = static_cast<std::size_t>(begin),
                              .end = static_cast<std::size_t>(end)});
    return go_on ? SQLITE_OK : SQLITE_DONE;
  }

  fts5_tokenizer functions_;
  Fts5Tokenizer* instance_;
};

}  // namespace

std::unique_ptr<Tokenizer> Tokenizer::Make(Database& database) {
  fts5_api* api = Fts5Interface(database);
  if (api == nullptr) return nullptr;
  fts5_tokenizer functions{};
  void* context = nullptr;
  Fts5Tokenizer* instance = nullptr;
  // What follows unicode61 in the tables' tokenize= (store/schema.cc).
  std::array<const char*, 2> options{"remove_diacritics", "2"};
  if (api->xFindTokenizer(api, "unicode61", &context, &functions) != SQLITE_OK ||
      functions.xCreate(context, options.data(), static_cast<int>(options.size()), &instance) != SQLITE_OK) {
    database.SetError({ErrorCode::kUnavailable, "out of memory while preparing a search"});
    return nullptr;
  }
  return std::make_unique<Fts5WordTokenizer>(functions, instance);
}

}  // namespace skep::store
