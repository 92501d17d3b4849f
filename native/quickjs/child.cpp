#include "child.h"

#include <cstdlib>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../core/files.h"
#include "../sys/fd.h"

namespace runts::quickjs {

std::string in_child(const std::function<std::string()> &work) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) exit(1);
  Fd from(ends[0]), to(ends[1]);
  pid_t child = fork();
  if (child < 0) exit(1);
  if (child == 0) _exit(core::write_all(to.get(), work()) < 0 ? 1 : 0);
  to.reset();
  std::string answer;
  char buffer[1 << 16];
  for (ssize_t size; (size = read(from.get(), buffer, sizeof(buffer))) > 0;) answer.append(buffer, static_cast<size_t>(size));
  int status = 0;
  if (waitpid(child, &status, 0) != child || status != 0) exit(1);
  return answer;
}

}  // namespace runts::quickjs
