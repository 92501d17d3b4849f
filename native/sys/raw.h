// System calls by registers alone, without errno or any other state of a C library: for a child that shares its
// parent's memory (CLONE_VM), and below native/libc.
#pragma once
#include <cstdint>
#include <sys/syscall.h>

namespace runts::raw {

#if defined(__x86_64__)
inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
  long result;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  register long r9 asm("r9") = f;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
}

// clone3(2) whose child starts in entry(argument) on the stack in `args`; gives the pid, or -errno, to the
// parent alone.
inline long clone3(const void *args, unsigned long size, void (*entry)(void *), void *argument) {
  long result;
  register void (*child)(void *) asm("r12") = entry;
  register void *passed asm("r13") = argument;
  asm volatile(
      "syscall\n\t"
      "test %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "xor %%ebp, %%ebp\n\t"
      "mov %%r13, %%rdi\n\t"
      "call *%%r12\n\t"
      "ud2\n"
      "1:"
      : "=a"(result)
      : "a"(435L), "D"(args), "S"(size), "r"(child), "r"(passed)
      : "rcx", "r11", "memory");
  return result;
}

// clone3(2) that leaves the caller's stack to the child, which gets 0, also where they share their memory; the caller
// itself goes on in leave(argument, pid) below the end of another stack, and never comes back. Without a child: -errno.
inline long clone3_leaving(const void *args, unsigned long size, void *stack_end, void (*leave)(void *, long),
                           void *argument) {
  long result;
  register void *stack asm("r12") = stack_end;
  register void (*parent)(void *, long) asm("r13") = leave;
  register void *passed asm("r14") = argument;
  asm volatile(
      "syscall\n\t"
      "test %%rax, %%rax\n\t"
      "jle 1f\n\t"
      "mov %%r12, %%rsp\n\t"
      "xor %%ebp, %%ebp\n\t"
      "mov %%r14, %%rdi\n\t"
      "mov %%rax, %%rsi\n\t"
      "call *%%r13\n\t"
      "ud2\n"
      "1:"
      : "=a"(result)
      : "a"(435L), "D"(args), "S"(size), "r"(stack), "r"(parent), "r"(passed)
      : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
  register long x8 asm("x8") = number;
  register long x0 asm("x0") = a;
  register long x1 asm("x1") = b;
  register long x2 asm("x2") = c;
  register long x3 asm("x3") = d;
  register long x4 asm("x4") = e;
  register long x5 asm("x5") = f;
  asm volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}

inline long clone3(const void *args, unsigned long size, void (*entry)(void *), void *argument) {
  register long x8 asm("x8") = 435;
  register long x0 asm("x0") = reinterpret_cast<long>(args);
  register long x1 asm("x1") = static_cast<long>(size);
  register void (*child)(void *) asm("x19") = entry;
  register void *passed asm("x20") = argument;
  asm volatile(
      "svc #0\n\t"
      "cbnz x0, 1f\n\t"
      "mov x29, xzr\n\t"
      "mov x0, x20\n\t"
      "blr x19\n\t"
      "brk #1\n"
      "1:"
      : "+r"(x0)
      : "r"(x8), "r"(x1), "r"(child), "r"(passed)
      : "memory", "cc");
  return x0;
}

inline long clone3_leaving(const void *args, unsigned long size, void *stack_end, void (*leave)(void *, long),
                           void *argument) {
  register long x8 asm("x8") = 435;
  register long x0 asm("x0") = reinterpret_cast<long>(args);
  register long x1 asm("x1") = static_cast<long>(size);
  register void *stack asm("x19") = stack_end;
  register void (*parent)(void *, long) asm("x20") = leave;
  register void *passed asm("x21") = argument;
  asm volatile(
      "svc #0\n\t"
      "cmp x0, #0\n\t"
      "b.le 1f\n\t"
      "mov sp, x19\n\t"
      "mov x29, xzr\n\t"
      "mov x1, x0\n\t"
      "mov x0, x21\n\t"
      "blr x20\n\t"
      "brk #1\n"
      "1:"
      : "+r"(x0)
      : "r"(x8), "r"(x1), "r"(stack), "r"(parent), "r"(passed)
      : "memory", "cc");
  return x0;
}
#else
#error "no clone3 with a stack of its own is written for this machine"
#endif

[[noreturn]] inline void exit_group(int status) {
  for (;;) call(__NR_exit_group, status);
}

}  // namespace runts::raw
