// floor --rootfs DIR [--program PATH] [--cgroup DIR] [--seccomp FILE] [--count N] [--phases]
//
// What a container costs when nothing is decided at run time: Docker's usual one, hard-coded, by the system calls alone.
// No runtime of the same kernel features can be faster; the distance to it is what a runtime adds. Prints the median of
// N runs in milliseconds, and with --phases that of each phase.
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/types.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

enum Phase { CGROUP, DEVICES, CLONE, NAMESPACES, MOUNTS, NODES, PIVOT, READONLY, MASKED, SECCOMP, CREDENTIALS, RUN, REMOVE, PHASES };
constexpr const char *NAMES[PHASES] = {"cgroup mkdir",    "device eBPF",  "clone3",        "namespaces",    "root and mounts",
                                       "device nodes",    "pivot_root",   "readonly paths", "masked paths", "seccomp",
                                       "caps, ids, limits", "exec to exit", "cgroup rmdir"};
constexpr int MAX_RUNS = 10000;
constexpr int FILTER_LENGTH = 1408;

struct Options {
  const char *rootfs = nullptr;
  const char *program = "/true";
  const char *cgroup = nullptr;
  const char *seccomp = nullptr;
  int count = 1;
  bool phases = false;
};

// Nanoseconds since boot at the end of each phase; shared with the child.
int64_t *ends;
sock_filter filter[BPF_MAXINSNS];
sock_fprog filter_program{FILTER_LENGTH, filter};
char cgroup_path[4096];
int64_t samples[PHASES + 1][MAX_RUNS];

int64_t now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

void done(Phase phase) { ends[phase] = now(); }

[[noreturn]] void fail(const char *what, const char *which = "") {
  fprintf(stderr, "floor: %s %s: %s\n", what, which, strerror(errno));
  _exit(1);
}

long must(long result, const char *what, const char *which = "") {
  if (result < 0) fail(what, which);
  return result;
}

// ---- the host's side

void make_cgroup(const Options &options) {
  snprintf(cgroup_path, sizeof cgroup_path, "%s/floor-%d", options.cgroup, getpid());
  must(mkdir(cgroup_path, 0755), "mkdir", cgroup_path);
}

struct Instructions {
  bpf_insn list[256];
  uint32_t length = 0;

  void add(uint8_t code, uint8_t to, uint8_t from, int16_t offset, int32_t value) {
    list[length++] = bpf_insn{code, static_cast<__u8>(to & 15), static_cast<__u8>(from & 15), offset, value};
  }
};

struct DeviceRule {
  int type;
  int32_t major;
  int32_t minor;
  int access;
};

constexpr int ALL = BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE | BPF_DEVCG_ACC_MKNOD;
constexpr DeviceRule ALLOWED[] = {
    {BPF_DEVCG_DEV_CHAR, -1, -1, BPF_DEVCG_ACC_MKNOD}, {BPF_DEVCG_DEV_BLOCK, -1, -1, BPF_DEVCG_ACC_MKNOD},
    {BPF_DEVCG_DEV_CHAR, 1, 3, ALL},   {BPF_DEVCG_DEV_CHAR, 1, 5, ALL},    {BPF_DEVCG_DEV_CHAR, 1, 7, ALL},
    {BPF_DEVCG_DEV_CHAR, 1, 8, ALL},   {BPF_DEVCG_DEV_CHAR, 1, 9, ALL},    {BPF_DEVCG_DEV_CHAR, 5, 0, ALL},
    {BPF_DEVCG_DEV_CHAR, 5, 1, ALL},   {BPF_DEVCG_DEV_CHAR, 5, 2, ALL},    {BPF_DEVCG_DEV_CHAR, 136, -1, ALL},
    {BPF_DEVCG_DEV_CHAR, 10, 200, ALL}};

// r2 type, r3 access, r4 major, r5 minor; each rule jumps over its end where it does not match.
void compile_rule(Instructions &out, const DeviceRule &rule) {
  const int16_t after = static_cast<int16_t>(1 + (rule.access != ALL ? 3 : 0) + (rule.major >= 0 ? 1 : 0) + (rule.minor >= 0 ? 1 : 0) + 2);
  const uint32_t start = out.length;
  const auto skip = [&] { return static_cast<int16_t>(start + after - out.length - 1); };
  out.add(BPF_JMP | BPF_JNE | BPF_K, 2, 0, skip(), rule.type);
  if (rule.access != ALL) {
    out.add(BPF_ALU | BPF_MOV | BPF_X, 1, 3, 0, 0);
    out.add(BPF_ALU | BPF_AND | BPF_K, 1, 0, 0, rule.access);
    out.add(BPF_JMP | BPF_JNE | BPF_X, 1, 3, skip(), 0);
  }
  if (rule.major >= 0) out.add(BPF_JMP | BPF_JNE | BPF_K, 4, 0, skip(), rule.major);
  if (rule.minor >= 0) out.add(BPF_JMP | BPF_JNE | BPF_K, 5, 0, skip(), rule.minor);
  out.add(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 1);
  out.add(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

long bpf(int command, bpf_attr &attributes) { return syscall(SYS_bpf, command, &attributes, sizeof attributes); }

void attach_devices(int cgroup) {
  Instructions program;
  program.add(BPF_LDX | BPF_MEM | BPF_W, 2, 1, offsetof(bpf_cgroup_dev_ctx, access_type), 0);
  program.add(BPF_ALU | BPF_MOV | BPF_X, 3, 2, 0, 0);
  program.add(BPF_ALU | BPF_AND | BPF_K, 2, 0, 0, 0xffff);
  program.add(BPF_ALU | BPF_RSH | BPF_K, 3, 0, 0, 16);
  program.add(BPF_LDX | BPF_MEM | BPF_W, 4, 1, offsetof(bpf_cgroup_dev_ctx, major), 0);
  program.add(BPF_LDX | BPF_MEM | BPF_W, 5, 1, offsetof(bpf_cgroup_dev_ctx, minor), 0);
  for (const DeviceRule &rule : ALLOWED) compile_rule(program, rule);
  program.add(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0);
  program.add(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);

  bpf_attr load{};
  load.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
  load.insn_cnt = program.length;
  load.insns = reinterpret_cast<uintptr_t>(program.list);
  load.license = reinterpret_cast<uintptr_t>("Apache-2.0");
  const int fd = static_cast<int>(must(bpf(BPF_PROG_LOAD, load), "bpf", "BPF_PROG_LOAD"));
  bpf_attr attach{};
  attach.target_fd = static_cast<__u32>(cgroup);
  attach.attach_bpf_fd = static_cast<__u32>(fd);
  attach.attach_type = BPF_CGROUP_DEVICE;
  attach.attach_flags = BPF_F_ALLOW_MULTI;
  must(bpf(BPF_PROG_ATTACH, attach), "bpf", "BPF_PROG_ATTACH");
  close(fd);
}

// ---- the container's side

void mount_at(const char *source, const char *target, const char *type, unsigned long flags, const char *data = nullptr) {
  must(mount(source, target, type, flags, data), "mount", target);
}

void enter_namespaces() {
  must(unshare(CLONE_NEWCGROUP), "unshare", "CLONE_NEWCGROUP");
  mount_at("", "/", nullptr, MS_REC | MS_SLAVE);
  must(sethostname("floor", 5), "sethostname");
  const int fd = static_cast<int>(must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
  ifreq loopback{};
  strcpy(loopback.ifr_name, "lo");
  loopback.ifr_flags = IFF_UP;
  must(ioctl(fd, SIOCSIFFLAGS, &loopback), "ioctl", "SIOCSIFFLAGS lo");
  close(fd);
}

void make_mounts(const char *rootfs) {
  constexpr unsigned long SAFE = MS_NOSUID | MS_NOEXEC | MS_NODEV;
  mount_at(rootfs, rootfs, nullptr, MS_BIND | MS_REC);
  must(chdir(rootfs), "chdir", rootfs);
  mount_at("proc", "proc", "proc", SAFE);
  mount_at("tmpfs", "dev", "tmpfs", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k");
  for (const char *directory : {"dev/pts", "dev/mqueue", "dev/shm"}) must(mkdir(directory, 0755), "mkdir", directory);
  mount_at("devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620,gid=5");
  mount_at("sysfs", "sys", "sysfs", SAFE | MS_RDONLY);
  mount_at("cgroup", "sys/fs/cgroup", "cgroup2", SAFE | MS_RDONLY);
  mount_at("mqueue", "dev/mqueue", "mqueue", SAFE);
  mount_at("shm", "dev/shm", "tmpfs", SAFE, "mode=1777,size=67108864");
}

struct Node {
  const char *path;
  unsigned major;
  unsigned minor;
};

void make_nodes() {
  constexpr Node NODES_OF_DEV[] = {{"dev/null", 1, 3},   {"dev/zero", 1, 5},    {"dev/full", 1, 7},
                                   {"dev/random", 1, 8}, {"dev/urandom", 1, 9}, {"dev/tty", 5, 0}};
  const mode_t mask = umask(0);
  for (const Node &node : NODES_OF_DEV) must(mknod(node.path, S_IFCHR | 0666, makedev(node.major, node.minor)), "mknod", node.path);
  umask(mask);
  constexpr const char *LINKS[][2] = {{"pts/ptmx", "dev/ptmx"},           {"/proc/self/fd", "dev/fd"},       {"/proc/self/fd/0", "dev/stdin"},
                                      {"/proc/self/fd/1", "dev/stdout"}, {"/proc/self/fd/2", "dev/stderr"}, {"/proc/kcore", "dev/core"}};
  for (const auto &link : LINKS) must(symlink(link[0], link[1]), "symlink", link[1]);
}

void pivot() {
  must(syscall(SYS_pivot_root, ".", "."), "pivot_root");
  must(umount2(".", MNT_DETACH), "umount2", ".");
  must(chdir("/"), "chdir", "/");
}

void make_readonly() {
  for (const char *path : {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"}) {
    if (mount(path, path, nullptr, MS_BIND | MS_REC, nullptr) < 0) {
      if (errno == ENOENT) continue;
      fail("mount", path);
    }
    mount_at(path, path, nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NOEXEC | MS_NODEV);
  }
}

void mask() {
  for (const char *path : {"/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
                           "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware",
                           "/sys/devices/virtual/powercap"}) {
    if (mount("/dev/null", path, nullptr, MS_BIND, nullptr) == 0 || errno == ENOENT) continue;
    if (errno != ENOTDIR) fail("mount", path);
    mount_at("tmpfs", path, "tmpfs", MS_RDONLY, "nr_blocks=1,nr_inodes=1");
  }
}

void drop_privileges() {
  // Docker's 14: chown dac_override fowner fsetid kill setgid setuid setpcap net_bind_service net_raw sys_chroot mknod
  // audit_write setfcap.
  constexpr uint64_t KEPT = 0xa80425fb;
  const rlimit files{1024, 1024};
  must(setrlimit(RLIMIT_NOFILE, &files), "setrlimit");
  for (unsigned capability = 0; prctl(PR_CAPBSET_READ, capability) >= 0; capability++) {
    if ((KEPT >> capability & 1) == 0) must(prctl(PR_CAPBSET_DROP, capability), "prctl", "PR_CAPBSET_DROP");
  }
  const gid_t group = 0;
  must(setgroups(1, &group), "setgroups");
  must(setresgid(0, 0, 0), "setresgid");
  must(setresuid(0, 0, 0), "setresuid");
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[2] = {{KEPT, KEPT, 0}, {0, 0, 0}};
  must(syscall(SYS_capset, &header, sets), "capset");
}

[[noreturn]] void become_container(const Options &options) {
  done(CLONE);
  enter_namespaces();
  done(NAMESPACES);
  make_mounts(options.rootfs);
  done(MOUNTS);
  make_nodes();
  done(NODES);
  pivot();
  done(PIVOT);
  make_readonly();
  done(READONLY);
  mask();
  done(MASKED);
  must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter_program), "seccomp");
  done(SECCOMP);
  drop_privileges();
  done(CREDENTIALS);
  char name[] = "true";
  char *argv[] = {name, nullptr};
  char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  char *env[] = {path, nullptr};
  execve(options.program, argv, env);
  fail("execve", options.program);
}

void run(const Options &options) {
  make_cgroup(options);
  done(CGROUP);
  const int cgroup = static_cast<int>(must(open(cgroup_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open", cgroup_path));
  attach_devices(cgroup);
  done(DEVICES);
  int pidfd = -1;
  clone_args args{};
  args.flags = CLONE_PIDFD | CLONE_INTO_CGROUP | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
  args.pidfd = reinterpret_cast<uintptr_t>(&pidfd);
  args.cgroup = static_cast<__u64>(cgroup);
  args.exit_signal = SIGCHLD;
  if (must(syscall(SYS_clone3, &args, sizeof args), "clone3") == 0) become_container(options);
  siginfo_t status{};
  must(waitid(P_PIDFD, static_cast<id_t>(pidfd), &status, WEXITED), "waitid");
  done(RUN);
  close(pidfd);
  close(cgroup);
  while (rmdir(cgroup_path) < 0) {
    if (errno != EBUSY) fail("rmdir", cgroup_path);
  }
  done(REMOVE);
  if (status.si_code != CLD_EXITED || status.si_status != 0) {
    fprintf(stderr, "floor: the container failed\n");
    exit(1);
  }
}

// ---- options, the filter, the figures

// As long as the program of Docker's profile, with the same few steps to a decision: a tree of comparisons.
void make_filter() {
  constexpr int DEPTH = 12;
  filter[0] = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr));
  for (int i = 1; i < FILTER_LENGTH - 1; i++) filter[i] = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<__u32>(1000 + i), 0, 0);
  filter[DEPTH] = BPF_STMT(BPF_JMP | BPF_JA, static_cast<__u32>(FILTER_LENGTH - 2 - DEPTH));
  filter[FILTER_LENGTH - 1] = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
}

void read_filter(const char *path) {
  const int fd = static_cast<int>(must(open(path, O_RDONLY | O_CLOEXEC), "open", path));
  const long size = must(read(fd, filter, sizeof filter), "read", path);
  filter_program.len = static_cast<unsigned short>(static_cast<size_t>(size) / sizeof(sock_filter));
  close(fd);
}

const char *find_cgroup() {
  for (const char *path : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
    struct statfs stat{};
    if (statfs(path, &stat) == 0 && stat.f_type == 0x63677270) return path;
  }
  fprintf(stderr, "floor: no cgroup v2 found: give --cgroup DIR\n");
  exit(2);
}

Options read_options(int argc, char **argv) {
  Options options;
  for (int i = 1; i < argc; i++) {
    const auto is = [&](const char *name) { return strcmp(argv[i], name) == 0 && i + 1 < argc; };
    if (strcmp(argv[i], "--phases") == 0) options.phases = true;
    else if (is("--rootfs")) options.rootfs = argv[++i];
    else if (is("--program")) options.program = argv[++i];
    else if (is("--cgroup")) options.cgroup = argv[++i];
    else if (is("--seccomp")) options.seccomp = argv[++i];
    else if (is("--count")) options.count = std::clamp(atoi(argv[++i]), 1, MAX_RUNS);
    else options.rootfs = nullptr, i = argc;
  }
  if (options.rootfs == nullptr) {
    fprintf(stderr, "usage: floor --rootfs DIR [--program PATH] [--cgroup DIR] [--seccomp FILE] [--count N] [--phases]\n");
    exit(2);
  }
  if (options.cgroup == nullptr) options.cgroup = find_cgroup();
  return options;
}

double milliseconds(int64_t *values, int count, double share) {
  std::sort(values, values + count);
  return static_cast<double>(values[static_cast<int>(share * (count - 1))]) / 1e6;
}

}  // namespace

int main(int argc, char **argv) {
  const Options options = read_options(argc, argv);
  ends = static_cast<int64_t *>(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  if (ends == MAP_FAILED) fail("mmap");
  options.seccomp == nullptr ? make_filter() : read_filter(options.seccomp);
  for (int i = 0; i < options.count; i++) {
    const int64_t begin = now();
    run(options);
    for (int phase = 0; phase < PHASES; phase++) samples[phase][i] = ends[phase] - (phase == 0 ? begin : ends[phase - 1]);
    samples[PHASES][i] = ends[REMOVE] - begin;
  }
  const double tenth = milliseconds(samples[PHASES], options.count, 0.1);
  printf("%.3f ms (p10 %.3f)\n", milliseconds(samples[PHASES], options.count, 0.5), tenth);
  for (int phase = 0; options.phases && phase < PHASES; phase++)
    printf("  %-18s %.3f\n", NAMES[phase], milliseconds(samples[phase], options.count, 0.5));
  return 0;
}
