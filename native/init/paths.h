// Paths that a configuration or an image can influence: always resolved below the root descriptor by openat2,
// never joined and given to a call that resolves from the process's own root.
#pragma once
#include "context.h"

namespace runts::init {

// A path in pieces: what lies before the last component, and that component.
struct ParentAndName {
  Fd parent;
  char name[NAME_MAX + 1];
};

enum class Missing { Fail, MakeDirectory, MakeFile };

// The root descriptor; "/" where the plan has made no root of its own (a process that joins a container).
Result root_fd(Context &context, int &out);

// One openat2 below dir. The fd, or -errno.
int open_below(int dir, const char *path, uint64_t flags, uint64_t resolve);

// One component of dir, without following it and never `..`: openat(2) with O_NOFOLLOW and O_CLOEXEC, which would
// go up from the root of a mount. The fd, or -1 with errno.
int open_child(int dir, const char *name, uint64_t flags, uint64_t mode = 0);

// Opens path below the root descriptor with flags (O_CLOEXEC is added).
Result open_in_root(Context &context, const plan::Str &path, uint64_t flags, Fd &out, uint64_t resolve = 0);

// The target of a mount as an O_PATH descriptor. Where it is missing, its parents are made (0755), and it as
// asked; a dangling symbolic link is followed inside the root. `created` may be null.
Result open_target(Context &context, const plan::Str &path, Missing missing, Fd &out, bool *created,
                   uint64_t resolve = 0);

// Directory of the last component of path, made where missing.
Result open_parent(Context &context, const plan::Str &path, ParentAndName &out, uint64_t resolve = 0);

// An O_PATH descriptor of a placeholder file for a mount: a new one, or what is there and is no symbolic link
// or directory.
Result open_placeholder(Context &context, const ParentAndName &at, Fd &out);

// No component but "/" and ".": the root itself.
bool is_root_path(std::string_view path);

}  // namespace runts::init
