// sd_notify(3) from inside a container to the manager outside.
#pragma once
#include <string>

#include "../sys/fd.h"

namespace runts::core {

// What forwarding goes by.
struct Notify {
  Fd listener;
  Fd manager;
  Fd process;
  int pid = 0;
};

// Makes a datagram socket at `listen_path` (mode 0777: the container's users write to it) and connects to the
// manager's at `notify_path`. 0, or -errno.
int open_notify(const std::string &listen_path, const std::string &notify_path, int pid, Notify &out);

// Waits for READY=1, tells the manager of it and of the main process, and waits until it has read that. Ends
// without that when the process has ended. 0, or -errno.
int forward_notify(const Notify &notify);

// Connects to a unix stream socket and sends the text with one descriptor; 0, or -errno.
int send_descriptor(const std::string &path, int descriptor, const std::string &text);

}  // namespace runts::core
