// zlib for gzip: what every machine has.
#include <zlib.h>

#include <new>

#include "gzip.h"

namespace runts::layer {
namespace {

// A window of 32 KiB, and the header of gzip (zlib.h, inflateInit2).
constexpr int kWindow = 15 + 16;

class ZlibGzip final : public Gzip {
 public:
  ~ZlibGzip() override { inflateEnd(&stream_); }
  bool open() { return inflateInit2(&stream_, kWindow) == Z_OK; }

 private:
  void begin() override { inflateReset(&stream_); }
  Inflated inflate(Flow &flow) override;

  z_stream stream_{};
};

Gzip::Inflated ZlibGzip::inflate(Flow &flow) {
  int result = inflate_flow(stream_, flow, [](z_stream *stream) { return ::inflate(stream, Z_NO_FLUSH); });
  if (result == Z_STREAM_END) return Inflated::kEnd;
  // Z_BUF_ERROR: it could do nothing with what it got.
  return result == Z_OK || result == Z_BUF_ERROR ? Inflated::kMore : Inflated::kDamaged;
}

}  // namespace

std::unique_ptr<Unpacker> make_zlib_gzip() {
  auto made = std::unique_ptr<ZlibGzip>(new (std::nothrow) ZlibGzip);
  return made && made->open() ? std::move(made) : nullptr;
}

}  // namespace runts::layer
