// A try: one thing that the machine can or cannot do, found out by doing it. Nothing outlives this process: mounts are
// detached or in a mount namespace of its own, and so is everything else.
#pragma once
#include <span>
#include <string_view>

#include "../sys/text.h"

namespace runts::probe {

// What was found out beside success or failure.
using Value = Text<512>;

// Gives 0, or -errno.
using Run = int (*)(Value &value);

struct Try {
  const char *name;
  // The call that is made, for people.
  const char *call;
  Run run;
};

// Where tries are made: as who called, or as the root of a new user namespace.
enum class Place { Caller, UserNamespace };
void set_place(Place place);

// One line for the reader: place, name, name of the error (empty: it worked), value, call, separated by tabs.
void tell(std::string_view name, int error, std::string_view value, std::string_view call);

// Makes each in turn and tells of it.
void attempt(std::span<const Try> tries);

// Runs it in a child, whatever that changes of itself; a child that is killed counts as EOWNERDEAD.
int in_child(Run run, Value &value);

}  // namespace runts::probe
