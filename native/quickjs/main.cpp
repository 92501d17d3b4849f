// The standalone executable. One that has no heap image yet does nothing but make it:
//   runts-blank SCRIPT CONFIG IMAGE
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

#include "../core/relay.h"
#include "engine.h"
#include "functions.h"
#include "image.h"
#include "make_image.h"

namespace {

// What was closed must not become the number of something else; a system without /dev/null has at least a root directory.
void open_standard_descriptors() {
  for (int fd = 0; fd <= 2; fd++) {
    if (fcntl(fd, F_GETFD) >= 0) continue;
    if (open("/dev/null", O_RDWR) < 0) open("/", O_PATH);
  }
}

// bin/runts cannot give this program the name that it was called by.
void take_name(char **arguments) {
  char *name = getenv("RUNTS_NAME");
  if (!name || !*name) return;
  arguments[0] = name;
  unsetenv("RUNTS_NAME");
}

}  // namespace

int main(int count, char **arguments) {
  using namespace runts;
  open_standard_descriptors();
  // Whoever reads our output may go away; that is an error of the write.
  signal(SIGPIPE, SIG_IGN);
  if (!quickjs::has_image()) return count == 4 ? quickjs::make_image(arguments[1], arguments[2], arguments[3]) : 2;
  take_name(arguments);
  quickjs::set_arguments(count, arguments);
  int status = quickjs::run_command();
  core::restore_terminal();
  // Nothing is left to be written or freed.
  _exit(status);
}
