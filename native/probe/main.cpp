// runts-probe [WHAT=VALUE...] — tries what this machine can do and says so on standard output, one line a try (try.h).
//   cgroup=DIR     CLONE_INTO_CGROUP with this cgroup
//   socket=PATH    does somebody listen there
//   program=PATH   how this program gains privilege
#include "tries.h"

using namespace runts::probe;

int main(int count, char *arguments[]) {
  attempt(kProcessTries);
  attempt(kSeccompTries);
  attempt(kSecurityTries);
  for (int i = 1; i < count; i++) attempt_given(arguments[i]);
  attempt_in_namespaces();
  return 0;
}
