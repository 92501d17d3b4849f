// The program of the measured containers: it ends at once, or with an argument when it is killed. Without a C library,
// as the start of glibc would be a fourth of what is measured, and no runtime's.
#include <poll.h>

int main(int argc, char **) {
  if (argc > 1) poll(nullptr, 0, -1);
  return 0;
}
