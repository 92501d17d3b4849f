// Members of gzip, one after the other, whichever library inflates them.
#pragma once
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

}  // namespace runts::layer
