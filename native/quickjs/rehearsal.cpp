#include "rehearsal.h"

#include <cstdlib>

#include "child.h"
#include "engine.h"
#include "values.h"

namespace runts::quickjs {
namespace {

// The script's `rehearse` gives a command.
Accesses rehearse(const Play &play, std::span<char> image, const std::string &verb, Watched watched) {
  const Roots &engine = play.engine;
  JSValue verb_text = from_text(engine.context, verb), config = from_text(engine.context, play.config);
  JSValue arguments[] = {verb_text, config, play.native, engine.command};
  JSValue command = JS_Call(engine.context, exported(engine.context, "rehearse"), JS_UNDEFINED, 4, arguments);
  int status = 1;
  Accesses accesses = watch_accesses(image, watched, [&] {
    status = finish(engine, JS_Call(engine.context, command, JS_UNDEFINED, 0, nullptr));
  });
  if (status != 0) exit(complain("the rehearsal of " + verb + " has failed"));
  return accesses;
}

// Its `rehearsed` are the verbs.
std::vector<std::string> verbs_of(const Roots &engine) {
  JSValueConst list[] = {exported(engine.context, "rehearsed")};
  return Call{engine.context, list}.texts(0);
}

std::string packed(const Accesses &accesses) {
  std::string bits(accesses.written.begin(), accesses.written.end());
  return bits.append(accesses.read.begin(), accesses.read.end());
}

Accesses unpacked(const std::string &bits, size_t words) {
  auto middle = bits.begin() + static_cast<ptrdiff_t>(words);
  return {{bits.begin(), middle}, {middle, bits.end()}};
}

}  // namespace

std::vector<Rehearsal> rehearse_all(const Play &play, std::span<char> image, Watched watched) {
  std::vector<Rehearsal> all;
  for (const std::string &verb : verbs_of(play.engine)) {
    std::string bits = in_child([&] { return packed(rehearse(play, image, verb, watched)); });
    all.push_back({verb, unpacked(bits, image.size() / kWord)});
    // To watch reads takes ten times as long, and what others read is mostly what the first does.
    watched = Watched::kWrites;
  }
  return all;
}

}  // namespace runts::quickjs
