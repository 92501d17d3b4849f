// zlib for gzip: what every machine has.
#include <zlib.h>

#include <algorithm>
#include <limits>
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

constexpr uInt at_most(size_t size) {
  return static_cast<uInt>(std::min<size_t>(size, std::numeric_limits<uInt>::max()));
}

Gzip::Inflated ZlibGzip::inflate(Flow &flow) {
  stream_.next_in = const_cast<uint8_t *>(flow.in);
  stream_.avail_in = at_most(flow.in_left);
  stream_.next_out = flow.out;
  stream_.avail_out = at_most(flow.out_left);
  int result = ::inflate(&stream_, Z_NO_FLUSH);
  flow.in_left -= static_cast<size_t>(stream_.next_in - flow.in);
  flow.out_left -= static_cast<size_t>(stream_.next_out - flow.out);
  flow.in = stream_.next_in;
  flow.out = stream_.next_out;
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
