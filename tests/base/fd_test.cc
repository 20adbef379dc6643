#include "base/fd.h"

#include <fcntl.h>
#include <gtest/gtest.h>

namespace skep {
namespace {

bool IsOpen(int fd) { return fcntl(fd, F_GETFD) != -1; }

TEST(Fd, IsClosedWithItsLastOwner) {
  int number = -1;
  {
    Fd first(open("/dev/null", O_RDONLY | O_CLOEXEC));
    number = *first;
    Fd second(std::move(first));
    EXPECT_EQ(*second, number);
    second = Fd();
    EXPECT_FALSE(second);
    EXPECT_FALSE(IsOpen(number));
  }
}

TEST(Fd, StandardOnesAreLeftAsTheyAre) {
  const int next = open("/dev/null", O_RDONLY | O_CLOEXEC);
  close(next);
  OccupyStandardDescriptors();
  const Fd after(open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(*after, next) << "something was left open";
}

}  // namespace
}  // namespace skep
