// The heap image, in a section that the linker puts at an address of its own.
  .section .runts_image, "aw", %progbits
  .balign 4096
  .global runts_image_begin, runts_image_end
runts_image_begin:
  .incbin RUNTS_IMAGE
  .balign 4096
runts_image_end:
  .section .note.GNU-stack, "", %progbits
