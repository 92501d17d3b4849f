#include "agent.h"

#include <cerrno>
#include <cstring>
#include <sys/mman.h>

#include "../sys/decimal.h"
#include "../sys/rights.h"

namespace runts::init {
Result process_state(Context &context, const plan::List<plan::Str> &parts, std::string_view &out) {
  size_t most = 0;
  for (const plan::Str &part : parts) most += part.size() + kDigits32;
  void *memory = mmap(nullptr, most + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return Result::failure(ENOMEM, context.report.call("mmap"));
  char *text = static_cast<char *>(memory);
  size_t size = 0;
  bool first = true;
  for (const plan::Str &part : parts) {
    if (!first) size = static_cast<size_t>(put_decimal(text + size, context.host_pid) - text);
    first = false;
    memcpy(text + size, part.data(), part.size());
    size += part.size();
  }
  out = std::string_view(text, size);
  return Result::ok();
}

// A stream may take a long state in pieces; the descriptor goes with the first of them.
Result tell_agent(Context &context, Fd connection, Fd listener, std::string_view state) {
  int fd = listener.get();
  for (std::span<const int> rights{&fd, 1}; !state.empty(); rights = {}) {
    ssize_t sent = send_rights(connection.get(), state, rights);
    if (sent < 0) {
      Report &report = context.report.call("sendmsg").fd(connection.get(), "agent").word("SCM_RIGHTS");
      report.detail("the seccomp agent did not take the filter's descriptor");
      return Result::failure(static_cast<int>(-sent), report);
    }
    state.remove_prefix(static_cast<size_t>(sent));
  }
  return Result::ok();
}

}  // namespace runts::init
