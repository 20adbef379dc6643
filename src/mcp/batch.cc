#include "mcp/batch.h"

#include <algorithm>

namespace skep::mcp {

void Batch::Close(std::size_t begin) {
  if (line_.size() > begin) line_.Append(",");
  Release();
}

std::size_t Batch::Budget() const {
  const std::size_t used = line_.size() + kReserve;
  return used < limits::kMaxLine ? std::max(kShare, limits::kMaxLine - used) : kShare;
}

void Batch::Release() {
  if (--holders_ > 0) return;
  // Nothing but notifications: nothing is sent, not even an empty array.
  if (line_.size() > 1) {
    Block& out = target_.Open();
    const std::size_t begin = out.size();
    line_.Resize(line_.size() - 1);
    line_.Append("]");
    out.Append(line_.view());
    target_.Close(begin);
  }
  delete this;
}

}  // namespace skep::mcp
