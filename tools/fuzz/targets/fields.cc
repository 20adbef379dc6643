#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks.h"
#include "document.h"
#include "json/reader.h"
#include "json/writer.h"
#include "skep/field.h"

namespace skep::fuzz_targets {
namespace {

enum class Topology : int { kStar, kMesh, kRing };
constexpr std::array<std::string_view, 3> Names(Topology) { return {"star", "mesh", "ring"}; }

/// A string stands for its title.
struct Step {
  std::string title;
  int weight = 1;
  std::vector<std::string_view> after;

  static constexpr bool kFromText = true;
  static constexpr Field kFields[] = {
      Req<&Step::title>("title", {}, {.max = 20}),
      Opt<&Step::weight>("weight", {}, {0, 10}),
      Opt<&Step::after>("after"),
  };
};

/// A member of each kind that arguments have, with a range and without one.
struct Args {
  Topology topology = Topology::kMesh;
  bool flag = false;
  int whole = 0;
  int agents = 8;
  std::int64_t total = 5;
  std::int64_t ttl = 60;
  double any = 0;
  double ratio = 0.5;
  std::string_view name = "bees";
  std::string objective;
  std::optional<std::int64_t> version;
  std::optional<std::string_view> note;
  std::vector<std::string_view> tags;
  std::vector<std::vector<double>> rows;
  std::vector<Step> steps;
  Step first;
  std::optional<Topology> second;

  static constexpr Field kFields[] = {
      Req<&Args::topology>("topology"),
      Opt<&Args::flag>("flag"),
      Opt<&Args::whole>("whole"),
      Opt<&Args::agents>("agents", {}, {1, 1024}),
      Opt<&Args::total>("total"),
      Opt<&Args::ttl>("ttl", {}, {.min = 1}),
      Opt<&Args::any>("any"),
      Opt<&Args::ratio>("ratio", {}, {0, 1}),
      Opt<&Args::name>("name", {}, {1, 5}),
      Opt<&Args::objective>("objective", {}, {.max = 10}),
      Opt<&Args::version>("version", {}, {.min = 0}),
      Opt<&Args::note>("note"),
      Opt<&Args::tags>("tags", {}, {.max = 4}),
      Opt<&Args::rows>("rows"),
      Opt<&Args::steps>("steps", {}, {.max = 3}),
      Opt<&Args::first>("first"),
      Opt<&Args::second>("second"),
  };
};
static_assert(Described<Args> && Described<Step>);

/// Longer than any sentence that names a field, what it wants and what came.
constexpr std::size_t kMaxSentence = 1000;

std::string Written(const Args& args) {
  Block text;
  json::Writer to(text);
  EncodeFields(&args, Args::kFields, to);
  return std::string(text.view());
}

}  // namespace

std::string CheckFields(std::string_view input) {
  PaddedText text(input, '"');
  json::Reader reader;
  if (reader.Parse(text.text()) != json::Outcome::kOk) return "";
  Args args;
  const auto done = DecodeFields(reader.root(), Args::kFields, &args);
  if (!done) {
    const std::string& why = done.error().message;
    if (done.error().code != ErrorCode::kInvalidArgument) return fmt::format("refused as {}", Name(done.error().code));
    if (why.empty() || why.size() > kMaxSentence || !json::IsUtf8(why)) return fmt::format("refused with \"{}\"", why);
    return "";
  }
  // On its own, without the document.
  const std::string written = Written(args);
  Block arena;
  OwnText(Args::kFields, &args, arena);
  // What the document was is something else now.
  PaddedText noise("\"" + std::string(input.size(), 'x') + "\"", '"');
  if (reader.Parse(noise.text()) != json::Outcome::kOk) return "x is not read";
  if (const std::string own = Written(args); own != written) return fmt::format("kept as {}, not {}", own, written);

  PaddedText again_text(written, '"');
  if (reader.Parse(again_text.text()) != json::Outcome::kOk) return fmt::format("written as {}, no JSON", written);
  Args again;
  if (const auto read = DecodeFields(reader.root(), Args::kFields, &again); !read) {
    return fmt::format("{} was taken and is now refused: {}", written, read.error().message);
  }
  const std::string twice = Written(again);
  return twice == written ? std::string() : fmt::format("written as {}, and then as {}", written, twice);
}

}  // namespace skep::fuzz_targets
