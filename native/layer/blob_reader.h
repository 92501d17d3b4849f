// Reads a blob as far ahead as it has buffers to fill, on two threads of its own: one fills them, the other hashes what is in them.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "blob.h"

namespace runts::layer {

// Hexadecimal.
struct Digests {
  std::string blob;
  std::string content;
};

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
  struct Job {
    std::span<uint8_t> buffer;
    Done done;
    core::Status status = core::done();
    size_t length = 0;
  };
  struct Stage {
    std::deque<Job> jobs;
    std::condition_variable changed;
    // Its thread has one of them in hand.
    bool busy = false;
  };
  // Outlives the reader for as long as its threads need.
  struct Shared {
    std::mutex mutex;
    Stage filling;
    Stage hashing;
    bool closed = false;
    Blob blob;
    Sha256 content;
    std::optional<Digests> digests;

    bool take(std::unique_lock<std::mutex> &lock, Stage &stage, Job &job);
    void fill_all();
    void hash_all();
    void finish();
  };

  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace runts::layer
