#include "handlers/otlp_attributes.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "skep/block.h"

namespace skep::handlers {
namespace {

using nlohmann::json;

class OtlpAttributesTest : public testing::Test {
 protected:
  AttributeList Read(const json& attributes) {
    text_ = Block();
    text_.Append(json{{"attributes", attributes}}.dump());
    text_.Reserve(1);
    EXPECT_EQ(reader_.Parse({text_.data(), text_.size()}), skep::json::Outcome::kOk);
    return AttributeList(reader_.root());
  }
  std::string Digest(const json& attributes) { return Read(attributes).Digest(); }

  Block text_;
  skep::json::Reader reader_;
};

json Text(std::string_view key, std::string_view value) { return {{"key", key}, {"value", {{"stringValue", value}}}}; }
json Int(std::string_view key, std::int64_t value) { return {{"key", key}, {"value", {{"intValue", value}}}}; }

TEST_F(OtlpAttributesTest, AreFoundByTheirNames) {
  const AttributeList list = Read({Text("b", "text"),
                                   Int("c", 7),
                                   Text("a", "first"),
                                   Text("a", "second"),
                                   {{"key", "d"}, {"value", {{"boolValue", true}}}},
                                   {{"key", 7}},
                                   7,
                                   nullptr});
  EXPECT_EQ(list.TextOf("a"), "first");
  EXPECT_EQ(list.TextOf("b"), "text");
  EXPECT_EQ(list.TextOf("c"), "");
  EXPECT_EQ(list.Find("c")->content.AsInt(), 7);
  EXPECT_FALSE(list.Find("d")->content.exists());
  EXPECT_EQ(list.Find("e"), nullptr);
  EXPECT_EQ(list.Find(""), nullptr);
}

TEST_F(OtlpAttributesTest, SayTheSameInAnyOrder) {
  const std::string digest = Digest({Text("a", "x"), Int("b", 1)});
  EXPECT_EQ(digest.size(), 32U);
  EXPECT_EQ(Digest({Int("b", 1), Text("a", "x")}), digest);
  EXPECT_NE(Digest({Text("a", "x"), Int("b", 2)}), digest);
  EXPECT_NE(Digest({Text("a", "x"), Text("b", "1")}), digest);
  EXPECT_NE(Digest(json::array({Text("a", "x")})), digest);
}

TEST_F(OtlpAttributesTest, AreReadUpToALimit) {
  json many = json::array();
  for (std::size_t i = 0; i < kMaxAttributes; ++i) many.push_back(Text(std::to_string(i), "x"));
  EXPECT_FALSE(Read(many).too_many());
  many.push_back(Text("more", "x"));
  EXPECT_TRUE(Read(many).too_many());
}

TEST_F(OtlpAttributesTest, MayBeAbsent) {
  EXPECT_EQ(Read(nullptr).Find("a"), nullptr);
  EXPECT_EQ(Read("none").Find("a"), nullptr);
  EXPECT_EQ(AttributeList({}).Find("a"), nullptr);
}

TEST_F(OtlpAttributesTest, OfARecordComeBeforeThoseOfItsResource) {
  Block text;
  text.Append(
      R"({"attributes":[{"key":"a","value":{"stringValue":"theirs"}},{"key":"b","value":{"stringValue":"b"}}]})");
  text.Reserve(1);
  skep::json::Reader reader;
  ASSERT_EQ(reader.Parse({text.data(), text.size()}), skep::json::Outcome::kOk);
  Resource resource(reader.root());
  const AttributeList own = Read(json::array({Text("a", "own")}));
  const Attributes attributes(own, resource.attributes());
  EXPECT_EQ(attributes.TextOf("a"), "own");
  EXPECT_EQ(attributes.TextOf("b"), "b");
  EXPECT_EQ(attributes.TextOf(Either{"c", "b"}), "b");
  EXPECT_EQ(resource.Digest(), resource.attributes().Digest());
}

}  // namespace
}  // namespace skep::handlers
