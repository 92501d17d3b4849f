// Terminals whose masters are joined to stream sockets, by one thread for all: an event loop that cannot wait for a
// terminal waits for the socket.
#pragma once
#include "../sys/fd.h"

namespace runts::core {

// Carries bytes both ways until the terminal hangs up, when all of its output is in the socket, or the other end of the
// socket is closed; then closes both. Both become non-blocking. 0, or -errno.
int bridge_terminal(Fd socket, Fd master);

}  // namespace runts::core
