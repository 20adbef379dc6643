#pragma once

#include <string>

#include "json/reader.h"
#include "json/writer.h"

namespace skep::json {

/// Appends a value of a document as JSON: what it means, not how it was spelled. REQUIRES: it exists.
void CopyTo(Value value, Writer& to);
/// The same as a text of its own.
std::string Copy(Value value);

}  // namespace skep::json
