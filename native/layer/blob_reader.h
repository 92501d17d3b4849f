// Reads a blob on a thread of its own, as far ahead as it has buffers to fill.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "blob.h"

namespace runts::layer {

class BlobReader {
 public:
  // Gets the bytes that a buffer has; 0: the end. Called once, on any thread.
  using Done = std::function<void(core::Status status, size_t length)>;

  static core::Status open(const BlobPlace &place, std::unique_ptr<BlobReader> &made);
  ~BlobReader() { close(); }

  // Buffers are filled in the order of the calls; the memory stays until Done was called.
  void read(std::span<uint8_t> buffer, Done done);
  // Calls that are open end with ECANCELED. When this returns no buffer and no descriptor is used any more.
  void close();
  // Bytes of the blob that were read.
  uint64_t position() const { return shared_->blob.position(); }
  // After the end.
  std::optional<Digests> digests();

 private:
  struct Wanted {
    std::span<uint8_t> buffer;
    Done done;
  };
  // Outlives the reader for as long as its thread needs.
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Wanted> wanted;
    bool filling = false;
    bool closed = false;
    Blob blob;
    std::optional<Digests> digests;
  };

  static void serve(Shared &shared);
  static void fill_next(Shared &shared, std::unique_lock<std::mutex> &lock);

  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace runts::layer
