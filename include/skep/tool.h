#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "skep/context.h"
#include "skep/error.h"
#include "skep/field.h"

// A tool is one file: a struct of arguments and a struct of results, each with its table of fields, and a function
//
//   Expected<Result> Run(const Args&, ToolContext&);          // reads, or writes in a transaction
//   void Run(const Args&, ToolContext&, Reply<Result>);       // waits: answers later
//
// bound by MakeTool<Run>({.name = …}). Handlers know neither the connection nor the protocol.

namespace skep {

/// Where a call has to run. A read runs at once, on the connection's thread; a write on the store's thread, inside the
/// transaction that is open there, and is answered after the commit.
enum class Effect : std::uint8_t { kRead, kWrite };

/// What clients are told about a tool's consequences (MCP's annotations). No tool of ours acts on an open world.
struct Hints {
  bool read_only = false;
  bool destructive = false;
  bool idempotent = false;
};

/// Tools that a client is told of together: a model pays for each description, whether or not it uses the tool.
enum class Toolset : int { kCore, kTasks, kLeases, kMessages, kMetrics, kAll };
constexpr std::array<std::string_view, 6> Names(Toolset) {
  return {"core", "tasks", "leases", "messages", "metrics", "all"};
}

/// What a tool's author says of it, besides its tables.
struct ToolInfo {
  std::string_view name;         ///< On the wire: [A-Za-z0-9_-], at most 64.
  std::string_view title;        ///< For people.
  std::string_view description;  ///< For models: at most two sentences.
  Hints hints = {};
  Toolset toolset = Toolset::kCore;
  /// Goes on for seconds because that is what it is for: it may be a task of the protocol, and how long it takes says
  /// nothing of how fast the server is. Only of tools that wait (a Run with a Reply).
  bool takes_long = false;
  /// One of the five or six that an agent cannot work without.
  bool always_load = false;
  /// Of every call. A tool for which it depends on the arguments has `Effect effect() const` in its Args instead.
  Effect effect = Effect::kRead;
};

/// A call that waits, as the protocol above sees it. All on the connection's thread.
class PendingCall {
 public:
  virtual ~PendingCall() = default;
  virtual void Succeed(std::span<const Field> fields, const void* result) = 0;
  virtual void Fail(Error error) = 0;
  /// Tells the client, if it wanted to know, how far the call is. `done` must grow from one time to the next.
  virtual void Progress(double done, double total, std::string_view message) = 0;
  /// Whether nobody waits for the answer any more.
  virtual bool cancelled() const = 0;
  /// Whether the session's input has ended: what merely watches should say what it has, and be done.
  virtual bool ending() const = 0;
};

/// The right to answer a call that waits, exactly once. Dropped, it answers "internal error". Move-only; it is held
/// where the work is, and comes back to the connection's thread (Services::executor) to answer. The call's arguments
/// live as long as its reply.
template <class Result>
class Reply {
 public:
  explicit Reply(std::unique_ptr<PendingCall> call) : call_(std::move(call)) {}

  void operator()(Expected<Result> result) {
    const auto call = std::move(call_);
    if (result) {
      call->Succeed(Result::kFields, &*result);
    } else {
      call->Fail(std::move(result.error()));
    }
  }
  void Progress(double done, double total, std::string_view message) { call_->Progress(done, total, message); }
  bool cancelled() const { return call_->cancelled(); }
  bool ending() const { return call_->ending(); }

 private:
  std::unique_ptr<PendingCall> call_;
};

/// A tool as the server sees it: plain data.
struct Tool {
  ToolInfo info;
  std::span<const Field> input;
  std::span<const Field> output;

  // The type of the arguments, erased.
  std::size_t args_size;
  const void* (*defaults)();  ///< An Args{} that lives for ever.
  void (*construct)(void* at);
  void (*move)(void* to, void* from);  ///< Constructs at `to`; `from` is still to be destroyed.
  void (*destroy)(void* at);

  Effect (*effect)(const Tool& tool, const void* args);
  /// A tool that does several things is measured by each: their names, and which of them a call does.
  std::span<const std::string_view> variants;
  std::size_t (*variant)(const void* args);
  /// Runs the call and appends its result as JSON. Null for a tool that waits.
  Expected<void> (*run)(const void* args, ToolContext& context, json::Writer& to);
  /// Starts a call that waits. Null for the others.
  void (*start)(const void* args, ToolContext& context, std::unique_ptr<PendingCall> call);
};

/// Room for the arguments of any tool, so that a call needs no allocation for them.
inline constexpr std::size_t kMaxArgsSize = 512;

// --- Binding -------------------------------------------------------------------------------------------------------

namespace internal {

template <class A>
struct ArgsOf {
  static_assert(Described<A>, "Args::kFields must have a row for each member");
  static_assert(sizeof(A) <= kMaxArgsSize && alignof(A) <= alignof(std::max_align_t));

  static const void* Defaults() {
    static const A kDefaults;
    return &kDefaults;
  }
  static void Construct(void* at) { new (at) A(); }
  static void Move(void* to, void* from) { new (to) A(std::move(*static_cast<A*>(from))); }
  static void Destroy(void* at) { static_cast<A*>(at)->~A(); }
  static Effect EffectOf(const Tool& tool, const void* args) {
    if constexpr (requires(const A& a) {
                    { a.effect() } -> std::same_as<Effect>;
                  }) {
      return static_cast<const A*>(args)->effect();
    } else {
      return tool.info.effect;
    }
  }
  /// Args that have `static constexpr … kVariants` and `std::size_t variant() const`.
  static constexpr std::span<const std::string_view> Variants() {
    if constexpr (requires { A::kVariants; }) {
      return A::kVariants;
    } else {
      return {};
    }
  }
  static std::size_t VariantOf(const void* args) {
    if constexpr (requires(const A& a) { a.variant(); }) {
      return static_cast<const A*>(args)->variant();
    } else {
      return 0;
    }
  }
};

template <auto Run>
struct Bound;

template <class A, class R, Expected<R> (*Run)(const A&, ToolContext&)>
struct Bound<Run> : ArgsOf<A> {
  using Result = R;
  using Args = A;
  static Expected<void> Call(const void* args, ToolContext& context, json::Writer& to) {
    const Expected<R> result = Run(*static_cast<const A*>(args), context);
    if (!result) return std::unexpected(result.error());
    EncodeFields(&*result, R::kFields, to);
    return {};
  }
  static constexpr auto kRun = &Call;
  static constexpr decltype(Tool::start) kStart = nullptr;
};

template <class A, class R, void (*Run)(const A&, ToolContext&, Reply<R>)>
struct Bound<Run> : ArgsOf<A> {
  using Result = R;
  using Args = A;
  static void Start(const void* args, ToolContext& context, std::unique_ptr<PendingCall> call) {
    Run(*static_cast<const A*>(args), context, Reply<R>(std::move(call)));
  }
  static constexpr decltype(Tool::run) kRun = nullptr;
  static constexpr auto kStart = &Start;
};

}  // namespace internal

/// Binds a function to its tables.
template <auto Run>
constexpr Tool MakeTool(ToolInfo info) {
  using B = internal::Bound<Run>;
  static_assert(Described<typename B::Result>, "Result::kFields must have a row for each member");
  return {
      .info = info,
      .input = B::Args::kFields,
      .output = B::Result::kFields,
      .args_size = sizeof(typename B::Args),
      .defaults = B::Defaults,
      .construct = B::Construct,
      .move = B::Move,
      .destroy = B::Destroy,
      .effect = B::EffectOf,
      .variants = B::Variants(),
      .variant = B::VariantOf,
      .run = B::kRun,
      .start = B::kStart,
  };
}

}  // namespace skep
