// Names of error numbers, which only some C libraries know.
#pragma once

namespace runts::core {

// Such as `ENOENT`; `EUNKNOWN` for a number without a name, and an empty text for 0.
const char *error_name(int error);

}  // namespace runts::core
