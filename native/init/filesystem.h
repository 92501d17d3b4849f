// New instances of file systems by fsopen, fsconfig and fsmount.
#pragma once
#include "context.h"

namespace runts::init {

// What a mount asks for. `mode` is that of the target (tmpfs), or negative.
struct NewFilesystem {
  const plan::Str &type;
  const plan::Str &source;
  const plan::List<plan::Str> &options;
  uint64_t attributes;
  int mode;
};

// A detached mount of a new instance. E2BIG with `legacy` set: an option is longer than fsconfig takes, and
// mount(2) may take it.
Result make_filesystem(Context &context, const NewFilesystem &wanted, Fd &out, bool &legacy);

// Changes options of the file system that is mounted at an O_PATH descriptor.
Result reconfigure(Context &context, int target, const plan::List<plan::Str> &options);

// mount(2) of it onto an O_PATH descriptor, by the private procfs. All flags are there from the start.
Result mount_at_once(Context &context, const NewFilesystem &wanted, int target);

}  // namespace runts::init
