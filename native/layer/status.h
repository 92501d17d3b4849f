// How calls of this folder fail.
#pragma once
#include <string_view>

#include "../core/failed_at.h"

namespace runts::layer {

using core::done;
using core::failed_at;
using core::failed_on;
using core::Status;

// What is no call.
inline Status refused(int error, std::string_view words) {
  Report report;
  return core::failed(error, report.words(words));
}

}  // namespace runts::layer
