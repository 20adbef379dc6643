#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace skep::swarm {

/// The beginning of `text`, at most `bytes` of it, never ending inside a UTF-8 character.
std::string_view CutAtCharacter(std::string_view text, std::size_t bytes);

/// One line of at most limits::kMaxSnippet bytes out of `text`: what stands around the byte `at`, or the beginning when
/// that shows it too. Control characters, line breaks among them, become spaces.
std::string MakeSnippet(std::string_view text, std::size_t at = 0);

}  // namespace skep::swarm
