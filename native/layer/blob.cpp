#include "blob.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>

namespace runts::layer {
namespace {

using core::done;
using core::failed;
using core::Status;

constexpr size_t kInput = 256 << 10;
// What is read at a time where nothing is unpacked, so that it is hashed while a processor's cache has it.
constexpr size_t kSlice = 128 << 10;

Status write_all(int fd, std::span<const uint8_t> bytes, uint64_t offset) {
  while (!bytes.empty()) {
    ssize_t written = pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed(errno, "pwrite");
    bytes = bytes.subspan(static_cast<size_t>(written));
    offset += static_cast<uint64_t>(written);
  }
  return done();
}

}  // namespace

Status Blob::open(const BlobPlace &place) {
  place_ = place;
  posix_fadvise(place.descriptor, static_cast<off_t>(place.offset), static_cast<off_t>(place.size),
                POSIX_FADV_SEQUENTIAL);
  if (place.packing == Packing::kNone) return done();
  unpacker_ = place.packing == Packing::kGzip ? make_gzip() : make_zstd();
  buffer_.reset(new (std::nothrow) uint8_t[kInput]);
  return unpacker_ && buffer_ ? done() : failed(ENOMEM, "openBlob");
}

Status Blob::fill(std::span<uint8_t> out, size_t &length) {
  length = 0;
  if (digest_ || !failure_.ok()) return failure_;
  failure_ = unpacker_ ? fill_unpacked(out, length) : fill_plain(out, length);
  return failure_;
}

// The next bytes of the blob: hashed, and copied. None: its end.
Status Blob::read(std::span<uint8_t> into, size_t &length) {
  length = 0;
  size_t wanted = static_cast<size_t>(std::min<uint64_t>(into.size(), place_.size - read_));
  while (length < wanted) {
    off_t offset = static_cast<off_t>(place_.offset + read_ + length);
    ssize_t got = pread(place_.descriptor, into.data() + length, wanted - length, offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(errno, "pread");
    if (got == 0) {
      return failed(EBADMSG, "pread", "its file ends after " + std::to_string(read_ + length) + " of " +
                                          std::to_string(place_.size) + " bytes");
    }
    length += static_cast<size_t>(got);
  }
  hash_.add(into.first(length));
  Status status = place_.copy < 0 ? done() : write_all(place_.copy, into.first(length), read_);
  read_ += length;
  return status;
}

Status Blob::fill_plain(std::span<uint8_t> out, size_t &length) {
  size_t slice;
  do {
    if (Status status = read(out.subspan(length, std::min(kSlice, out.size() - length)), slice); !status.ok())
      return status;
    length += slice;
  } while (slice > 0 && length < out.size());
  if (length == 0) finish();
  return done();
}

Status Blob::fill_unpacked(std::span<uint8_t> out, size_t &length) {
  while (length < out.size()) {
    if (input_.empty()) {
      if (Status status = refill(); !status.ok()) return status;
    }
    if (input_.empty() && rest_) break;
    size_t slice;
    if (Status status = step(out.subspan(length), slice); !status.ok()) return status;
    length += slice;
  }
  if (length == 0) finish();
  return done();
}

Status Blob::refill() {
  std::span<uint8_t> buffer(buffer_.get(), kInput);
  size_t length;
  Status status = read(buffer, length);
  input_ = buffer.first(length);
  return status;
}

Status Blob::step(std::span<uint8_t> out, size_t &length) {
  Flow flow{input_.data(), input_.size(), out.data(), out.size()};
  Stepped stepped = unpacker_->step(flow);
  bool idle = flow.in_left == input_.size() && flow.out_left == out.size();
  length = out.size() - flow.out_left;
  input_ = input_.last(flow.in_left);
  rest_ = stepped.rest;
  if (stepped.damage) return damaged(stepped.damage);
  if (!idle || rest_) return done();
  return damaged(input_.empty() ? "packed data that end too early" : "packed data that cannot be read");
}

Status Blob::damaged(const char *what) const {
  uint64_t at = read_ - input_.size();
  return failed(EBADMSG, "readBlob", std::string(what) + " at byte " + std::to_string(at));
}

void Blob::finish() {
  digest_ = hash_.finish();
  unpacker_.reset();
  buffer_.reset();
}

}  // namespace runts::layer
