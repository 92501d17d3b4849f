// What conmon and containerd's shim do: call a runtime, adopt the process that it leaves, and wait for its end.
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "json.h"
#include "probes.h"
#include "text.h"

namespace inspect {

namespace {

pid_t start(const Args &command) {
  pid_t pid = fork();
  if (pid != 0) return pid;
  std::vector<char *> words;
  for (const std::string &word : command) words.push_back(const_cast<char *>(word.c_str()));
  words.push_back(nullptr);
  execv(words[0], words.data());
  _exit(127);
}

pid_t read_pid(const std::string &file) {
  char text[32] = {};
  int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t size = read(fd, text, sizeof(text) - 1);
  close(fd);
  return size > 0 ? atoi(text) : -1;
}

// adopt PIDFILE PROGRAM ARG...: the exit status of the program, and of the process whose pid it left in PIDFILE.
Result adopt_probe(const Args &args) {
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) return failed();
  pid_t program = start(Args(args.begin() + 1, args.end()));
  int status = 0, adopted = 0;
  if (program < 0 || waitpid(program, &status, 0) != program) return failed();
  pid_t left = read_pid(args[0]);
  if (left <= 0 || waitpid(left, &adopted, 0) != left) return failed();
  Json json;
  json.object().field("program", WEXITSTATUS(status)).field("adopted", WEXITSTATUS(adopted));
  return done(json.end_object().str());
}

}  // namespace

const Probe kAdoptProbes[] = {{"adopt", "PIDFILE PROGRAM ARG...", 2, adopt_probe}, {nullptr, nullptr, 0, nullptr}};

}  // namespace inspect
