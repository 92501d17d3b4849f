// Work that leaves nothing behind in this process but its answer.
#pragma once
#include <functional>
#include <string>

namespace runts::quickjs {

// What `work` gives in a copy of this process; where that dies or calls exit, this one ends as well.
std::string in_child(const std::function<std::string()> &work);

}  // namespace runts::quickjs
