// Failures of calls on descriptors, with errno.
#pragma once
#include <cerrno>
#include <string_view>

#include "status.h"

namespace runts::core {

// The arguments are a directory's descriptor and a name in it, or a descriptor and what it stands for.
inline Status failed_at(std::string_view call, int fd, std::string_view name) {
  int error = errno;
  Report report;
  return failed(error, report.call(call).fd(fd).string(name));
}
inline Status failed_on(std::string_view call, int fd, std::string_view stands_for) {
  int error = errno;
  Report report;
  return failed(error, report.call(call).fd(fd, stands_for));
}

}  // namespace runts::core
