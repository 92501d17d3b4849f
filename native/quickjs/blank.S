// In the place of image.S while there is no image: a page without meaning, so that both executables are laid out alike.
  .section .runts_image, "aw", %progbits
  .balign 4096
  .global runts_image_begin
runts_image_begin:
  .skip 4096
  .section .note.GNU-stack, "", %progbits
