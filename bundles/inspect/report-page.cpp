#include <algorithm>
#include <cstdlib>

#include "facts.h"
#include "text.h"

namespace inspect {

namespace {

constexpr size_t kWidth = 88, kIndent = 15;

// Rows of a heading and text that is wrapped beside it.
class Page {
 public:
  explicit Page(bool colour) : colour_(colour) {}

  void row(const std::string &heading, const std::string &text) {
    std::string head = heading + std::string(kIndent - std::min(kIndent, heading.size()), ' ');
    out_ += colour_ ? "\033[1m" + head + "\033[0m" : head;
    size_t column = kIndent;
    for (const std::string &word : split(text, ' ')) {
      bool fits = column + word.size() + 1 <= kWidth;
      if (column > kIndent) out_ += fits ? " " : "\n" + std::string(kIndent, ' ');
      if (!fits) column = kIndent;
      out_ += word;
      column += word.size() + 1;
    }
    out_ += '\n';
  }
  // A line that is laid out already.
  void line(const std::string &heading, const std::string &text) {
    std::string head = heading + std::string(kIndent - std::min(kIndent, heading.size()), ' ');
    out_ += (colour_ && !heading.empty() ? "\033[1m" + head + "\033[0m" : head) + text;
    out_.erase(out_.find_last_not_of(' ') + 1);
    out_ += '\n';
  }
  void gap() { out_ += '\n'; }
  const std::string &str() const { return out_; }

 private:
  bool colour_;
  std::string out_;
};

std::string bytes(const std::string &text) {
  if (text == "max" || text.empty()) return "unlimited";
  double value = strtod(text.c_str(), nullptr);
  constexpr const char *kUnits[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
  size_t unit = 0;
  for (; value >= 1024 && unit < 4; unit++) value /= 1024;
  return format("%.*f %s", value < 10 && value != static_cast<int>(value) ? 1 : 0, value, kUnits[unit]);
}

std::string padded(const std::string &text, size_t width) {
  return text + std::string(width - std::min(width, text.size()), ' ');
}

void process(Page &page, const Process &of) {
  std::vector<std::string> groups;
  for (unsigned group : of.groups) groups.push_back(format("%u", group));
  page.row("Process", format("pid %d, parent %d, running %s in %s", of.pid, of.parent, of.executable.c_str(),
                             of.cwd.c_str()));
  page.row("User",
           format("uid %u, gid %u, %s, umask %04o", of.uid, of.gid,
                  groups.empty() ? "no other groups" : ("groups " + join(groups, " ")).c_str(), of.umask));
}

void identity(Page &page, const Namespaces &of) {
  for (const IdRange &range : of.uid_map) {
    if (range.size >= 0xffffffffLL) continue;
    page.row("User ids",
             format("%lld to %lld here are %lld to %lld outside", range.inside, range.inside + range.size - 1,
                    range.outside, range.outside + range.size - 1));
  }
  std::string name = of.hostname;
  if (!of.domainname.empty() && of.domainname != "(none)") name += ", domain " + of.domainname;
  page.row("Host name", name);
}

void namespaces(Page &page, const Namespaces &of) {
  size_t own = 0;
  for (const Namespace &each : of.list) own += each.is == "own" ? 1 : 0;
  bool known = std::none_of(of.list.begin(), of.list.end(),
                            [](const Namespace &each) { return each.is == "unknown"; });
  page.row("Namespaces", known ? format("%zu of %zu are the container's own", own, of.list.size())
                               : format("%zu (say --host-namespaces to have them compared)", of.list.size()));
  std::string line;
  for (size_t i = 0; i < of.list.size(); i++) {
    const Namespace &each = of.list[i];
    line += padded(each.name, 7) + padded(each.id + (each.is == "shared" ? " shared" : ""), 18);
    if (i % 3 == 2 || i + 1 == of.list.size()) {
      page.line("", line);
      line.clear();
    }
  }
}

void clocks(Page &page, const Namespaces &of) {
  std::vector<std::string> parts;
  for (const TimeOffset &each : of.time_offsets) {
    if (each.seconds != "0" || each.nanoseconds != "0")
      parts.push_back(each.clock + " " + each.seconds + " s ahead");
  }
  if (!parts.empty()) page.row("Clocks", join(parts, ", "));
}

std::string value(const Cgroup &of, const char *name) {
  auto found = of.values.find(name);
  return found == of.values.end() ? "" : found->second;
}

void limits(Page &page, const Facts &facts) {
  const Cgroup &of = facts.cgroup;
  std::vector<std::string> parts;
  std::string memory = value(of, "memory.max"), swap = value(of, "memory.swap.max"),
              cpu = value(of, "cpu.max");
  std::string pids = value(of, "pids.max");
  std::string with_swap = swap == "0"                     ? ", no swap"
                          : swap.empty() || swap == "max" ? ""
                                                          : ", swap " + bytes(swap);
  if (!memory.empty()) parts.push_back("memory " + bytes(memory) + with_swap);
  if (std::vector<std::string> quota = words(cpu); quota.size() == 2) {
    double share = strtod(quota[0].c_str(), nullptr) / strtod(quota[1].c_str(), nullptr) * 100;
    parts.push_back(quota[0] == "max" ? "cpu unlimited" : format("cpu %.0f%% of one", share));
  }
  if (!pids.empty()) parts.push_back(pids == "max" ? "processes unlimited" : pids + " processes");
  std::string where = of.path.empty() ? "none to be seen" : "cgroup " + of.path + ": ";
  page.row("Limits",
           where + (parts.empty() ? "no limits of memory, cpu and processes to be seen" : join(parts, ", ")));
  std::vector<std::string> rlimits;
  for (const Rlimit &each : facts.process.rlimits) {
    if (each.name != "RLIMIT_NOFILE" && each.name != "RLIMIT_NPROC" && each.name != "RLIMIT_CORE") continue;
    rlimits.push_back(each.name + " " +
                      (each.soft == each.hard ? each.soft : each.soft + " to " + each.hard));
  }
  page.row("", join(rlimits, ", "));
}

void security(Page &page, const Security &of) {
  constexpr const char *kModes[] = {"mode 0 (off)", "mode 1 (strict)", "mode 2 (filter)"};
  const std::vector<std::string> &held = of.capabilities.effective;
  std::string few = held.size() > 16 ? "" : ": " + join(held, " ");
  page.row("Capabilities", held.empty() ? "none" : format("%zu of 41%s", held.size(), few.c_str()));
  std::string seccomp =
      of.seccomp_mode >= 0 && of.seccomp_mode <= 2 ? kModes[of.seccomp_mode] : "not to be seen";
  if (of.seccomp_filters > 0)
    seccomp += format(", %d program%s", of.seccomp_filters, of.seccomp_filters == 1 ? "" : "s");
  page.row("Seccomp",
           seccomp + (of.no_new_privileges ? "; no new privileges" : "; new privileges are possible"));
  if (!of.lsm_label.empty()) page.row("Label", of.lsm_label);
}

void mounts(Page &page, const std::vector<Mount> &list) {
  size_t width = 8;
  std::vector<std::string> masked;
  std::vector<const Mount *> shown;
  for (const Mount &each : list) {
    bool below_dev = each.target.starts_with("/dev/") && each.type == "devtmpfs";
    bool is_masked = each.target.starts_with("/proc/") || each.target.starts_with("/sys/firmware") ||
                     each.target.starts_with("/sys/devices");
    if (below_dev) continue;
    if (is_masked)
      masked.push_back(each.target);
    else
      shown.push_back(&each), width = std::max(width, each.target.size());
  }
  const char *heading = "Mounts";
  for (const Mount *each : shown) {
    page.line(heading, padded(each->target, width + 2) + padded(each->type, 10) + join(each->options, " "));
    heading = "";
  }
  if (!masked.empty()) page.row("Covered", join(masked, " "));
}

void devices(Page &page, const Facts &facts) {
  std::vector<std::string> nodes, fds;
  for (const Device &each : facts.devices) {
    if (each.type != "link") nodes.push_back(each.path.substr(5));
  }
  for (const OpenFile &each : facts.files) fds.push_back(format("%d %s", each.fd, each.target.c_str()));
  page.row("Devices", nodes.empty() ? "none" : join(nodes, " "));
  page.row("Open files", join(fds, ", "));
}

}  // namespace

std::string page(const Facts &facts, bool colour) {
  Page out(colour);
  process(out, facts.process);
  identity(out, facts.namespaces);
  out.gap();
  namespaces(out, facts.namespaces);
  clocks(out, facts.namespaces);
  out.gap();
  limits(out, facts);
  security(out, facts.security);
  out.gap();
  mounts(out, facts.mounts);
  devices(out, facts);
  return out.str();
}

}  // namespace inspect
