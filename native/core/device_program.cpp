#include "device_program.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/bpf.h>
#include <list>
#include <mutex>
#include <span>
#include <vector>

#include "../sys/fd.h"
#include "../sys/syscalls.h"

namespace runts::core {
namespace {

constexpr char kName[] = "runts_devices";
constexpr size_t kCached = 32;
constexpr uint32_t kAllAccess = BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE;

// Registers of the program: the context, then what was asked for.
constexpr uint8_t kContext = BPF_REG_1, kType = BPF_REG_2, kAccess = BPF_REG_3, kMajor = BPF_REG_4,
                  kMinor = BPF_REG_5, kScratch = BPF_REG_6;

bpf_insn instruction(int code, uint8_t to, uint8_t from, int offset, int32_t value) {
  bpf_insn insn{};
  insn.code = static_cast<uint8_t>(code);
  insn.dst_reg = to & 15;
  insn.src_reg = from & 15;
  insn.off = static_cast<int16_t>(offset);
  insn.imm = value;
  return insn;
}

bpf_insn load(uint8_t to, size_t offset) {
  return instruction(BPF_LDX | BPF_MEM | BPF_W, to, kContext, static_cast<int>(offset), 0);
}
bpf_insn operate(int operation, uint8_t to, int64_t value) {
  return instruction(BPF_ALU | operation | BPF_K, to, 0, 0, static_cast<int32_t>(value));
}
// A comparison of 32 bits that goes `skip` instructions further where it holds.
bpf_insn jump(int comparison, uint8_t left, int64_t value, size_t skip) {
  return instruction(BPF_JMP32 | comparison | BPF_K, left, 0, static_cast<int>(skip),
                     static_cast<int32_t>(value));
}
bpf_insn copy(uint8_t to, uint8_t from) { return instruction(BPF_ALU | BPF_MOV | BPF_X, to, from, 0, 0); }

using Program = std::vector<bpf_insn>;

void append_exit(Program &program, int value) {
  program.push_back(operate(BPF_MOV, BPF_REG_0, value));
  program.push_back(instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0));
}

using Rule = plan::CgroupDevicesRules;
using Rules = std::span<Rule>;

bool is_for_all_access(const Rule &rule) { return (rule.access & kAllAccess) == kAllAccess; }

// kAccess holds the kinds of access that no rule has decided yet. A rule that allows takes its own away; the
// last decided makes the answer yes. A rule that denies says no if it meets one of them.
void append_verdict(Program &program, const Rule &rule) {
  if (!is_for_all_access(rule) && rule.allow) {
    program.push_back(operate(BPF_AND, kAccess, static_cast<int64_t>(kAllAccess & ~rule.access)));
    program.push_back(jump(BPF_JNE, kAccess, 0, 2));
  } else if (!is_for_all_access(rule)) {
    program.push_back(copy(kScratch, kAccess));
    program.push_back(operate(BPF_AND, kScratch, static_cast<int64_t>(rule.access & kAllAccess)));
    program.push_back(jump(BPF_JEQ, kScratch, 0, 2));
  }
  append_exit(program, rule.allow ? 1 : 0);
}

// What a rule can ask of a device, in the order in which it is asked; `any` asks nothing.
struct Question {
  uint8_t reg;
  int64_t any;
  int64_t (*of)(const Rule &rule);
};
constexpr Question kQuestions[] = {
    {kType, 0, [](const Rule &rule) -> int64_t { return rule.type; }},
    {kMajor, -1, [](const Rule &rule) -> int64_t { return std::max<int64_t>(rule.major, -1); }},
    {kMinor, -1, [](const Rule &rule) -> int64_t { return std::max<int64_t>(rule.minor, -1); }},
};
// Keeps jumps within the 16 bits that they have.
constexpr size_t kMostTogether = 1024;

// The first rules that have one answer to a question.
Rules alike(Rules rules, const Question &question) {
  size_t count = 1, most = std::min(rules.size(), kMostTogether);
  while (count < most && question.of(rules[count]) == question.of(rules[0])) count++;
  return rules.first(count);
}

// No device meets two rules that answer a question differently. So their order is free, and those that answer alike come
// together; none is moved past a rule that asks nothing.
void gather(Rules rules, const Question &question) {
  auto asks_nothing = [&](const Rule &rule) { return question.of(rule) == question.any; };
  auto by_answer = [&](const Rule &a, const Rule &b) { return question.of(a) < question.of(b); };
  for (auto at = rules.begin(); at != rules.end();) {
    auto end = std::find_if(at, rules.end(), asks_nothing);
    std::stable_sort(at, end, by_answer);
    at = std::find_if_not(end, rules.end(), asks_nothing);
  }
}

// Rules that ask the same are asked once: the verifier follows every way through the program, and that is most of what
// loading it takes. True where all ways end here: nothing may come after that, as the verifier refuses code that is not
// reached.
bool append_rules(Program &program, Rules rules, std::span<const Question> questions) {
  if (questions.empty()) {
    for (const Rule &rule : rules) {
      append_verdict(program, rule);
      if (is_for_all_access(rule)) return true;
    }
    return false;
  }
  const Question &question = questions.front();
  gather(rules, question);
  while (!rules.empty()) {
    Rules group = alike(rules, question);
    Program body;
    bool ends = append_rules(body, group, questions.subspan(1));
    int64_t answer = question.of(group.front());
    if (answer != question.any) program.push_back(jump(BPF_JNE, question.reg, answer, body.size()));
    program.insert(program.end(), body.begin(), body.end());
    if (ends && answer == question.any) return true;
    rules = rules.subspan(group.size());
  }
  return false;
}

bool is_within(const Rule &inner, const Rule &outer) {
  auto takes = [&](const Question &question) {
    int64_t answer = question.of(outer);
    return answer == question.any || answer == question.of(inner);
  };
  return is_for_all_access(outer) && std::all_of(std::begin(kQuestions), std::end(kQuestions), takes);
}

long unasked(const Rule &rule) {
  auto asks_nothing = [&](const Question &question) { return question.of(rule) == question.any; };
  return std::count_if(std::begin(kQuestions), std::end(kQuestions), asks_nothing);
}

// The order of rules that follow each other and say the same is free, too: those that ask the least come first, so that the
// others can be gathered.
void widest_first(Rules rules) {
  for (auto at = rules.begin(); at != rules.end();) {
    auto end = std::find_if(at, rules.end(), [&](const Rule &rule) { return rule.allow != at->allow; });
    std::stable_sort(at, end, [](const Rule &a, const Rule &b) { return unasked(a) > unasked(b); });
    at = end;
  }
}

// From the last, which decides, to the first, without those that never decide.
std::vector<Rule> deciding(const plan::List<Rule> &rules) {
  std::vector<Rule> all, list;
  for (const Rule &rule : rules) all.push_back(rule);
  std::reverse(all.begin(), all.end());
  for (const Rule &rule : all) {
    auto decides_before = [&](const Rule &other) { return is_within(rule, other); };
    if (std::none_of(list.begin(), list.end(), decides_before)) list.push_back(rule);
  }
  return list;
}

Program compile(const plan::List<Rule> &rules) {
  Program program = {
      load(kType, offsetof(bpf_cgroup_dev_ctx, access_type)),
      copy(kAccess, kType),
      operate(BPF_AND, kType, 0xffff),
      operate(BPF_RSH, kAccess, 16),
      load(kMajor, offsetof(bpf_cgroup_dev_ctx, major)),
      load(kMinor, offsetof(bpf_cgroup_dev_ctx, minor)),
  };
  std::vector<Rule> list = deciding(rules);
  widest_first(list);
  if (!append_rules(program, list, kQuestions)) append_exit(program, 0);
  return program;
}

int bpf(int command, bpf_attr &attr) {
  return static_cast<int>(sys::call(SYS_bpf, command, &attr, sizeof(attr)));
}

Status load_program(const Program &program, Fd &out) {
  std::vector<char> log;
  for (int attempt = 0;; attempt++) {
    bpf_attr attr{};
    attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    attr.insns = reinterpret_cast<uint64_t>(program.data());
    attr.insn_cnt = static_cast<uint32_t>(program.size());
    attr.license = reinterpret_cast<uint64_t>("Apache");
    memcpy(attr.prog_name, kName, sizeof(kName));
    if (!log.empty()) {
      attr.log_level = 1;
      attr.log_size = static_cast<uint32_t>(log.size());
      attr.log_buf = reinterpret_cast<uint64_t>(log.data());
    }
    int fd = bpf(BPF_PROG_LOAD, attr);
    if (fd >= 0) {
      out.reset(fd);
      return done();
    }
    if (fd == -EINVAL && attempt == 0) {
      log.resize(64 << 10);
      continue;
    }
    Report report;
    report.call("bpf").word("BPF_PROG_LOAD").word("BPF_PROG_TYPE_CGROUP_DEVICE");
    Status status = failed(fd, report);
    if (fd == -EPERM)
      status.detail = "device rules need CAP_BPF or CAP_SYS_ADMIN outside of a user namespace";
    if (!log.empty()) status.detail = log.data();
    return status;
  }
}

// Programs loaded before, by the bytes of their rules, the last used first.
struct Cache {
  std::mutex mutex;
  std::list<std::pair<std::string, Fd>> programs;
};
Cache &cache() {
  static Cache *instance = new Cache;
  return *instance;
}

std::string key_of(const plan::CgroupDevices &step) {
  std::string key;
  for (const plan::CgroupDevicesRules &rule : step.rules) {
    int64_t numbers[] = {rule.allow, rule.type, rule.major, rule.minor, static_cast<int64_t>(rule.access)};
    key.append(reinterpret_cast<const char *>(numbers), sizeof(numbers));
  }
  return key;
}

Fd copy_of(const Fd &program) { return Fd(fcntl(program.get(), F_DUPFD_CLOEXEC, 3)); }

Fd recall(const std::string &key) {
  Cache &kept = cache();
  std::lock_guard lock(kept.mutex);
  auto at = kept.programs.begin();
  while (at != kept.programs.end() && at->first != key) ++at;
  if (at == kept.programs.end()) return Fd();
  kept.programs.splice(kept.programs.begin(), kept.programs, at);
  return copy_of(at->second);
}

void remember(std::string key, const Fd &program) {
  Cache &kept = cache();
  std::lock_guard lock(kept.mutex);
  kept.programs.emplace_front(std::move(key), copy_of(program));
  if (kept.programs.size() > kCached) kept.programs.pop_back();
}

// Loaded without the lock: thousands of rules take seconds, which other containers are not to wait for.
Status take_program(const plan::CgroupDevices &step, Fd &out) {
  std::string key = key_of(step);
  out = recall(key);
  if (out) return done();
  if (Status status = load_program(compile(step.rules), out); !status.ok()) return status;
  remember(std::move(key), out);
  return done();
}

struct Attached {
  uint32_t id;
  Fd fd;
};

uint32_t id_of(int program, std::string &name) {
  bpf_prog_info info{};
  bpf_attr attr{};
  attr.info.bpf_fd = static_cast<uint32_t>(program);
  attr.info.info_len = sizeof(info);
  attr.info.info = reinterpret_cast<uint64_t>(&info);
  if (bpf(BPF_OBJ_GET_INFO_BY_FD, attr) < 0) return 0;
  name = info.name;
  return info.id;
}

// Programs on the cgroup that bear our name. Those of others may be closed to us, and are not ours to take
// away.
std::vector<Attached> attached_by_us(int cgroup_dir) {
  uint32_t ids[64] = {};
  bpf_attr attr{};
  attr.query.target_fd = static_cast<uint32_t>(cgroup_dir);
  attr.query.attach_type = BPF_CGROUP_DEVICE;
  attr.query.prog_ids = reinterpret_cast<uint64_t>(ids);
  attr.query.prog_cnt = 64;
  std::vector<Attached> ours;
  if (bpf(BPF_PROG_QUERY, attr) < 0) return ours;
  for (uint32_t i = 0; i < attr.query.prog_cnt; i++) {
    bpf_attr get{};
    get.prog_id = ids[i];
    Fd fd(bpf(BPF_PROG_GET_FD_BY_ID, get));
    std::string name;
    if (fd && id_of(fd.get(), name) && name == kName) ours.push_back({ids[i], std::move(fd)});
  }
  return ours;
}

int attach(int cgroup_dir, int program, int replaced) {
  bpf_attr attr{};
  attr.target_fd = static_cast<uint32_t>(cgroup_dir);
  attr.attach_bpf_fd = static_cast<uint32_t>(program);
  attr.attach_type = BPF_CGROUP_DEVICE;
  attr.attach_flags = BPF_F_ALLOW_MULTI;
  if (replaced >= 0) {
    attr.attach_flags |= BPF_F_REPLACE;
    attr.replace_bpf_fd = static_cast<uint32_t>(replaced);
  }
  return bpf(BPF_PROG_ATTACH, attr);
}

void detach(int cgroup_dir, int program) {
  bpf_attr attr{};
  attr.target_fd = static_cast<uint32_t>(cgroup_dir);
  attr.attach_bpf_fd = static_cast<uint32_t>(program);
  attr.attach_type = BPF_CGROUP_DEVICE;
  bpf(BPF_PROG_DETACH, attr);
}

}  // namespace

Status set_device_rules(const plan::CgroupDevices &step, int cgroup_dir) {
  Fd program;
  if (Status status = take_program(step, program); !status.ok()) return status;
  std::vector<Attached> ours = attached_by_us(cgroup_dir);
  std::string name;
  uint32_t id = ours.empty() ? 0 : id_of(program.get(), name);
  bool there = false;
  for (const Attached &old : ours) there = there || old.id == id;
  if (!there) {
    int error = attach(cgroup_dir, program.get(), ours.empty() ? -1 : ours[0].fd.get());
    Report report;
    report.call("bpf").word("BPF_PROG_ATTACH").word("BPF_CGROUP_DEVICE").word("BPF_F_ALLOW_MULTI");
    if (error < 0) return failed(error, report);
  }
  for (size_t i = there ? 0 : 1; i < ours.size(); i++) {
    if (ours[i].id != id) detach(cgroup_dir, ours[i].fd.get());
  }
  return done();
}

}  // namespace runts::core
