#include <cerrno>
#include <linux/bpf.h>

#include "../sys/fd.h"
#include "../sys/syscalls.h"
#include "tries.h"

#ifndef SYS_lsm_list_modules
#define SYS_lsm_list_modules 461
#endif

namespace runts::probe {
namespace {

struct Module {
  uint64_t id;
  const char *name;
};

// LSM_ID_*, include/uapi/linux/lsm.h
constexpr Module kModules[] = {
    {100, "capability"}, {101, "selinux"}, {102, "smack"}, {103, "tomoyo"},   {104, "apparmor"},
    {105, "yama"},       {106, "loadpin"}, {107, "safesetid"}, {108, "lockdown"}, {109, "bpf"},
    {110, "landlock"},   {111, "ima"},     {112, "evm"},   {113, "ipe"},
};

const char *name_of(uint64_t id) {
  for (const Module &module : kModules) {
    if (module.id == id) return module.name;
  }
  return nullptr;
}

// Linux 6.8; before that securityfs knows.
int try_modules(Value &value) {
  uint64_t ids[32];
  uint32_t size = sizeof(ids);
  long count = sys::call(SYS_lsm_list_modules, ids, &size, 0);
  if (count < 0) return static_cast<int>(count);
  for (long i = 0; i < count; i++) {
    const char *name = name_of(ids[i]);
    if (i) value.add(",");
    if (name) value.add(name);
    else value.add(static_cast<int64_t>(ids[i]));
  }
  return 0;
}

// A program that allows everything; it is never attached.
int try_device_program(Value &) {
  bpf_insn program[2] = {};
  program[0] = {BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 1};
  program[1] = {BPF_JMP | BPF_EXIT, 0, 0, 0, 0};
  static constexpr char kLicense[] = "Apache-2.0";
  bpf_attr attr{};
  attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
  attr.insns = reinterpret_cast<uint64_t>(program);
  attr.insn_cnt = 2;
  attr.license = reinterpret_cast<uint64_t>(kLicense);
  Fd fd(static_cast<int>(sys::call(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr))));
  return fd ? 0 : -errno;
}

constexpr int kJoinSession = 1;  // KEYCTL_JOIN_SESSION_KEYRING

// The keyring goes away with the child.
int try_keyring(Value &value) {
  return in_child(
      [](Value &) {
        long ring = sys::call(SYS_keyctl, kJoinSession, "runts-probe", 0, 0, 0);
        return ring < 0 ? static_cast<int>(ring) : 0;
      },
      value);
}

constexpr Try kTries[] = {
    {"security-modules", "lsm_list_modules()", try_modules},
    {"device-program", "bpf(BPF_PROG_LOAD, BPF_PROG_TYPE_CGROUP_DEVICE)", try_device_program},
    {"session-keyring", "keyctl(KEYCTL_JOIN_SESSION_KEYRING)", try_keyring},
};

}  // namespace

const std::span<const Try> kSecurityTries = kTries;

}  // namespace runts::probe
