#include "gzip.h"

namespace runts::layer {

Stepped Gzip::step(Flow &flow) {
  if (!inside_) begin();
  Inflated result = inflate(flow);
  inside_ = result == Inflated::kMore;
  return {result == Inflated::kEnd, result == Inflated::kDamaged ? "damaged gzip data" : nullptr};
}

std::unique_ptr<Unpacker> make_gzip() {
  std::unique_ptr<Unpacker> made = make_isal_gzip();
  return made ? std::move(made) : make_zlib_gzip();
}

}  // namespace runts::layer
