// Members of gzip, one after the other, whichever library inflates them.
#pragma once
#include <algorithm>
#include <limits>

#include "unpacker.h"

namespace runts::layer {

class Gzip : public Unpacker {
 public:
  Stepped step(Flow &flow) final;

 protected:
  enum class Inflated { kMore, kEnd, kDamaged };
  // The next member begins at the input.
  virtual void begin() = 0;
  // A member with its header and trailer, whose checksum is compared.
  virtual Inflated inflate(Flow &flow) = 0;

 private:
  bool inside_ = false;
};

// Calls `inflate(&state)` with as much of both sides as the libraries can count, and moves them on; gives its result.
template <typename State, typename Inflate>
int inflate_flow(State &state, Flow &flow, Inflate inflate) {
  constexpr size_t kMost = std::numeric_limits<int32_t>::max();
  state.next_in = const_cast<uint8_t *>(flow.in);
  state.avail_in = static_cast<uint32_t>(std::min(flow.in_left, kMost));
  state.next_out = flow.out;
  state.avail_out = static_cast<uint32_t>(std::min(flow.out_left, kMost));
  int result = inflate(&state);
  flow.in_left -= static_cast<size_t>(state.next_in - flow.in);
  flow.out_left -= static_cast<size_t>(state.next_out - flow.out);
  flow.in = state.next_in;
  flow.out = state.next_out;
  return result;
}

}  // namespace runts::layer
