// The start of a static program, in place of glibc's own (csu/libc-start.c), for x86-64. glibc's asks the processor some 75
// times what it can do (cpuid), to choose among copies of memcpy and the like. In a virtual machine the host answers each,
// which takes microseconds: half a millisecond a program, ten times what the kernel takes to execute it. Here nothing is
// asked, and the functions of glibc are those that every x86-64 processor can run. The rest is done as there, but for the
// variable GLIBC_TUNABLES, which is not heeded.
//
// This defines all that glibc's object file defines, so that the linker does not take that one. With a glibc whose start has
// more in it linking fails, and start.cmake leaves this out.
#include <elf.h>

#include <cstdint>
#include <cstdlib>

using Main = int (*)(int, char **, char **);
using Constructor = void (*)(int, char **, char **);

// Of glibc, in the order in which they are called.
extern "C" {
extern char **__environ;
extern void *__libc_stack_end;
extern const uintptr_t *_dl_random;
void _dl_aux_init(Elf64_auxv_t *);
void __libc_setup_tls();
void __libc_early_init(bool);
void __libc_init_first(int, char **, char **);
int __cxa_atexit(void (*)(void *), void *, void *);
void _init();
void _fini();
}

// Of the linker.
extern "C" {
extern const Elf64_Rela __rela_iplt_start[], __rela_iplt_end[];
extern Constructor __preinit_array_start[], __preinit_array_end[];
extern Constructor __init_array_start[], __init_array_end[];
extern void (*__fini_array_start[])(), (*__fini_array_end[])();
}

// Sizes of caches in bytes, and from how many bytes on memcpy and memset do otherwise: glibc's values for where it knows
// nothing of the processor. The last is for objects that are loaded later, of which there are none.
extern "C" {
long __x86_data_cache_size_half = 32 * 1024 / 2;
long __x86_data_cache_size = 32 * 1024;
long __x86_shared_cache_size_half = 1024 * 1024 / 2;
long __x86_shared_cache_size = 1024 * 1024;
long __x86_shared_non_temporal_threshold = 1024 * 1024 * 3 / 4;
long __x86_memset_non_temporal_threshold = 1024 * 1024 * 3 / 4;
long __x86_rep_movsb_threshold = 2048;
long __x86_rep_stosb_threshold = 2048;
long __x86_rep_movsb_stop_threshold = 1024 * 1024 * 3 / 4;
int __x86_string_control = 0;
unsigned long _dl_x86_features_tlsdesc_state_size = 0;
}

// The directory of the program, for what it would load: nothing. glibc's asks /proc for it.
extern "C" const char *_dl_get_origin() { return reinterpret_cast<const char *>(-1); }

namespace {

Elf64_auxv_t *after_environment(char **environment) {
  while (*environment) environment++;
  return reinterpret_cast<Elf64_auxv_t *>(environment + 1);
}

// The functions of which glibc has several: each chooses by what is known of the processor, and that is nothing.
void choose_functions() {
  for (const Elf64_Rela *each = __rela_iplt_start; each < __rela_iplt_end; each++) {
    auto choose = reinterpret_cast<uintptr_t (*)()>(each->r_addend);
    *reinterpret_cast<uintptr_t *>(each->r_offset) = choose();
  }
}

// Where compiler and glibc look for them in the thread's own memory: the stack protector's value, whose lowest byte ends
// strings, and what longjmp hides its pointers with.
void set_guards() {
  asm volatile("mov %0, %%fs:0x28" : : "r"(_dl_random[0] & ~uintptr_t{0xff}));
  asm volatile("mov %0, %%fs:0x30" : : "r"(_dl_random[1]));
}

void construct(int argc, char **argv) {
  for (Constructor *each = __preinit_array_start; each < __preinit_array_end; each++) (*each)(argc, argv, __environ);
  _init();
  for (Constructor *each = __init_array_start; each < __init_array_end; each++) (*each)(argc, argv, __environ);
}

void destroy(void *) {
  for (auto each = __fini_array_end; each > __fini_array_start;) (*--each)();
  _fini();
}

}  // namespace

extern "C" [[noreturn]] void __libc_start_main(Main main, int argc, char **argv, void (*)(), void (*)(), void (*)(),
                                               void *stack_end) {
  __environ = argv + argc + 1;
  __libc_stack_end = stack_end;
  _dl_aux_init(after_environment(__environ));
  choose_functions();
  __libc_setup_tls();
  set_guards();
  __libc_early_init(true);
  __libc_init_first(argc, argv, __environ);
  __cxa_atexit(destroy, nullptr, nullptr);
  construct(argc, argv);
  exit(main(argc, argv, __environ));
}
