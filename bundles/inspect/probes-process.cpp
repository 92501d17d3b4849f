#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "json.h"
#include "probes.h"
#include "text.h"

namespace inspect {

namespace {

void exit_by_signal(int number) { _exit(128 + number); }

// The first process of a pid namespace ignores signals without a handler.
void leave_on_signals() {
  for (int number : {SIGTERM, SIGINT, SIGHUP}) signal(number, exit_by_signal);
}

void pause_for(double seconds) {
  timespec left{static_cast<time_t>(seconds),
                static_cast<long>((seconds - static_cast<double>(static_cast<time_t>(seconds))) * 1e9)};
  while (nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
}

Result sleep_probe(const Args &args) {
  leave_on_signals();
  pause_for(strtod(args[0].c_str(), nullptr));
  return done();
}

Result exit_probe(const Args &args) { _exit(atoi(args[0].c_str())); }

Result kill_probe(const Args &args) {
  int number = atoi(args[1].c_str());
  return kill(atoi(args[0].c_str()), number) == 0 ? done() : failed();
}

Result kill_self_probe(const Args &args) {
  int number = atoi(args[0].c_str());
  signal(number, SIG_DFL);
  // The first process of a pid namespace survives this: the kernel drops signals that it sends to itself.
  return kill(getpid(), number) == 0 ? done() : failed();
}

// Prints {"signal":NAME} for each signal that arrives until SIGTERM or the end of the time.
Result signals_probe(const Args &args) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, nullptr);
  write_all(1, "{\"ready\":true}\n");
  timespec limit{atol(args[0].c_str()), 0};
  while (true) {
    int number = sigtimedwait(&all, nullptr, &limit);
    if (number < 0) return number == -1 && errno == EAGAIN ? done() : failed();
    write_all(1, Json().object().field("signal", signal_name(number)).end_object().str() + "\n");
    if (number == SIGTERM) return done();
  }
}

Result memory_probe(const Args &args) {
  size_t size = strtoul(args[0].c_str(), nullptr, 10) << 20;
  void *at = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return failed();
  memset(at, 1, size);
  return done();
}

// Forks up to N sleeping children, says how many there could be, and ends them.
Result forks_probe(const Args &args) {
  std::vector<pid_t> children;
  int error = 0;
  for (int i = 0; i < atoi(args[0].c_str()); i++) {
    pid_t child = fork();
    if (child == 0) {
      pause();
      _exit(0);
    }
    if (child < 0) {
      error = errno;
      break;
    }
    children.push_back(child);
  }
  for (pid_t child : children) kill(child, SIGKILL);
  for (pid_t child : children) waitpid(child, nullptr, 0);
  Json json;
  json.object().field("children", static_cast<long long>(children.size()));
  json.optional("error", error ? error_name(error) : "");
  return done(json.end_object().str());
}

// N children that keep processors busy while this process sleeps.
Result spin_probe(const Args &args) {
  leave_on_signals();
  for (int i = 0; i < atoi(args[0].c_str()); i++) {
    pid_t child = fork();
    if (child < 0) return failed();
    while (child == 0) asm volatile("");
  }
  pause_for(strtod(args[1].c_str(), nullptr));
  return done();
}

// N children that sleep on while this process goes on.
Result spawn_probe(const Args &args) {
  for (int i = 0; i < atoi(args[0].c_str()); i++) {
    pid_t child = fork();
    if (child < 0) return failed();
    if (child > 0) continue;
    leave_on_signals();
    pause_for(strtod(args[1].c_str(), nullptr));
    _exit(0);
  }
  return done();
}

Result notify_probe(const Args &args) {
  const char *path = getenv("NOTIFY_SOCKET");
  if (!path) {
    errno = ENOENT;
    return failed();
  }
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ssize_t n = fd < 0 ? -1
                     : sendto(fd, args[0].data(), args[0].size(), 0, reinterpret_cast<sockaddr *>(&address),
                              sizeof address);
  Result result = n < 0 ? failed() : done();
  if (fd >= 0) close(fd);
  return result;
}

Result echo_probe(const Args &args) {
  write_all(1, join(args, " ") + "\n");
  _exit(0);
}

Result error_probe(const Args &args) {
  write_all(2, join(args, " ") + "\n");
  return done();
}

// Standard input to standard output until its end; nothing else is printed.
Result cat_probe(const Args &) {
  char buffer[4096];
  ssize_t n;
  while ((n = read(0, buffer, sizeof buffer)) > 0)
    write_all(1, std::string_view(buffer, static_cast<size_t>(n)));
  _exit(n < 0 ? 1 : 0);
}

Result true_probe(const Args &) { _exit(0); }

// CVE-2019-5736: tries to open the program behind every other process for writing.
Result exe_write_probe(const Args &) {
  Json json;
  json.array();
  DIR *directory = opendir("/proc");
  while (dirent *entry = directory ? readdir(directory) : nullptr) {
    int pid = atoi(entry->d_name);
    if (pid <= 0) continue;
    std::string path = format("/proc/%d/exe", pid);
    int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    std::string error = fd < 0 ? error_name(errno) : "";
    bool written = fd >= 0 && write(fd, "#!", 2) == 2;
    json.object()
        .field("pid", pid)
        .field("exe", read_link(path))
        .optional("error", error)
        .flag("written", written)
        .end_object();
    if (fd >= 0) close(fd);
  }
  if (directory) closedir(directory);
  return done(json.end_array().str());
}

}  // namespace

const Probe kProcessProbes[] = {
    {"sleep", "SECONDS", 1, sleep_probe},
    {"exit", "STATUS", 1, exit_probe},
    {"kill", "PID SIGNAL", 2, kill_probe},
    {"kill-self", "SIGNAL", 1, kill_self_probe},
    {"signals", "SECONDS", 1, signals_probe},
    {"memory", "MIB", 1, memory_probe},
    {"forkbomb-limited", "COUNT", 1, forks_probe},
    {"spawn", "COUNT SECONDS", 2, spawn_probe},
    {"spin", "COUNT SECONDS", 2, spin_probe},
    {"notify", "TEXT", 1, notify_probe},
    {"echo", "TEXT...", 0, echo_probe},
    {"error", "TEXT...", 0, error_probe},
    {"cat", "", 0, cat_probe},
    {"true", "", 0, true_probe},
    {"test-exe-write", "", 0, exe_write_probe},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace inspect
