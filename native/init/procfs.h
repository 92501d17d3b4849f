// A procfs that is ours alone: made detached (so nobody can mount over its files), or, where a user namespace
// may not make one, the host's /proc, checked. Labels, sysctls and /proc/self/fd are reached through nothing
// else.
#pragma once
#include "context.h"

namespace runts::init {

// An open file lies on a procfs.
bool is_procfs(int fd);

// Opens the handle if it is not open yet.
Result need_procfs(Context &context);

// `<pid>/<rest>` of this process as the handle numbers it. False where it does not fit or cannot be told.
bool own_procfs_path(const Context &context, std::string_view rest, char *out, size_t size);

// `self/fd/<fd>`, for calls that take a path only; relative to the handle.
void descriptor_path(int fd, char (&out)[32]);

}  // namespace runts::init
