// What was noticed and nobody has asked for yet, bounded.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace runts::core {

// What a notice is of.
enum class Noticed { file, pressure, interval, process };

// Its name for JavaScript.
const char *name_of(Noticed of);

struct Notice {
  Noticed of;
  // Name of the file, for one of a file or of pressure.
  std::string name;
  // Of the files that were asked for, as they were at that moment; nothing for one that could not be read.
  std::vector<std::optional<std::string>> texts;
  // How many of the interval and of pressure were dropped before this one.
  uint64_t dropped = 0;
};

// Safe on all threads. One reader at a time.
class Notices {
 public:
  using Reader = std::function<void(std::optional<Notice>)>;

  // Of one thing at most kMost wait: then the oldest one goes, counted, or of a file the newest, as the first tells what it
  // was like at the beginning and the last what it is like now. A second end of the process is none.
  void push(Notice notice);
  // Counts what was never made.
  void add_dropped(uint64_t count);
  // Calls the reader once, here or on the thread that pushes: with the oldest notice, or with nothing once it is closed.
  void next(Reader reader);
  void close();

 private:
  static constexpr size_t kMost = 16;
  void make_room(const Notice &notice);
  Notice take();

  std::mutex mutex_;
  std::deque<Notice> waiting_;
  uint64_t dropped_ = 0;
  Reader reader_;
  bool ended_ = false;
  bool closed_ = false;
};

}  // namespace runts::core
