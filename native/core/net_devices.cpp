// Network devices that go from the runtime's network namespace to the container's, with their addresses.
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include "files.h"
#include "netlink.h"
#include "steps.h"

namespace runts::core {
namespace {

// Numbers that a template such as eth%d is tried with.
constexpr int kMostNumbers = 4096;

struct Link {
  int index = 0;
  bool up = false;
};

// An address as the kernel tells it, without what belongs to its former place.
struct Address {
  ifaddrmsg header;
  std::vector<std::pair<uint16_t, std::string>> attributes;
};

// One end of the move: a network namespace, and the socket in it.
struct Network {
  Fd file;
  Netlink netlink;
};

// What is known of a device that was moved, and what the undo needs to know.
struct Moved {
  std::shared_ptr<Network> host, inside;
  std::string host_name, inside_name;
  bool was_up;
  std::vector<Address> addresses;
};

template <typename Body>
void each_attribute(const nlmsghdr &message, size_t header_size, Body body) {
  auto left = static_cast<int>(message.nlmsg_len - NLMSG_SPACE(header_size));
  const char *first = static_cast<const char *>(NLMSG_DATA(&message)) + NLMSG_ALIGN(header_size);
  for (auto *attribute = reinterpret_cast<const rtattr *>(first); RTA_OK(attribute, left);
       attribute = RTA_NEXT(attribute, left)) {
    const char *value = static_cast<const char *>(RTA_DATA(attribute));
    body(attribute->rta_type, std::string_view(value, RTA_PAYLOAD(attribute)));
  }
}

int find_link(Netlink &netlink, const std::string &name, Link &out) {
  NetlinkRequest request(RTM_GETLINK, 0, ifinfomsg{});
  return netlink.ask(request.text(IFLA_IFNAME, name), [&](const nlmsghdr &message) {
    const auto *link = static_cast<const ifinfomsg *>(NLMSG_DATA(&message));
    out = {link->ifi_index, (link->ifi_flags & IFF_UP) != 0};
  });
}

// Permanent ones of global scope; others come by themselves, or belong to the link that is left.
int read_addresses(Netlink &netlink, int index, std::vector<Address> &out) {
  NetlinkRequest request(RTM_GETADDR, NLM_F_DUMP, ifaddrmsg{});
  return netlink.ask(request, [&](const nlmsghdr &message) {
    Address address{*static_cast<const ifaddrmsg *>(NLMSG_DATA(&message)), {}};
    uint32_t flags = address.header.ifa_flags;
    each_attribute(message, sizeof(ifaddrmsg), [&](uint16_t type, std::string_view value) {
      if (type == IFA_FLAGS && value.size() == sizeof(flags)) memcpy(&flags, value.data(), sizeof(flags));
      if (type != IFA_LABEL && type != IFA_CACHEINFO) address.attributes.emplace_back(type, value);
    });
    if (static_cast<int>(address.header.ifa_index) != index) return;
    if ((flags & IFA_F_PERMANENT) && address.header.ifa_scope == RT_SCOPE_UNIVERSE)
      out.push_back(std::move(address));
  });
}

int add_addresses(Netlink &netlink, int index, const std::vector<Address> &addresses) {
  for (Address address : addresses) {
    address.header.ifa_index = static_cast<uint32_t>(index);
    NetlinkRequest request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, address.header);
    for (const auto &[type, value] : address.attributes) request.bytes(type, value);
    if (int error = netlink.ask(request); error != 0 && error != -EEXIST) return error;
  }
  return 0;
}

int move_link(Netlink &from, int index, int to, const std::string &name) {
  ifinfomsg link{};
  link.ifi_index = index;
  NetlinkRequest request(RTM_NEWLINK, 0, link);
  return from.ask(request.number(IFLA_NET_NS_FD, static_cast<uint32_t>(to)).text(IFLA_IFNAME, name));
}

int set_up(Netlink &netlink, int index) {
  ifinfomsg link{};
  link.ifi_index = index;
  link.ifi_flags = link.ifi_change = IFF_UP;
  return netlink.ask(NetlinkRequest(RTM_NEWLINK, 0, link));
}

Status refused(int error, Network &place, const char *what, std::string_view name) {
  Report report;
  report.call("sendmsg").word("NETLINK_ROUTE").word(what).string(name);
  return failed(error, place.netlink.why().empty() ? report : report.detail(place.netlink.why()));
}

Status open_network(int directory, const char *name, std::shared_ptr<Network> &out) {
  out = std::make_shared<Network>();
  int fd = open_at(directory, name, O_RDONLY);
  if (fd < 0) return failed(fd, Report().call("open").string(name));
  out->file.reset(fd);
  int error = out->netlink.open_in(fd);
  return error ? failed(error, Report().call("setns").fd(fd, name).word("CLONE_NEWNET")) : done();
}

Status open_networks(const Context &context, Moved &moved) {
  Fd process(open_process_directory(context.process.pid));
  if (!process) return failed(ESRCH, Report().call("open").string("/proc/PID"));
  Status status = open_network(AT_FDCWD, "/proc/thread-self/ns/net", moved.host);
  return status.ok() ? open_network(process.get(), "ns/net", moved.inside) : status;
}

// The name in the container, once `%d` is a number that is free there.
Status choose_name(const std::string &wanted, Moved &moved) {
  Link other;
  size_t at = wanted.find("%d");
  for (int number = 0; number < kMostNumbers; number++) {
    moved.inside_name = wanted;
    if (at != wanted.npos) moved.inside_name.replace(at, 2, std::to_string(number));
    int error = find_link(moved.inside->netlink, moved.inside_name, other);
    if (error == -ENODEV) return done();
    if (error) return refused(error, *moved.inside, "RTM_GETLINK", moved.inside_name);
    if (at == wanted.npos) break;
  }
  Report report;
  report.call("sendmsg").word("NETLINK_ROUTE").word("RTM_NEWLINK").string(wanted);
  return failed(EEXIST, report.detail("the container has a network device of this name"));
}

// A failed rename leaves the device in the container by its old name.
void give_back(const Moved &moved) {
  Link link;
  Netlink &inside = moved.inside->netlink, &host = moved.host->netlink;
  bool there = find_link(inside, moved.inside_name, link) == 0;
  there = there || find_link(inside, moved.host_name, link) == 0;
  if (!there || move_link(inside, link.index, moved.host->file.get(), moved.host_name) != 0) return;
  if (find_link(host, moved.host_name, link) != 0) return;
  (void)add_addresses(host, link.index, moved.addresses);
  if (moved.was_up) (void)set_up(host, link.index);
}

Status settle(Moved &moved) {
  Link link;
  Network &inside = *moved.inside;
  int error = find_link(inside.netlink, moved.inside_name, link);
  if (error) return refused(error, inside, "RTM_GETLINK", moved.inside_name);
  error = add_addresses(inside.netlink, link.index, moved.addresses);
  if (error) return refused(error, inside, "RTM_NEWADDR", moved.inside_name);
  error = set_up(inside.netlink, link.index);
  return error ? refused(error, inside, "RTM_NEWLINK", moved.inside_name) : done();
}

}  // namespace

Status move_net_device(const plan::NetDevice &step, Context &context) {
  if (!context.process.pid) return failed(EPROTO, "the plan", "net-device comes before a process is made");
  auto moved = std::make_shared<Moved>();
  moved->host_name = step.device;
  if (Status status = open_networks(context, *moved); !status.ok()) return status;
  Link link;
  Network &host = *moved->host;
  int error = find_link(host.netlink, moved->host_name, link);
  if (error) return refused(error, host, "RTM_GETLINK", moved->host_name);
  if (Status status = choose_name(std::string(step.name), *moved); !status.ok()) return status;
  error = read_addresses(host.netlink, link.index, moved->addresses);
  if (error) return refused(error, host, "RTM_GETADDR", moved->host_name);
  moved->was_up = link.up;
  context.undo.push_back([moved] { give_back(*moved); });
  error = move_link(host.netlink, link.index, moved->inside->file.get(), moved->inside_name);
  return error ? refused(error, host, "RTM_NEWLINK", moved->host_name) : settle(*moved);
}

}  // namespace runts::core
