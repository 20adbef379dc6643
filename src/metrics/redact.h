#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

/// What is left out of messages before they are kept or shown.
namespace skep::metrics {

/// Where quoted text in a message ends. In all, whatever the message, it looks at each byte a few times.
class Quotes {
 public:
  /// `text` is borrowed for as long as this lives.
  explicit Quotes(std::string_view text) : text_(text) {}

  /// Behind the closing quote of what begins at `at`; 0: no quoted text begins there, or none that ends within
  /// kMaxQuoted bytes. An apostrophe within a word is none.
  std::size_t EndFrom(std::size_t at);

  /// Of quoted text: a path, a statement; more is rather a quote that is never closed.
  static constexpr std::size_t kMaxQuoted = 1024;

 private:
  bool LetterAt(std::size_t at) const;

  std::string_view text_;
  std::array<std::size_t, 3> searched_{};  ///< By kind of quote: none closes between where was looked from and here.
};

/// With … for the values behind keys that look like those of secrets: password=…, api_key: …, Authorization: Bearer ….
std::string WithoutSecrets(std::string_view message);

/// Besides, with "…" for all that is quoted: that is the caller's own text, whatever it may be. A quote that is never
/// closed quotes the rest.
std::string WithoutQuoted(std::string_view message);

}  // namespace skep::metrics
