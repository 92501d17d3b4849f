// sd_notify(3) from inside a container to the manager outside.
#pragma once
#include <string>

namespace runts::core {

// Listens on a new datagram socket at `listen_path` (mode 0777: the container's users write to it) until READY=1 comes,
// then tells `notify_path` of it, of the main process, and waits for the manager to have read that. Ends without that
// when the process has ended. 0, or -errno.
int forward_notify(const std::string &listen_path, const std::string &notify_path, int pid);

// Connects to a unix stream socket and sends the text with one descriptor; 0, or -errno.
int send_descriptor(const std::string &path, int descriptor, const std::string &text);

}  // namespace runts::core
