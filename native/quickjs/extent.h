// How far an object reaches in a text of JSON, without reading it.
#pragma once
#include <cstddef>
#include <string_view>

namespace runts::quickjs {

// The bytes of the object with which the text begins; 0 where it has no end. Whether these are JSON is not said.
size_t size_of_object(std::string_view text);

}  // namespace runts::quickjs
