#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace skep {

/// `text` as one line that is safe to show on a terminal or to write to a log, whoever wrote it: control characters
/// and line breaks appear as \n, \r, \t, \x1b or \u{9b}, bytes that are not UTF-8 as \xff, everything else as it is.
/// For people: a backslash stays as it is, so the text cannot be had back exactly.
///
/// Of a text that comes out longer than `limit` bytes only the first characters are kept, and how many bytes of `text`
/// follow is said behind them.
std::string Printable(std::string_view text, std::size_t limit = std::string_view::npos);

}  // namespace skep
