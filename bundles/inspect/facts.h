// What the program finds out about where it runs. An empty string or vector, or -1, stands for "could not be
// seen".
#pragma once
#include <map>
#include <string>
#include <vector>

namespace inspect {

struct IdRange {
  long long inside, outside, size;
};

struct Rlimit {
  std::string name, soft, hard;  // decimal or "unlimited"
};

struct Scheduler {
  std::string policy;  // empty: sched_getattr(2) failed
  long long nice, priority, flags, runtime, deadline, period;
};

struct MemoryPolicy {
  std::string mode;
  std::vector<std::string> flags, nodes;
};

struct Terminal {
  bool present;
  std::string name;
  int rows, columns;
  bool controlling;  // it is the session's, and this process group is in its foreground
};

struct OtherProcess {
  int pid;
  std::string command;
};

struct Process {
  int pid, parent, session;
  unsigned uid, gid;
  std::vector<unsigned> groups;
  unsigned umask;
  std::string cwd, executable;
  std::vector<std::string> args, env;
  std::vector<Rlimit> rlimits;
  Scheduler scheduler;
  std::string io_class;
  int io_priority;
  std::string cpus;  // Cpus_allowed_list of proc_pid_status(5)
  MemoryPolicy memory_policy;
  std::string personality;  // hexadecimal
  std::string oom_score_adj;
  Terminal terminal;
  std::vector<std::string> ignored_signals, blocked_signals;
  std::vector<OtherProcess> others;
};

struct Capabilities {
  std::vector<std::string> bounding, effective, permitted, inheritable, ambient;
};

struct Security {
  Capabilities capabilities;
  bool no_new_privileges;
  int seccomp_mode, seccomp_filters;
  std::string lsm_label, keyring;
  bool dumpable;
};

struct Namespace {
  std::string name;  // as in /proc/PID/ns
  std::string id;    // the inode number
  std::string is;    // own, shared or unknown
};

struct TimeOffset {
  std::string clock, seconds, nanoseconds;
};

struct Interface {
  std::string name, address;
  bool up;
};

struct Namespaces {
  std::vector<Namespace> list;
  std::vector<IdRange> uid_map, gid_map;
  std::string setgroups;
  std::string hostname, domainname;
  std::vector<TimeOffset> time_offsets;
  std::vector<Interface> interfaces;
};

struct Mount {
  int id, parent;
  std::string device, root, target, type, source, propagation;
  std::vector<std::string> options, super_options;
};

struct Device {
  std::string path, type, target;  // type: char, block, fifo or link
  unsigned major, minor, mode, uid, gid;
};

struct OpenFile {
  int fd;
  std::string target;
  bool close_on_exec;
};

struct Cgroup {
  std::string path;   // of the v2 hierarchy
  std::string mount;  // where it is mounted here
  std::map<std::string, std::string> values;
};

Process process_facts(int argc, char **argv);
Security security_facts();
// host: inode numbers by the names of /proc/PID/ns, for comparison; it may be empty.
Namespaces namespace_facts(const std::map<std::string, std::string> &host);
std::vector<Mount> mount_facts();
std::vector<Device> device_facts();
std::vector<OpenFile> open_file_facts();
Cgroup cgroup_facts(const std::vector<Mount> &mounts);

struct Facts {
  Process process;
  Security security;
  Namespaces namespaces;
  std::vector<Mount> mounts;
  std::vector<Device> devices;
  std::vector<OpenFile> files;
  Cgroup cgroup;
};

std::string json_report(const Facts &facts);
// colour: escape sequences for headings.
std::string page(const Facts &facts, bool colour);

}  // namespace inspect
