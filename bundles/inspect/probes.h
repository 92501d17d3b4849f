// Things to try inside a container. Each prints one line of JSON: {"probe":NAME,"value":...} or
// {"probe":NAME,"error":"ENOENT"}.
#pragma once
#include <string>
#include <vector>

namespace inspect {

struct Result {
  int error = 0;      // an errno value; 0: it worked
  std::string value;  // JSON; empty: null
};

using Args = std::vector<std::string>;

struct Probe {
  const char *name, *arguments;
  size_t least;  // how many arguments it needs
  Result (*run)(const Args &args);
};

Result failed();  // with the errno of the last call
Result done(std::string value = "");

// Tables that end with a nullptr name.
extern const Probe kFileProbes[], kProcessProbes[], kSyscallProbes[], kSocketProbes[], kAdoptProbes[];

// Runs `NAME ARG... [; NAME ARG...]...`; the exit status: 0, 1 where a probe failed, 2 where one is unknown.
int run_probes(const Args &words);
std::string probe_list();

}  // namespace inspect
