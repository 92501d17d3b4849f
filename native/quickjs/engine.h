// The engine and the program in it, before (while the executable is built) and after it became an image.
#pragma once

namespace runts::quickjs {

// Evaluates a script, which is to give a function `command` of what functions.h offers, and writes the image. 0, or an exit
// status after a message.
int make_image(const char *script, const char *output);

// Runs the image's command to its end and gives the exit status.
int run_command();

}  // namespace runts::quickjs
