// What the program may ask of the machine: functions of one object, in the terms of src/host/quickjs-native.ts.
#pragma once
#include <quickjs.h>

#include <span>

#include "values.h"

namespace runts::quickjs {

struct Function {
  const char *name;
  JSValue (*call)(const Call &call);
};

extern const std::span<const Function> kFiles;      // files.cpp
extern const std::span<const Function> kJson;       // json.cpp
extern const std::span<const Function> kProcesses;  // processes.cpp
extern const std::span<const Function> kExecution;  // execution.cpp
extern const std::span<const Function> kObserve;    // observe.cpp
extern const std::span<const Function> kTerminal;   // terminal.cpp
extern const std::span<const Function> kSelf;       // self.cpp
extern const std::span<const Function> kWalk;       // walk.cpp

// An object with all of them.
JSValue make_functions(JSContext *context);

// The arguments of main(), for those that tell of them.
void set_arguments(int count, char **arguments);

}  // namespace runts::quickjs
