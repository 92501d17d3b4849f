#include "probes.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unistd.h>

#include "json.h"
#include "text.h"

namespace inspect {

namespace {

const Probe *find(const std::string &name) {
  for (const Probe *table : {kFileProbes, kProcessProbes, kSyscallProbes, kSocketProbes, kAdoptProbes}) {
    for (const Probe *each = table; each->name; each++) {
      if (name == each->name) return each;
    }
  }
  return nullptr;
}

void print(const std::string &name, const Result &result) {
  Json json;
  json.object().field("probe", name);
  if (result.error)
    json.field("error", error_name(result.error));
  else if (result.value.empty())
    json.key("value").null();
  else
    json.key("value").raw(result.value);
  write_all(1, json.end_object().str() + "\n");
}

int run_one(const Args &words) {
  const Probe *probe = find(words[0]);
  Args args(words.begin() + 1, words.end());
  if (!probe || args.size() < probe->least) {
    std::string usage = probe ? format("usage: %s %s", probe->name, probe->arguments)
                              : format("no probe named %s", words[0].c_str());
    write_all(2, "inspect: " + usage + "\n");
    return 2;
  }
  Result result = probe->run(args);
  print(words[0], result);
  return result.error ? 1 : 0;
}

}  // namespace

Result failed() { return {errno ? errno : EIO, ""}; }
Result done(std::string value) { return {0, std::move(value)}; }

int run_probes(const Args &words) {
  int status = 0;
  Args one;
  for (size_t i = 0; i <= words.size(); i++) {
    if (i < words.size() && words[i] != ";") {
      one.push_back(words[i]);
      continue;
    }
    if (!one.empty()) status = std::max(status, run_one(one));
    one.clear();
  }
  return status;
}

std::string probe_list() {
  std::string out;
  for (const Probe *table : {kFileProbes, kProcessProbes, kSyscallProbes, kSocketProbes, kAdoptProbes}) {
    for (const Probe *each = table; each->name; each++)
      out += format("  %s %s\n", each->name, each->arguments);
  }
  return out;
}

}  // namespace inspect
