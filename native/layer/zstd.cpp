#include <zstd.h>
#include <zstd_errors.h>

#include <new>

#include "unpacker.h"

namespace runts::layer {
namespace {

// Of 32 MiB; see make_zstd.
constexpr int kLargestWindow = 25;

class Zstd final : public Unpacker {
 public:
  ~Zstd() override { ZSTD_freeDCtx(context_); }
  bool open() {
    context_ = ZSTD_createDCtx();
    return context_ && !ZSTD_isError(ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, kLargestWindow));
  }
  Stepped step(Flow &flow) override;

 private:
  ZSTD_DCtx *context_ = nullptr;
};

Stepped Zstd::step(Flow &flow) {
  ZSTD_inBuffer in{flow.in, flow.in_left, 0};
  ZSTD_outBuffer out{flow.out, flow.out_left, 0};
  size_t result = ZSTD_decompressStream(context_, &out, &in);
  flow.in += in.pos;
  flow.in_left -= in.pos;
  flow.out += out.pos;
  flow.out_left -= out.pos;
  if (!ZSTD_isError(result)) return {result == 0};
  if (ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge)
    return {false, "zstd data with a window of more than 32 MiB"};
  return {false, "damaged zstd data"};
}

}  // namespace

std::unique_ptr<Unpacker> make_zstd() {
  auto made = std::unique_ptr<Zstd>(new (std::nothrow) Zstd);
  return made && made->open() ? std::move(made) : nullptr;
}

}  // namespace runts::layer
