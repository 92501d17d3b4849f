// fuzz-seccomp ROUNDS SEED — makes random filters with libseccomp, shortens them, and asks both programs about random calls.
// Counts the instructions before and after.
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../core/seccomp_search.h"
#include "random.h"

namespace {

using runts::core::Judgement;
using runts::core::Program;
using runts::core::judge;

constexpr uint32_t kActions[] = {SCMP_ACT_ALLOW,     SCMP_ACT_ERRNO(1), SCMP_ACT_ERRNO(38),       SCMP_ACT_TRAP,
                                 SCMP_ACT_TRACE(7u), SCMP_ACT_LOG,      SCMP_ACT_KILL_PROCESS,    SCMP_ACT_KILL};
constexpr uint32_t kArches[] = {SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_X32, SCMP_ARCH_AARCH64, SCMP_ARCH_ARM};
constexpr uint64_t kArguments[] = {0, 1, 2, 8, 0x20000, 0xffffffff, 0x100000000, 0x7e020000, ~0ull};
constexpr int kCallsTried = 2000;

template <typename T, size_t N>
T any(const T (&list)[N], Random &random) {
  return list[random.below(N)];
}

void add_rule(scmp_filter_ctx filter, uint32_t action, int number, Random &random) {
  scmp_arg_cmp conditions[3];
  unsigned count = random.below(20) ? 0 : 1 + static_cast<unsigned>(random.below(3));
  for (unsigned i = 0; i < count; i++) {
    auto compare = static_cast<scmp_compare>(SCMP_CMP_NE + random.below(7));
    conditions[i] = {i * 2, compare, any(kArguments, random), any(kArguments, random)};
  }
  // A call that an architecture lacks, or a rule that says what the default says, is refused: there are others.
  seccomp_rule_add_array(filter, action, number, count, conditions);
}

Program random_program(Random &random) {
  scmp_filter_ctx filter = seccomp_init(any(kActions, random));
  if (!filter) abort();
  for (size_t more = random.below(4); more > 0; more--) seccomp_arch_add(filter, any(kArches, random));
  seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, random.below(2) ? 2 : 1);
  uint32_t usual = any(kActions, random);
  for (size_t more = random.below(40); more > 0; more--) {
    int first = static_cast<int>(random.below(460)), last = first + static_cast<int>(random.below(16));
    uint32_t action = random.below(6) ? usual : any(kActions, random);
    for (int number = first; number <= last; number++) add_rule(filter, action, number, random);
  }
  int file = memfd_create("filter", MFD_CLOEXEC);
  Program program;
  if (seccomp_export_bpf(filter, file) == 0) {
    program.resize(static_cast<size_t>(lseek(file, 0, SEEK_END)) / sizeof(sock_filter));
    if (pread(file, program.data(), program.size() * sizeof(sock_filter), 0) < 0) abort();
  }
  close(file);
  seccomp_release(filter);
  return program;
}

seccomp_data random_call(const Program &program, Random &random) {
  seccomp_data call{};
  call.arch = random.below(8) ? any(kArches, random) : static_cast<uint32_t>(random.next());
  if (call.arch == SCMP_ARCH_X32) call.arch = SCMP_ARCH_X86_64;
  uint32_t edge = program[random.below(program.size())].k + static_cast<uint32_t>(random.below(3)) - 1;
  uint32_t number = random.below(2) ? edge : static_cast<uint32_t>(random.below(470));
  call.nr = static_cast<int>(random.below(4) ? number : number ^ 0x40000000);
  for (auto &argument : call.args) argument = any(kArguments, random);
  return call;
}

bool leaves_unknown(Program program) {
  program.insert(program.begin(), sock_filter{BPF_MISC | BPF_TAX, 0, 0, 0});
  size_t size = program.size();
  runts::core::shorten(program);
  return program.size() == size;
}

bool shortens(Program before, Random &random, size_t sizes[2]) {
  Program after = before;
  runts::core::shorten(after);
  sizes[0] += before.size();
  sizes[1] += after.size();
  for (int i = 0; i < kCallsTried; i++) {
    seccomp_data call = random_call(before, random);
    Judgement judgement = judge(before, call);
    if (!judgement.known || !(judgement == judge(after, call))) return false;
  }
  return true;
}

}  // namespace

int main(int count, char *arguments[]) {
  if (count != 3) return 2;
  long rounds = atol(arguments[1]);
  Random random(strtoull(arguments[2], nullptr, 10));
  size_t sizes[2] = {};
  for (long round = 0; round < rounds; round++) {
    Program program = random_program(random);
    if (program.empty()) continue;
    if (!leaves_unknown(program) || !shortens(std::move(program), random, sizes)) {
      fprintf(stderr, "the filter of round %ld judges otherwise\n", round);
      return 1;
    }
  }
  printf("%zu instructions in %zu\n", sizes[0], sizes[1]);
  return 0;
}
