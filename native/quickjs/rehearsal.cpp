#include "rehearsal.h"

#include <cstdlib>

#include "child.h"
#include "engine.h"
#include "values.h"

namespace runts::quickjs {
namespace {

// The script's `rehearse` gives a command.
std::vector<size_t> rehearse(const Play &play, std::span<char> image, const std::string &verb, Access access) {
  const Roots &engine = play.engine;
  JSValue verb_text = from_text(engine.context, verb), config = from_text(engine.context, play.config);
  JSValue arguments[] = {verb_text, config, play.native, engine.command};
  JSValue command = JS_Call(engine.context, exported(engine.context, "rehearse"), JS_UNDEFINED, 4, arguments);
  int status = 1;
  std::vector<size_t> accesses = first_accesses(image, access, [&] {
    status = finish(engine, JS_Call(engine.context, command, JS_UNDEFINED, 0, nullptr));
  });
  if (status != 0) exit(complain("the rehearsal of " + verb + " has failed"));
  return accesses;
}

std::vector<size_t> rehearse_aside(const Play &play, std::span<char> image, const std::string &verb, Access access) {
  return numbers_in_child<size_t>([&] { return rehearse(play, image, verb, access); });
}

// Its `rehearsed` are the verbs.
std::vector<std::string> verbs_of(const Roots &engine) {
  JSValueConst list[] = {exported(engine.context, "rehearsed")};
  return Call{engine.context, list}.texts(0);
}

}  // namespace

std::vector<Rehearsal> rehearse_all(const Play &play, std::span<char> image) {
  std::vector<Rehearsal> all;
  for (const std::string &verb : verbs_of(play.engine))
    all.push_back({verb, rehearse_aside(play, image, verb, Access::kWrite)});
  return all;
}

std::vector<size_t> all_accesses(const Play &play, std::span<char> image) {
  std::vector<size_t> all;
  for (const std::string &verb : verbs_of(play.engine)) {
    std::vector<size_t> accesses = rehearse_aside(play, image, verb, Access::kAny);
    all.insert(all.end(), accesses.begin(), accesses.end());
  }
  return all;
}

}  // namespace runts::quickjs
