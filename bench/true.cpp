// The program of the measured containers: it ends at once, or with an argument when a signal comes.
#include <unistd.h>

int main(int argc, char **) {
  if (argc > 1) pause();
  return 0;
}
