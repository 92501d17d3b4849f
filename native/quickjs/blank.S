// In the place of image.S while there is no image: the memory in which it is made.
  .section .runts_image, "aw", %nobits
  .balign 4096
  .global runts_image_begin, runts_image_end
runts_image_begin:
  .skip 248 << 20
runts_image_end:
  .section .note.GNU-stack, "", %progbits
