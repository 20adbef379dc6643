#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "skep/error.h"

namespace skep::load {

/// The words of a command, as a shell sees them: cut at spaces, '…' as it is, "…" with \" and \\, and \ before any
/// character outside of them. Nothing is expanded. Fails with kInvalidArgument when a quote does not end, or there is
/// no word.
Expected<std::vector<std::string>> SplitWords(std::string_view command);
/// A command that SplitWords() takes apart into these.
std::string JoinWords(const std::vector<std::string>& words);

}  // namespace skep::load
