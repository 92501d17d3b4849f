// The entry of a program: main(argc, argv), and its result becomes the exit status.
    .text
    .global _start
    .type _start, %function
_start:
#if defined(__x86_64__)
    xor %ebp, %ebp
    mov (%rsp), %edi
    lea 8(%rsp), %rsi
    and $-16, %rsp
    call main
    mov %eax, %edi
    call _exit
#elif defined(__aarch64__)
    mov x29, xzr
    mov x30, xzr
    ldr w0, [sp]
    add x1, sp, #8
    bl main
    bl _exit
#else
#error "no entry is written for this machine"
#endif
    .size _start, . - _start
    .section .note.GNU-stack, "", %progbits
