// The bytes of the helper program; RUNTS_HELPER is its path in the build directory.
    .section .rodata
    .balign 4096
    .global runts_helper_begin
    .hidden runts_helper_begin
    .type runts_helper_begin, %object
runts_helper_begin:
    .incbin RUNTS_HELPER
    .global runts_helper_end
    .hidden runts_helper_end
    .type runts_helper_end, %object
runts_helper_end:
    .byte 0
    .section .note.GNU-stack, "", %progbits
