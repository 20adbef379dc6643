#pragma once

#include <string_view>

#include "json/reader.h"
#include "skep/block.h"

namespace skep {

/// A document of a test's own: the text, in memory of exactly the size that a reader asks for, and what was read.
class Parsed {
 public:
  explicit Parsed(std::string_view text) : block_(text.size()) {
    block_.Append(text);
    outcome_ = reader_.Parse({block_.data(), block_.size()});
  }

  json::Outcome outcome() const { return outcome_; }
  bool ok() const { return outcome_ == json::Outcome::kOk; }
  /// Absent when there is no document.
  json::Value root() const { return ok() || outcome_ == json::Outcome::kNumberRange ? reader_.root() : json::Value(); }
  std::string_view error() const { return reader_.error(); }

 private:
  Block block_;
  json::Reader reader_;
  json::Outcome outcome_;
};

}  // namespace skep
