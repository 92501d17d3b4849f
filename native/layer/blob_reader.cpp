#include "blob_reader.h"

#include <cerrno>

#include "../core/own_thread.h"

namespace runts::layer {

core::Status BlobReader::open(const BlobPlace &place, std::unique_ptr<BlobReader> &made) {
  auto reader = std::make_unique<BlobReader>();
  std::shared_ptr<Shared> shared = reader->shared_;
  if (core::Status status = shared->blob.open(place); !status.ok()) return status;
  int error = core::start_thread([shared] { shared->fill_all(); });
  if (error == 0) error = core::start_thread([shared] { shared->hash_all(); });
  if (error != 0) return core::failed(error, "clone");
  made = std::move(reader);
  return core::done();
}

// Waits for a stage's next job; false: the reader is closed.
bool BlobReader::Shared::take(std::unique_lock<std::mutex> &lock, Stage &stage, Job &job) {
  stage.changed.wait(lock, [&] { return closed || !stage.jobs.empty(); });
  if (closed) return false;
  job = std::move(stage.jobs.front());
  stage.jobs.pop_front();
  stage.busy = true;
  return true;
}

void BlobReader::Shared::fill_all() {
  Job job;
  for (std::unique_lock lock(mutex); take(lock, filling, job);) {
    lock.unlock();
    job.status = blob.fill(job.buffer, job.length);
    lock.lock();
    filling.busy = false;
    if (closed) filling.changed.notify_all();
    hashing.jobs.push_back(std::move(job));
    hashing.changed.notify_all();
  }
}

void BlobReader::Shared::hash_all() {
  Job job;
  for (std::unique_lock lock(mutex); take(lock, hashing, job);) {
    lock.unlock();
    if (job.status.ok() && job.length > 0 && blob.is_packed()) content.add(job.buffer.first(job.length));
    lock.lock();
    if (job.status.ok() && job.length == 0 && !digests) finish();
    hashing.busy = false;
    if (closed) hashing.changed.notify_all();
    lock.unlock();
    job.done(std::move(job.status), job.length);
    job = {};
    lock.lock();
  }
}

void BlobReader::Shared::finish() {
  const std::string &digest = *blob.digest();
  digests = {digest, blob.is_packed() ? content.finish() : digest};
}

void BlobReader::read(std::span<uint8_t> buffer, Done done) {
  std::unique_lock lock(shared_->mutex);
  if (shared_->closed) {
    lock.unlock();
    return done(core::failed(ECANCELED, "readBlob"), 0);
  }
  shared_->filling.jobs.push_back({.buffer = buffer, .done = std::move(done)});
  lock.unlock();
  shared_->filling.changed.notify_all();
}

void BlobReader::close() {
  std::unique_lock lock(shared_->mutex);
  shared_->closed = true;
  std::deque<Job> open;
  for (Stage *stage : {&shared_->filling, &shared_->hashing}) {
    stage->changed.notify_all();
    stage->changed.wait(lock, [stage] { return !stage->busy; });
  }
  for (Stage *stage : {&shared_->filling, &shared_->hashing}) {
    for (Job &job : stage->jobs) open.push_back(std::move(job));
    stage->jobs.clear();
  }
  lock.unlock();
  for (Job &job : open) job.done(core::failed(ECANCELED, "readBlob"), 0);
}

std::optional<Digests> BlobReader::digests() {
  std::lock_guard lock(shared_->mutex);
  return shared_->digests;
}

}  // namespace runts::layer
