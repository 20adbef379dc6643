#include "base/printable.h"

#include <gtest/gtest.h>

#include <random>

namespace skep {
namespace {

TEST(Printable, LeavesTextAsItIs) {
  for (const char* text : {"", "plain", "C:\\path \"quoted\"", "Zürich, 東京, 😀", "\xc2\xa0", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_EQ(Printable(text), text);
  }
}

TEST(Printable, EscapesWhatATerminalOrALineReaderActsOn) {
  EXPECT_EQ(Printable("a\nb\r\tc"), "a\\nb\\r\\tc");
  EXPECT_EQ(Printable("\x1b[31mred\x7f"), "\\x1b[31mred\\x7f");
  EXPECT_EQ(Printable(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(Printable("\xc2\x9b"
                      "31m"),
            "\\u{9b}31m")
      << "the one-character form of ESC [";
  EXPECT_EQ(Printable("\xe2\x80\xa8\xe2\x80\xa9"), "\\u{2028}\\u{2029}");
}

TEST(Printable, ShowsBytesThatAreNotUtf8) {
  EXPECT_EQ(Printable("\xff"), "\\xff");
  EXPECT_EQ(Printable("\xc3"), "\\xc3") << "cut short";
  EXPECT_EQ(Printable("\xc0\xaf"), "\\xc0\\xaf") << "overlong";
  EXPECT_EQ(Printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
  EXPECT_EQ(Printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "beyond Unicode";
  EXPECT_EQ(Printable("\x80ok"), "\\x80ok");
}

TEST(Printable, CutsAtACharacterAndSaysHowMuchIsMissing) {
  EXPECT_EQ(Printable("abcdef", 6), "abcdef");
  EXPECT_EQ(Printable("abcdef", 4), "abcd… (2 more bytes)");
  EXPECT_EQ(Printable("ab\xc3\xbc", 3), "ab… (2 more bytes)");
  EXPECT_EQ(Printable("ab\n", 3), "ab… (1 more bytes)");
}

TEST(Printable, OfAnyBytesMakesOneLineWhichItThenLeavesAlone) {
  std::mt19937 random(2);
  for (int i = 0; i < 5000; ++i) {
    std::string bytes(random() % 64, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    const std::string line = Printable(bytes);
    for (const char c : line) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
    EXPECT_EQ(Printable(line), line);
  }
}

}  // namespace
}  // namespace skep
