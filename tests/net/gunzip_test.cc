#include "net/gunzip.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

namespace skep::net {
namespace {

std::string Gzip(std::string_view text) {
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(deflateBound(&z, text.size()), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(packed.data());
  z.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  packed.resize(z.total_out);
  deflateEnd(&z);
  return packed;
}

TEST(Gunzip, GivesBackWhatWasPacked) {
  const std::string text = std::string(300'000, 'a') + "end";
  Block to;
  EXPECT_EQ(Gunzip(Gzip(text), to, text.size()), Unpacked::kAll);
  EXPECT_EQ(to.view(), text);
  Block nothing;
  EXPECT_EQ(Gunzip(Gzip(""), nothing, 0), Unpacked::kAll);
}

TEST(Gunzip, StopsAtTheBound) {
  const std::string bomb = Gzip(std::string(10'000'000, 'a'));
  Block to;
  EXPECT_EQ(Gunzip(bomb, to, 1000), Unpacked::kTooLarge);
  EXPECT_LE(to.size(), 1001U);
}

TEST(Gunzip, SeesDamage) {
  const std::string packed = Gzip("some text, of which a part is missing");
  for (std::size_t size = 0; size < packed.size(); ++size) {
    Block to;
    EXPECT_EQ(Gunzip(std::string_view(packed).substr(0, size), to, 100), Unpacked::kDamaged) << size;
  }
  Block to;
  EXPECT_EQ(Gunzip("plain text", to, 100), Unpacked::kDamaged);
  EXPECT_EQ(Gunzip(packed + "more", to, 100), Unpacked::kDamaged);
}

}  // namespace
}  // namespace skep::net
