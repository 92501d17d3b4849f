#include "channel.h"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/uio.h>

#include "rights.h"

namespace runts::channel {

using protocol::Message;

static_assert(protocol::kMaxFds <= kMaxRights);

int send(int socket, const Message &message, std::span<const int> fds) {
  if (message.text_size > protocol::kMaxText || fds.size() > protocol::kMaxFds) return -EMSGSIZE;
  std::string_view bytes(reinterpret_cast<const char *>(&message), protocol::kHead + message.text_size);
  ssize_t sent = send_rights(socket, bytes, fds);
  return sent < 0 ? static_cast<int>(sent) : 0;
}

// The kernel gives all descriptors of a message in one part.
static void take_rights(msghdr &header, Received &received) {
  cmsghdr *part = CMSG_FIRSTHDR(&header);
  if (!part || part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) return;
  size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
  for (size_t i = 0; i < count; i++) {
    int fd;
    memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof(int));
    if (received.fd_count < protocol::kMaxFds) {
      received.fds[received.fd_count++].reset(fd);
    } else {
      close(fd);
    }
  }
}

int receive(int socket, Received &received) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * protocol::kMaxFds)];
  for (uint32_t i = 0; i < received.fd_count; i++) received.fds[i].reset();
  received.fd_count = 0;
  iovec part{&received.message, sizeof(Message)};
  msghdr header{};
  ssize_t size;
  do {
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof(control);
    size = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
  } while (size < 0 && errno == EINTR);
  if (size < 0) return errno == ECONNRESET ? 0 : -errno;
  take_rights(header, received);
  if (size == 0) return 0;
  const Message &message = received.message;
  bool whole = !(header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) &&
               static_cast<size_t>(size) >= protocol::kHead && message.text_size <= protocol::kMaxText &&
               static_cast<size_t>(size) == protocol::kHead + message.text_size &&
               message.count <= protocol::kMaxFds;
  if (whole) return 1;
  for (uint32_t i = 0; i < received.fd_count; i++) received.fds[i].reset();
  received.fd_count = 0;
  return -EPROTO;
}

Message plain(protocol::Type type, uint32_t step) {
  Message message;
  memset(&message, 0, protocol::kHead);
  message.type = type;
  message.step = step;
  return message;
}

Message failed(uint32_t step, int error, std::string_view text) {
  Message message = plain(protocol::Type::Failed, step);
  message.error = error;
  message.text_size =
      static_cast<uint32_t>(text.size() < protocol::kMaxText ? text.size() : protocol::kMaxText);
  memcpy(message.text, text.data(), message.text_size);
  return message;
}

}  // namespace runts::channel
