#include "json/writer.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "json/escape.h"
#include "json/reader.h"

namespace skep::json {
namespace {

/// Long text is escaped piece by piece, so that room for the worst case stays small against the text.
constexpr std::size_t kPiece = 16 * 1024;

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

/// Length of the well-formed UTF-8 sequence at the beginning of `text`, 0 if there is none.
std::size_t SequenceLength(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = at(0) < 0x80 ? 1 : at(0) < 0xe0 ? 2 : at(0) < 0xf0 ? 3 : 4;
  return length <= text.size() && IsUtf8(text.substr(0, length)) ? length : 0;
}

std::string ReplaceInvalid(std::string_view text) {
  std::string valid;
  valid.reserve(text.size() + kReplacement.size());
  while (!text.empty()) {
    const std::size_t length = SequenceLength(text);
    valid += length == 0 ? kReplacement : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return valid;
}

}  // namespace

void Writer::String(std::string_view text) {
  const std::size_t begin = out_->size();
  char* open = out_->Room(2);
  out_->Wrote(comma_ ? 2 : 1);
  if (comma_) *open++ = ',';
  *open = '"';
  bool ascii_only = true;
  // Once, and not by doubling, which would copy a long text twice more.
  if (text.size() > kPiece) out_->Room(text.size() + kPiece * kMaxEscape + kEscapeSlack);
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view piece = rest.substr(0, kPiece);
    char* const to = out_->Room(piece.size() * kMaxEscape + kEscapeSlack);
    const Escaped escaped = Escape(piece, to);
    out_->Wrote(static_cast<std::size_t>(escaped.end - to));
    ascii_only = ascii_only && escaped.ascii_only;
    rest.remove_prefix(piece.size());
  }
  if (!ascii_only && !IsUtf8(text)) [[unlikely]] {
    out_->Resize(begin);
    return String(ReplaceInvalid(text));
  }
  *out_->Room(1) = '"';
  out_->Wrote(1);
  comma_ = true;
}

void Writer::Double(double value) {
  if (!std::isfinite(value)) return Null();
  char text[32];
  // Without an exponent a large one would read as an integer, of more digits than 64 bits hold.
  const bool large = std::abs(value) >= 0x1p53;
  const auto end = large ? std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific).ptr
                         : std::to_chars(text, text + sizeof(text), value).ptr;
  Raw({text, static_cast<std::size_t>(end - text)});
}

void Writer::StringOfJson(std::size_t from, std::size_t size) {
  Raw("\"");
  if (size > kPiece) out_->Room(size + kPiece * 2 + kEscapeSlack);
  while (size > 0) {
    // JSON text holds no control characters, so each byte becomes two at most.
    const std::size_t piece = std::min(size, kPiece);
    char* const to = out_->Room(piece * 2 + kEscapeSlack);
    const Escaped escaped = Escape(out_->view().substr(from, piece), to);
    out_->Wrote(static_cast<std::size_t>(escaped.end - to));
    from += piece;
    size -= piece;
  }
  *out_->Room(1) = '"';
  out_->Wrote(1);
}

}  // namespace skep::json
