#include "netlink.h"

#include <cerrno>
#include <cstring>
#include <memory>
#include <sched.h>
#include <sys/socket.h>

#include "own_thread.h"

namespace runts::core {
namespace {

// More than the kernel puts into one datagram of a dump.
constexpr size_t kReceive = 64 << 10;

int open_there(int network_namespace) {
  if (setns(network_namespace, CLONE_NEWNET) != 0) return -errno;
  int socket = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  return socket < 0 ? -errno : socket;
}

void append(std::string &out, const void *from, size_t size) {
  out.append(static_cast<const char *>(from), size);
  out.resize(NLMSG_ALIGN(out.size()));
}

// The attribute with the kernel's words, behind the error and (unless capped) a copy of the request.
std::string words_of(const nlmsghdr &header) {
  const char *begin = reinterpret_cast<const char *>(&header);
  const auto *error = reinterpret_cast<const nlmsgerr *>(NLMSG_DATA(&header));
  if (!(header.nlmsg_flags & NLM_F_ACK_TLVS)) return {};
  size_t at = NLMSG_HDRLEN + sizeof(nlmsgerr);
  if (!(header.nlmsg_flags & NLM_F_CAPPED)) at += NLMSG_ALIGN(error->msg.nlmsg_len - NLMSG_HDRLEN);
  while (at + sizeof(nlattr) <= header.nlmsg_len) {
    const auto *attribute = reinterpret_cast<const nlattr *>(begin + at);
    if (attribute->nla_len < sizeof(nlattr) || at + attribute->nla_len > header.nlmsg_len) break;
    const char *value = begin + at + NLA_HDRLEN;
    if ((attribute->nla_type & NLA_TYPE_MASK) == NLMSGERR_ATTR_MSG)
      return std::string(value, strnlen(value, attribute->nla_len - NLA_HDRLEN));
    at += NLA_ALIGN(attribute->nla_len);
  }
  return {};
}

}  // namespace

void NetlinkRequest::start(uint16_t type, uint16_t flags, std::string_view header) {
  nlmsghdr message{};
  message.nlmsg_type = type;
  message.nlmsg_flags = static_cast<uint16_t>(flags | NLM_F_REQUEST | NLM_F_ACK);
  append(bytes_, &message, sizeof(message));
  append(bytes_, header.data(), header.size());
}

NetlinkRequest &NetlinkRequest::bytes(uint16_t type, std::string_view value) {
  nlattr attribute{static_cast<uint16_t>(NLA_HDRLEN + value.size()), type};
  append(bytes_, &attribute, sizeof(attribute));
  append(bytes_, value.data(), value.size());
  return *this;
}

NetlinkRequest &NetlinkRequest::text(uint16_t type, const std::string &value) {
  return bytes(type, {value.c_str(), value.size() + 1});
}

NetlinkRequest &NetlinkRequest::number(uint16_t type, uint32_t value) {
  return bytes(type, {reinterpret_cast<const char *>(&value), sizeof(value)});
}

std::string NetlinkRequest::message(uint32_t sequence) const {
  std::string whole = bytes_;
  auto *header = reinterpret_cast<nlmsghdr *>(whole.data());
  header->nlmsg_len = static_cast<uint32_t>(whole.size());
  header->nlmsg_seq = sequence;
  return whole;
}

// A socket belongs to the namespace of the thread that makes it, and stays there: a thread of its own goes and
// ends, so that no other can be left in the wrong namespace.
int Netlink::open_in(int network_namespace) {
  int socket = -1;
  int error = on_own_thread([&] { socket = open_there(network_namespace); });
  if (error < 0 || socket < 0) return error < 0 ? error : socket;
  socket_.reset(socket);
  int on = 1;
  setsockopt(socket_.get(), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
  setsockopt(socket_.get(), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
  return 0;
}

int Netlink::ask(const NetlinkRequest &request, const Answer &each) {
  why_.clear();
  std::string message = request.message(++sequence_);
  ssize_t sent = send(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL);
  if (sent < 0) return -errno;
  return receive(sequence_, each);
}

int Netlink::receive(uint32_t sequence, const Answer &each) {
  auto buffer = std::make_unique_for_overwrite<char[]>(kReceive);
  for (;;) {
    ssize_t size = recv(socket_.get(), buffer.get(), kReceive, 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return -errno;
    auto left = static_cast<unsigned>(size);
    for (auto *header = reinterpret_cast<const nlmsghdr *>(buffer.get()); NLMSG_OK(header, left);
         header = NLMSG_NEXT(header, left)) {
      if (header->nlmsg_seq != sequence) continue;
      if (header->nlmsg_type == NLMSG_DONE) return 0;
      if (header->nlmsg_type == NLMSG_ERROR) {
        why_ = words_of(*header);
        return reinterpret_cast<const nlmsgerr *>(NLMSG_DATA(header))->error;
      }
      if (each) each(*header);
    }
  }
}

}  // namespace runts::core
