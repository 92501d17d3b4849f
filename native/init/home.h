// The home directory of a user, from /etc/passwd of the container.
#pragma once
#include "context.h"

namespace runts::init {

// `HOME=<directory>`, in static memory; `HOME=/` where the user is not found. Looked up once. Reads regular files only, 1 MiB
// at most: the file is the image's (CVE-2024-9676).
const char *home_variable(Context &context, uint32_t uid);

}  // namespace runts::init
