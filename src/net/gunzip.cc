#include "net/gunzip.h"

#include <zlib.h>

#include <algorithm>

namespace skep::net {
namespace {

/// 32 KiB of history, and gzip's head and tail.
constexpr int kGzipWindow = MAX_WBITS + 16;
/// Room that is made at a time.
constexpr std::size_t kStep = std::size_t{64} * 1024;

struct Stream {
  Stream() { ready = inflateInit2(&z, kGzipWindow) == Z_OK; }
  ~Stream() {
    if (ready) inflateEnd(&z);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  z_stream z{};
  bool ready = false;
};

}  // namespace

Unpacked Gunzip(std::string_view packed, Block& to, std::size_t most) {
  Stream stream;
  if (!stream.ready) return Unpacked::kTooLarge;
  z_stream& z = stream.z;
  // zlib only reads its input.
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  z.avail_in = static_cast<uInt>(packed.size());
  const std::size_t before = to.size();
  while (true) {
    // One byte more than is allowed, to see whether there is more.
    const std::size_t room = std::min(kStep, most + 1 - (to.size() - before));
    z.next_out = reinterpret_cast<Bytef*>(to.Room(room));
    z.avail_out = static_cast<uInt>(room);
    const int result = inflate(&z, Z_NO_FLUSH);
    to.Wrote(room - z.avail_out);
    if (to.size() - before > most) return Unpacked::kTooLarge;
    if (result == Z_STREAM_END) return z.avail_in == 0 ? Unpacked::kAll : Unpacked::kDamaged;
    if (result != Z_OK || (z.avail_in == 0 && z.avail_out > 0)) return Unpacked::kDamaged;
  }
}

}  // namespace skep::net
