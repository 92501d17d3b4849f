#include <algorithm>
#include <cerrno>
#include <linux/audit.h>
#include <linux/elf-em.h>
#include <linux/seccomp.h>
#include <map>
#include <seccomp.h>

#include "seccomp.h"

namespace runts::core {
namespace {

constexpr uint32_t kX32Bit = 0x40000000;
constexpr uint32_t kNumber = 0, kArchitecture = 4;  // offsets in struct seccomp_data

bool refuses(const plan::SeccompCompile &step) {
  switch (step.default_action) {
    case SECCOMP_RET_ALLOW:
    case SECCOMP_RET_LOG:
    case SECCOMP_RET_TRACE:
      return false;
    case SECCOMP_RET_ERRNO:
      return step.default_errno != ENOSYS;
    default:
      return true;
  }
}

// The kernel's number of an architecture; 0 for one that has no plain one. libseccomp's tokens are those
// numbers, but for x32, whose calls come under x86_64's with a bit of their own.
uint32_t audit_arch(uint32_t token) { return token == SCMP_ARCH_X32 ? SCMP_ARCH_X86_64 : token; }

// The largest number of all calls that the profile names, or 0.
uint32_t newest_call(const plan::SeccompCompile &step, uint32_t token) {
  uint32_t newest = 0;
  for (const auto &rule : step.rules) {
    for (const plan::Str &name : rule.names) {
      int number = seccomp_syscall_resolve_name_arch(token, name.c_str());
      if (number > 0) newest = std::max(newest, static_cast<uint32_t>(number) & ~kX32Bit);
    }
  }
  return newest;
}

sock_filter statement(int code, uint32_t value) { return {static_cast<uint16_t>(code), 0, 0, value}; }
sock_filter jump(int code, uint32_t value, size_t if_true, size_t if_false) {
  return {static_cast<uint16_t>(code), static_cast<uint8_t>(if_true), static_cast<uint8_t>(if_false), value};
}
sock_filter refuse() { return statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS); }

struct Newest {
  uint32_t plain = 0;
  uint32_t x32 = 0;
};

// Instructions for one architecture, run with its number already compared: they end in ENOSYS or fall out at
// the end.
Program section(uint32_t arch, const Newest &newest) {
  Program code = {statement(BPF_LD | BPF_W | BPF_ABS, kNumber)};
  // s390 gives a call that it does not know the number 0 (setup, which no program calls).
  if (arch == SCMP_ARCH_S390 || arch == SCMP_ARCH_S390X) {
    code.push_back(jump(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1));
    code.push_back(refuse());
  }
  if (arch == SCMP_ARCH_X86_64) {
    // Of the calls with the bit only those of a profiled x32 are judged here; the filter knows what to do
    // with others.
    Program x32;
    if (newest.x32) x32 = {jump(BPF_JMP | BPF_JGT | BPF_K, newest.x32 | kX32Bit, 0, 1), refuse()};
    Program plain;
    if (newest.plain) plain = {jump(BPF_JMP | BPF_JGT | BPF_K, newest.plain, 0, 1), refuse()};
    x32.push_back(statement(BPF_JMP | BPF_JA, static_cast<uint32_t>(plain.size())));
    code.push_back(jump(BPF_JMP | BPF_JGE | BPF_K, kX32Bit, 0, x32.size()));
    code.insert(code.end(), x32.begin(), x32.end());
    code.insert(code.end(), plain.begin(), plain.end());
  } else {
    code.push_back(jump(BPF_JMP | BPF_JGT | BPF_K, newest.plain, 0, 1));
    code.push_back(refuse());
  }
  return code;
}

}  // namespace

Program enosys_stub(const plan::SeccompCompile &step) {
  if (!refuses(step)) return {};
  std::map<uint32_t, Newest> newest;
  auto note = [&](uint32_t token) {
    uint32_t number = newest_call(step, token);
    if (!number) return;
    Newest &entry = newest[audit_arch(token)];
    (token == SCMP_ARCH_X32 ? entry.x32 : entry.plain) = number;
  };
  note(seccomp_arch_native());
  for (const plan::Str &name : step.architectures) {
    if (uint32_t token = seccomp_arch_resolve_name(name.c_str())) note(token);
  }
  Program stub;
  for (const auto &[arch, numbers] : newest) {
    Program code = section(arch, numbers);
    stub.push_back(statement(BPF_LD | BPF_W | BPF_ABS, kArchitecture));
    stub.push_back(jump(BPF_JMP | BPF_JEQ | BPF_K, arch, 0, code.size()));
    stub.insert(stub.end(), code.begin(), code.end());
  }
  return stub;
}

}  // namespace runts::core
