#include "notices.h"

#include <algorithm>
#include <utility>

namespace runts::core {

const char *name_of(Noticed of) {
  switch (of) {
    case Noticed::file: return "file";
    case Noticed::pressure: return "pressure";
    case Noticed::interval: return "interval";
    case Noticed::process: return "process";
  }
  return "";
}

void Notices::push(Notice notice) {
  std::unique_lock lock(mutex_);
  if (closed_) return;
  if (notice.of == Noticed::process && std::exchange(ended_, true)) return;
  make_room(notice);
  waiting_.push_back(std::move(notice));
  if (!reader_) return;
  Reader reader = std::exchange(reader_, nullptr);
  Notice oldest = take();
  lock.unlock();
  reader(std::move(oldest));
}

void Notices::make_room(const Notice &notice) {
  auto same = [&](const Notice &other) { return other.of == notice.of && other.name == notice.name; };
  if (static_cast<size_t>(std::count_if(waiting_.begin(), waiting_.end(), same)) < kMost) return;
  if (notice.of == Noticed::file) {
    waiting_.erase(std::find_if(waiting_.rbegin(), waiting_.rend(), same).base() - 1);
    return;
  }
  waiting_.erase(std::find_if(waiting_.begin(), waiting_.end(), same));
  dropped_++;
}

void Notices::add_dropped(uint64_t count) {
  std::lock_guard lock(mutex_);
  dropped_ += count;
}

Notice Notices::take() {
  Notice oldest = std::move(waiting_.front());
  waiting_.pop_front();
  oldest.dropped = std::exchange(dropped_, 0);
  return oldest;
}

void Notices::next(Reader reader) {
  std::unique_lock lock(mutex_);
  if (waiting_.empty() && !closed_) {
    reader_ = std::move(reader);
    return;
  }
  std::optional<Notice> oldest;
  if (!waiting_.empty()) oldest = take();
  lock.unlock();
  reader(std::move(oldest));
}

void Notices::close() {
  std::unique_lock lock(mutex_);
  closed_ = true;
  waiting_.clear();
  Reader reader = std::exchange(reader_, nullptr);
  lock.unlock();
  if (reader) reader({});
}

}  // namespace runts::core
