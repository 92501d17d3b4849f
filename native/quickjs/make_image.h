// The heap image, made while the executable is built.
#pragma once

namespace runts::quickjs {

// Evaluates a script, which is to give a function `command` of what functions.h offers, and writes the image, laid out for
// usual commands on containers of a config. 0, or an exit status after a message.
int make_image(const char *script, const char *config, const char *output);

}  // namespace runts::quickjs
