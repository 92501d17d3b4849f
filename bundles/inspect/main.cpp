// inspect: reports what a process sees of its container, for people or (--json) for tests, or tries single
// things.
#include <cstdlib>
#include <cstring>
#include <unistd.h>

#include "facts.h"
#include "probes.h"
#include "text.h"

namespace {

using namespace inspect;

std::string usage() {
  return "usage: inspect [--json] [--host-namespaces mnt=NUMBER,...]\n"
         "       inspect PROBE [ARG...] [';' PROBE [ARG...]]...\n"
         "probes, each of which prints a line of JSON:\n" +
         probe_list();
}

std::map<std::string, std::string> namespace_list(std::string_view text) {
  std::map<std::string, std::string> out;
  for (const std::string &part : split(text, ',')) {
    size_t equals = part.find('=');
    if (equals != std::string::npos) out[part.substr(0, equals)] = part.substr(equals + 1);
  }
  return out;
}

Facts gather(int argc, char **argv, const char *host) {
  Facts facts{process_facts(argc, argv),
              security_facts(),
              namespace_facts(namespace_list(host ? host : "")),
              mount_facts(),
              device_facts(),
              open_file_facts(),
              {}};
  facts.cgroup = cgroup_facts(facts.mounts);
  return facts;
}

}  // namespace

int main(int argc, char **argv) {
  bool json = false;
  const char *host = getenv("HOST_NAMESPACES");
  int at = 1;
  for (; at < argc && strncmp(argv[at], "--", 2) == 0; at++) {
    if (strcmp(argv[at], "--json") == 0) {
      json = true;
    } else if (strcmp(argv[at], "--host-namespaces") == 0 && at + 1 < argc) {
      host = argv[++at];
    } else {
      write_all(strcmp(argv[at], "--help") == 0 ? 1 : 2, usage());
      return strcmp(argv[at], "--help") == 0 ? 0 : 2;
    }
  }
  if (at < argc) return run_probes(Args(argv + at, argv + argc));
  Facts facts = gather(argc, argv, host);
  return write_all(1, json ? json_report(facts) + "\n" : page(facts, isatty(1))) ? 0 : 1;
}
