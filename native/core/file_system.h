// New file systems on the host's side: their options, and what they say where one is refused.
#pragma once
#include <string_view>

#include "../plan/plan.h"
#include "status.h"

namespace runts::core {

// One option into a file system context; 0, or -errno.
int set_fs_string(int context, const char *key, const char *value);

// Options of the forms `key` and `key=value`.
Status set_fs_options(int context, const plan::List<plan::Str> &options);

// The superblock of a context whose options are all set.
Status create_fs(int context);

// A refusal of fsconfig(2), with what the file system has logged on its context.
Status config_refused(int error, int context, std::string_view key, std::string_view value);

}  // namespace runts::core
