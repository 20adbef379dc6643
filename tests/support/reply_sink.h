#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/limits.h"
#include "rpc/reply.h"
#include "skep/block.h"

namespace skep {

/// Where answers go in tests of what answers: they are kept, and counted when there are none.
class ReplySink final : public rpc::ReplyTarget {
 public:
  explicit ReplySink(std::size_t budget = limits::kMaxLine) : budget_(budget) {}

  Block& Open() override { return block_; }
  void Close(std::size_t begin) override {
    if (block_.size() == begin) {
      ++silences;
    } else {
      answers.emplace_back(block_.view().substr(begin));
    }
  }
  std::size_t Budget() const override { return budget_; }

  std::vector<std::string> answers;
  int silences = 0;

 private:
  Block block_;
  std::size_t budget_;
};

}  // namespace skep
