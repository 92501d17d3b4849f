#include "blob_reader.h"

#include <cerrno>

#include "../core/pool.h"

namespace runts::layer {

core::Status BlobReader::open(const BlobPlace &place, std::unique_ptr<BlobReader> &made) {
  auto reader = std::make_unique<BlobReader>();
  if (core::Status status = reader->shared_->blob.open(place); !status.ok()) return status;
  core::run_on_thread([shared = reader->shared_] { serve(*shared); });
  made = std::move(reader);
  return core::done();
}

void BlobReader::serve(Shared &shared) {
  std::unique_lock lock(shared.mutex);
  while (!shared.closed) {
    if (shared.wanted.empty()) shared.changed.wait(lock);
    else fill_next(shared, lock);
  }
}

// While `filling`, blob and buffer are this thread's.
void BlobReader::fill_next(Shared &shared, std::unique_lock<std::mutex> &lock) {
  Wanted next = std::move(shared.wanted.front());
  shared.wanted.pop_front();
  shared.filling = true;
  lock.unlock();
  size_t length = 0;
  core::Status status = shared.blob.fill(next.buffer, length);
  lock.lock();
  shared.filling = false;
  if (!shared.digests) shared.digests = shared.blob.digests();
  if (shared.closed) shared.changed.notify_all();
  lock.unlock();
  next.done(std::move(status), length);
  lock.lock();
}

void BlobReader::read(std::span<uint8_t> buffer, Done done) {
  std::unique_lock lock(shared_->mutex);
  if (shared_->closed) {
    lock.unlock();
    return done(core::failed(ECANCELED, "readBlob"), 0);
  }
  shared_->wanted.push_back({buffer, std::move(done)});
  lock.unlock();
  shared_->changed.notify_one();
}

void BlobReader::close() {
  std::unique_lock lock(shared_->mutex);
  shared_->closed = true;
  std::deque<Wanted> open = std::move(shared_->wanted);
  shared_->wanted.clear();
  shared_->changed.notify_all();
  shared_->changed.wait(lock, [this] { return !shared_->filling; });
  lock.unlock();
  for (Wanted &each : open) each.done(core::failed(ECANCELED, "readBlob"), 0);
}

std::optional<Digests> BlobReader::digests() {
  std::lock_guard lock(shared_->mutex);
  return shared_->digests;
}

}  // namespace runts::layer
