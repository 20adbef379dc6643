#pragma once

#include <cstddef>

#include "base/limits.h"
#include "json/writer.h"
#include "skep/block.h"
#include "skep/field.h"

namespace skep::handlers {

/// The room that a resource's list has for rows, counted in the bytes of their JSON.
class ListRoom {
 public:
  /// Whether one more row has room, which is then taken. The first one always has.
  template <class Row>
  bool Take(const Row& row) {
    scratch_.Clear();
    json::Writer to(scratch_);
    EncodeFields(&row, Row::kFields, to);
    const bool first = used_ == 0;
    used_ += scratch_.size() + 1;
    return first || used_ <= limits::kMaxResourceBytes;
  }

 private:
  Block scratch_;
  std::size_t used_ = 0;
};

}  // namespace skep::handlers
