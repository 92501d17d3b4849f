// How calls of this folder fail.
#pragma once
#include <cerrno>
#include <string_view>

#include "../core/status.h"

namespace runts::layer {

using core::done;
using core::Status;

// With errno; the arguments are a directory's descriptor and a name in it, or a descriptor and what it stands for.
inline Status failed_at(std::string_view call, int fd, std::string_view name) {
  int error = errno;
  Report report;
  return core::failed(error, report.call(call).fd(fd).string(name));
}
inline Status failed_on(std::string_view call, int fd, std::string_view stands_for) {
  int error = errno;
  Report report;
  return core::failed(error, report.call(call).fd(fd, stands_for));
}

// What is no call.
inline Status refused(int error, std::string_view words) {
  Report report;
  return core::failed(error, report.words(words));
}

}  // namespace runts::layer
