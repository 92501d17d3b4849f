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

// Fails where target lies on a procfs, unless it is the root of one and gets another procfs: what is below /proc is
// trusted by the container's programs and by those that enter it, and a link of the image may lead there.
Result refuse_on_procfs(Context &context, int target, std::string_view at, bool tree_is_procfs);

// Attaches a detached tree onto an O_PATH descriptor; `at` is the path for the error.
Result attach(Context &context, int tree, int target, std::string_view at);

}  // namespace runts::init
