#include "agent.h"

#include <cerrno>
#include <cstring>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace runts::init {
namespace {

constexpr size_t kMostDigits = 10;

size_t put_decimal(char *at, uint32_t value) {
  char digits[kMostDigits];
  size_t count = 0, size = 0;
  do digits[count++] = static_cast<char>('0' + value % 10);
  while ((value /= 10) > 0);
  while (count) at[size++] = digits[--count];
  return size;
}

void attach_descriptor(msghdr &header, char *control, size_t size, int fd) {
  memset(control, 0, size);
  header.msg_control = control;
  header.msg_controllen = size;
  cmsghdr *rights = CMSG_FIRSTHDR(&header);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(rights), &fd, sizeof(int));
}

}  // namespace

Result process_state(Context &context, const plan::List<plan::Str> &parts, std::string_view &out) {
  size_t most = 0;
  for (const plan::Str &part : parts) most += part.size() + kMostDigits;
  void *memory = mmap(nullptr, most + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return Result::failure(ENOMEM, context.report.call("mmap"));
  char *text = static_cast<char *>(memory);
  size_t size = 0;
  bool first = true;
  for (const plan::Str &part : parts) {
    if (!first) size += put_decimal(text + size, context.host_pid);
    first = false;
    memcpy(text + size, part.data(), part.size());
    size += part.size();
  }
  out = std::string_view(text, size);
  return Result::ok();
}

// A stream may take a long state in pieces; the descriptor goes with the first of them.
Result tell_agent(Context &context, Fd connection, Fd listener, std::string_view state) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
  msghdr header{};
  attach_descriptor(header, control, sizeof(control), listener.get());
  while (!state.empty()) {
    iovec part{const_cast<char *>(state.data()), state.size()};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    ssize_t sent = sendmsg(connection.get(), &header, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) {
      int error = errno;
      Report &report = context.report.call("sendmsg").fd(connection.get(), "agent").word("SCM_RIGHTS");
      return Result::failure(error, report.detail("the seccomp agent did not take the filter's descriptor"));
    }
    state.remove_prefix(static_cast<size_t>(sent));
    header.msg_control = nullptr;
    header.msg_controllen = 0;
  }
  return Result::ok();
}

}  // namespace runts::init
