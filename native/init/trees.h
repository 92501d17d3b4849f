// Detached mount trees: attributes in the form that the kernel wants, and attaching.
#pragma once
#include "context.h"

namespace runts::init {

// What mount_setattr is to change: where an access time mode is set, the whole mode is cleared first.
sys::MountAttr attributes(uint64_t set, uint64_t clear, uint64_t propagation);

// mount_setattr of what an fd stands for.
Result set_attributes(Context &context, int tree, bool recursive, const sys::MountAttr &attr);

// A detached clone of the mount (from the fd's directory or file down).
Result clone_tree(Context &context, int fd, bool recursive, Fd &out);

// Attaches a detached tree onto an O_PATH descriptor; `at` is the path for the error.
Result attach(Context &context, int tree, int target, std::string_view at);

}  // namespace runts::init
