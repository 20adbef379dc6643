#include "base/short_text.h"

#include <gtest/gtest.h>

#include <string>

namespace skep {
namespace {

TEST(Same, ComparesLikeTheOperatorWhateverTheLengthAndPlace) {
  for (std::size_t size = 0; size < 40; ++size) {
    const std::string text(size, 'x');
    EXPECT_TRUE(Same(text, std::string(text)));
    EXPECT_FALSE(Same(text, text + "x"));
    for (std::size_t at = 0; at < size; ++at) {
      std::string other = text;
      other[at] = 'y';
      EXPECT_FALSE(Same(text, other)) << size << " at " << at;
    }
  }
}

}  // namespace
}  // namespace skep
