// A file that gets its content, piece by piece.
#pragma once
#include <string>
#include <vector>

#include "../sys/fd.h"
#include "attributes.h"

namespace runts::layer {

class File {
 public:
  // What was opened for an action of the kind `file`, which may be gone before all the content has come.
  void begin(Fd file, const Action &action);
  bool is_open() const { return static_cast<bool>(file_); }
  // It has all that its size promises.
  bool is_whole() const { return next_ == extents_.size(); }
  const std::string &path() const { return path_; }
  Status write(std::string_view content);
  // Gives it its attributes and closes it.
  Status end(Maker &maker);

 private:
  void skip_full();

  Fd file_;
  std::string path_;
  Attributes attributes_;
  std::string xattrs_;
  uint64_t size_ = 0;
  // What has content: those before `next_` have it, of that one `filled_` bytes.
  std::vector<Extent> extents_;
  size_t next_ = 0;
  uint64_t filled_ = 0;
};

// Writes all bytes at an offset.
Status write_at(int fd, std::string_view bytes, uint64_t offset, std::string_view path);

}  // namespace runts::layer
