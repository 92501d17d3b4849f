// The bytes of the programs that the core runs; RUNTS_HELPER and RUNTS_PROBE are their paths in the build directory.
    .macro program name, path
    .balign 4096
    .global runts_\name\()_begin
    .hidden runts_\name\()_begin
    .type runts_\name\()_begin, %object
runts_\name\()_begin:
    .incbin "\path"
    .global runts_\name\()_end
    .hidden runts_\name\()_end
    .type runts_\name\()_end, %object
runts_\name\()_end:
    .byte 0
    .endm

    .section .rodata
    program helper, RUNTS_HELPER
    program probe, RUNTS_PROBE
    .section .note.GNU-stack, "", %progbits
