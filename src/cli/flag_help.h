#pragma once

#include <string>

#include "skep/field.h"

/// What help, the man page and the tool reference say of a flag, from its row.
namespace skep::cli {

/// What stands for a value: TEXT, INTEGER, NUMBER, LIST, JSON, a|b|c; empty for a flag that needs none.
std::string ValueName(const Field& field);

/// The same in prose, for documents: "text", "integer", "one of a, b, c".
std::string DescribeValue(const FieldType& type);

/// What the flag is for, and in brackets whether it is required, its bounds, its default. `defaults`: an object to read
/// the default from, or null.
std::string FlagHelp(const Field& field, const void* defaults);

}  // namespace skep::cli
