// Bytes with descriptors (SCM_RIGHTS, unix(7)) over a unix socket. No heap, no state.
#pragma once
#include <cstddef>
#include <span>
#include <string_view>
#include <sys/types.h>

namespace runts {

// At most this many descriptors at once.
inline constexpr size_t kMaxRights = 16;

// One sendmsg(2), begun again after a signal. Gives how many bytes went (a stream may take less), or -errno: -EPIPE
// where the peer is gone (never SIGPIPE), -EMSGSIZE for too many descriptors, which stay open here in any case.
ssize_t send_rights(int socket, std::string_view bytes, std::span<const int> fds);

}  // namespace runts
