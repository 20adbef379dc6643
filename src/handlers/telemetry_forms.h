#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "swarm/usage.h"

/// Under which names clients report what they have used: one table, see telemetry_forms.cc for where the names are
/// from. A client that reports under others is one more row.
namespace skep::handlers {

enum class Figure : std::uint8_t { kInput, kOutput, kCacheRead, kCacheWrite, kCost };

/// A figure and where it is found. Several may add up to one.
struct FigureName {
  std::string_view name;  ///< An event's attribute; a counter's type, empty for a counter that has none.
  Figure figure;
  /// The client counts these tokens among its input as well.
  bool within_input = false;
};

/// Names of one thing, of which the first that is there is taken.
using Either = std::array<std::string_view, 2>;

/// Names of attributes are empty where the client has none.
struct EventForm {
  std::string_view name;
  std::string_view client;  ///< Empty: the service's name.
  swarm::UsageSource source;
  Either session;
  Either model;
  std::string_view request;    ///< The id by which a request is told from others.
  std::string_view operation;  ///< What it was for.
  std::span<const FigureName> figures;
};

struct CounterForm {
  std::string_view name;
  std::string_view client;
  swarm::UsageSource source;
  Either session;
  Either model;
  std::string_view type;  ///< The attribute that says what is counted.
  std::string_view operation;
  std::span<const FigureName> figures;
};

std::span<const EventForm> EventForms();
std::span<const CounterForm> CounterForms();

}  // namespace skep::handlers
