#pragma once

#include <span>
#include <string>

#include "load/expectation.h"
#include "load/load.h"

namespace skep::load {

/// Why a run has failed, whether or not what is expected of it is met: a connection ended, no request has succeeded, or
/// some were unanswered at the end. How many errors there may be is the expectations' to say if one is about them:
/// requests without an answer are among these. Empty: it has not failed.
std::string FailureOf(const Outcome& outcome, std::span<const Expectation> expectations);

}  // namespace skep::load
