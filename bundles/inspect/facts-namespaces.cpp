#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "facts.h"
#include "text.h"

namespace inspect {

namespace {

constexpr const char *kNames[] = {"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"};

// The first namespaces of a machine have fixed inode numbers (include/uapi/linux/nsfs.h); those of net and
// mnt since 6.18.
constexpr unsigned long long kFirstOfMachine = 0xeffffff8, kLastOfMachine = 0xefffffff;
constexpr const char *kFirstUser = "4026531837";

bool of_machine(const std::string &id) {
  unsigned long long number = strtoull(id.c_str(), nullptr, 10);
  return number >= kFirstOfMachine && number <= kLastOfMachine;
}

std::string inode_of(int fd) {
  struct stat status{};
  return fd >= 0 && fstat(fd, &status) == 0 ? format("%llu", static_cast<unsigned long long>(status.st_ino))
                                            : "";
}

// Inode number of the user namespace that owns a namespace; empty where it is not this one or below it.
std::string owner_of(const char *name) {
  int fd = open(format("/proc/self/ns/%s", name).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return "";
  int owner = ioctl(fd, NS_GET_USERNS);
  std::string id = inode_of(owner);
  if (owner >= 0) close(owner);
  close(fd);
  return id;
}

// Without a list of the host's: what a user namespace of its own does not own came from outside.
std::string judge(const std::string &name, const std::string &id, const std::string &user) {
  if (of_machine(id)) return "shared";
  if (user.empty() || user == kFirstUser) return "unknown";
  if (name == "user") return "own";
  return owner_of(name.c_str()) == user ? "own" : "shared";
}

std::vector<Namespace> list(const std::map<std::string, std::string> &host) {
  std::vector<Namespace> out;
  std::string user;
  auto id_of = [](const char *name) {
    std::string link = read_link(format("/proc/self/ns/%s", name));
    size_t open = link.find('[');
    return open == std::string::npos ? "" : link.substr(open + 1, link.size() - open - 2);
  };
  user = id_of("user");
  for (const char *name : kNames) {
    std::string id = id_of(name);
    if (id.empty()) continue;
    auto known = host.find(name);
    std::string is = known == host.end() ? judge(name, id, user) : known->second == id ? "shared" : "own";
    out.push_back({name, id, is});
  }
  return out;
}

std::vector<IdRange> id_map(const char *path) {
  std::vector<IdRange> out;
  std::string text;
  if (!read_file(path, text)) return out;
  for (const std::string &line : split(text, '\n')) {
    std::vector<std::string> parts = words(line);
    if (parts.size() == 3)
      out.push_back({atoll(parts[0].c_str()), atoll(parts[1].c_str()), atoll(parts[2].c_str())});
  }
  return out;
}

std::vector<TimeOffset> time_offsets() {
  std::vector<TimeOffset> out;
  std::string text;
  if (!read_file("/proc/self/timens_offsets", text)) return out;
  for (const std::string &line : split(text, '\n')) {
    std::vector<std::string> parts = words(line);
    if (parts.size() == 3) out.push_back({parts[0], parts[1], parts[2]});
  }
  return out;
}

Interface interface_of(const std::string &name) {
  Interface out{name, "", false};
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return out;
  ifreq request{};
  strncpy(request.ifr_name, name.c_str(), IFNAMSIZ - 1);
  if (ioctl(fd, SIOCGIFFLAGS, &request) == 0) out.up = (request.ifr_flags & IFF_UP) != 0;
  if (ioctl(fd, SIOCGIFADDR, &request) == 0) {
    char buffer[INET_ADDRSTRLEN] = "";
    const sockaddr_in *address = reinterpret_cast<const sockaddr_in *>(&request.ifr_addr);
    if (inet_ntop(AF_INET, &address->sin_addr, buffer, sizeof buffer)) out.address = buffer;
  }
  close(fd);
  return out;
}

std::vector<Interface> interfaces() {
  std::vector<Interface> out;
  std::string text;
  if (!read_file("/proc/self/net/dev", text)) return out;
  for (const std::string &line : split(text, '\n')) {
    size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    out.push_back(interface_of(words(line.substr(0, colon))[0]));
  }
  return out;
}

}  // namespace

Namespaces namespace_facts(const std::map<std::string, std::string> &host) {
  Namespaces out{};
  out.list = list(host);
  out.uid_map = id_map("/proc/self/uid_map");
  out.gid_map = id_map("/proc/self/gid_map");
  out.setgroups = first_line("/proc/self/setgroups");
  utsname names{};
  uname(&names);
  out.hostname = names.nodename;
  out.domainname = names.domainname;
  out.time_offsets = time_offsets();
  out.interfaces = interfaces();
  return out;
}

}  // namespace inspect
