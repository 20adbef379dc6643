#pragma once

#include <cstdint>

namespace skep::json {

/// A parsed document as simdjson lays it out (its doc/tape.md): one word a value, the type's letter in the top byte;
/// text apart, each with its length before it. Reading it inline costs half of what the library's own accessors do from
/// another translation unit; reader.cc holds the library to the layout.
struct Tape {
  const std::uint64_t* words = nullptr;
  const std::uint8_t* strings = nullptr;
};

}  // namespace skep::json
