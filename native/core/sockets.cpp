#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "files.h"
#include "steps.h"

namespace runts::core {
namespace {

// sun_path has 108 bytes; by way of the directory's descriptor only the last name counts.
bool address_in(int directory, const char *name, sockaddr_un &address) {
  address = {};
  address.sun_family = AF_UNIX;
  int size = snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%s", directory, name);
  return size > 0 && static_cast<size_t>(size) < sizeof(address.sun_path) && !strchr(name, '/');
}

Status socket_failed(int error, const char *call, std::string_view directory, std::string_view name) {
  Report report;
  report.call(call).string(std::string(directory) + '/' + std::string(name));
  return failed(error, report);
}

Status open_directory(const plan::Str &path, Fd &out) {
  int fd = open_at(AT_FDCWD, path.c_str(), O_PATH | O_DIRECTORY);
  Report report;
  if (fd < 0) return failed(fd, report.call("open").string(path).flags(O_PATH | O_DIRECTORY, kOpenFlagNames));
  out.reset(fd);
  return done();
}

}  // namespace

int connect_in(int directory, const char *name, int socket) {
  sockaddr_un address;
  if (!address_in(directory, name, address)) return -ENAMETOOLONG;
  int error;
  do error = connect(socket, reinterpret_cast<sockaddr *>(&address), sizeof(address));
  while (error != 0 && errno == EINTR);
  return error ? -errno : 0;
}

int connect_to(const std::string &path, int socket) {
  size_t slash = path.rfind('/');
  std::string directory = slash == path.npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  std::string name = slash == path.npos ? path : path.substr(slash + 1);
  int fd = open_at(AT_FDCWD, directory.c_str(), O_PATH | O_DIRECTORY);
  Fd parent(fd);
  return fd < 0 ? fd : connect_in(fd, name.c_str(), socket);
}

Status listen_for_start(const plan::Listen &step, Context &context) {
  auto directory = std::make_shared<Fd>();
  if (Status status = open_directory(step.directory, *directory); !status.ok()) return status;
  Fd listener(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!listener) return failed(errno, "socket(AF_UNIX, SOCK_SEQPACKET)");
  sockaddr_un address;
  if (!address_in(directory->get(), step.name.c_str(), address)) {
    return socket_failed(ENAMETOOLONG, "bind", step.directory, step.name);
  }
  // The mode of the socket becomes that of its file.
  if (fchmod(listener.get(), 0600) != 0) return socket_failed(errno, "fchmod", step.directory, step.name);
  if (bind(listener.get(), reinterpret_cast<sockaddr *>(&address), sizeof(address)) != 0) {
    return socket_failed(errno, "bind", step.directory, step.name);
  }
  std::string name(step.name);
  context.undo.push_back([directory, name] { unlinkat(directory->get(), name.c_str(), 0); });
  if (listen(listener.get(), 1) != 0) return socket_failed(errno, "listen", step.directory, step.name);
  give_slot(context, step.slot, std::move(listener));
  return done();
}

Status connect_console(const plan::Connect &step, Context &context) {
  Fd stream(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!stream) return failed(errno, "socket(AF_UNIX, SOCK_STREAM)");
  int error = connect_to(std::string(step.path), stream.get());
  Report report;
  if (error < 0) return failed(error, report.call("connect").string(step.path));
  give_slot(context, step.slot, std::move(stream));
  return done();
}

}  // namespace runts::core
