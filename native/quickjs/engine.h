// The engine with a program in it, and commands that the program runs.
#pragma once
#include <quickjs.h>

#include <string>

#include "image.h"

namespace runts::quickjs {

// Writes a message to standard error; 1, an exit status.
int complain(const std::string &text);
// The same of what was thrown last.
int complain_of_exception(JSContext *context);

// Runs what is due; false where something of it was thrown.
bool run_jobs(JSRuntime *runtime);

// Runs to its end what promises an exit status, and gives that; what it waits for comes in between.
int finish(const Roots &engine, JSValueConst promise);

// What the script exports by a name; it calls itself `runts`.
JSValue exported(JSContext *context, const std::string &name);

// Runs the image's command to its end and gives the exit status.
int run_command();

}  // namespace runts::quickjs
