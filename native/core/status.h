// What became of a call or of a step.
#pragma once
#include <cstdlib>
#include <string>
#include <string_view>

#include "../sys/report.h"

namespace runts::core {

struct [[nodiscard]] Status {
  bool bad = false;
  int error = 0;  // an errno; 0 where the cause is none, such as the exit status of a hook
  std::string call;
  std::string detail;
  bool ok() const { return !bad; }
};

inline Status done() { return {}; }

// A failure in the words of a message: the call, and after a NUL the detail.
inline Status failed(int error, std::string_view text) {
  size_t end = text.find('\0');
  return {true, std::abs(error), std::string(text.substr(0, end)),
          end == text.npos ? std::string() : std::string(text.substr(end + 1))};
}

// A failure with the call that a report tells of; `error` is an errno of either sign.
inline Status failed(int error, const Report &report) {
  return failed(error, std::string_view(report.data(), report.size()));
}

inline Status failed(int error, const char *call, std::string detail = {}) {
  return {true, std::abs(error), call, std::move(detail)};
}

}  // namespace runts::core
