#include "file.h"

#include <algorithm>

namespace runts::layer {

Status write_at(int fd, std::string_view bytes, uint64_t offset, std::string_view path) {
  while (!bytes.empty()) {
    ssize_t written = pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed_on("pwrite", fd, path);
    bytes.remove_prefix(static_cast<size_t>(written));
    offset += static_cast<uint64_t>(written);
  }
  return done();
}

void File::begin(Fd file, const Action &action) {
  file_ = std::move(file);
  path_ = action.path;
  xattrs_ = action.attributes.xattrs;
  attributes_ = action.attributes;
  attributes_.xattrs = xattrs_;
  size_ = action.size;
  extents_.resize(action.extents.size() / sizeof(Extent));
  if (!extents_.empty()) memcpy(extents_.data(), action.extents.data(), action.extents.size());
  next_ = 0;
  filled_ = 0;
  skip_full();
}

void File::skip_full() {
  while (next_ < extents_.size() && filled_ == extents_[next_].length) {
    next_++;
    filled_ = 0;
  }
}

Status File::write(std::string_view content) {
  while (!content.empty()) {
    if (is_whole()) return refused(EINVAL, "more content than the file's size");
    const Extent &extent = extents_[next_];
    size_t size = std::min<uint64_t>(content.size(), extent.length - filled_);
    Status status = write_at(file_.get(), content.substr(0, size), extent.offset + filled_, path_);
    if (!status.ok()) return status;
    content.remove_prefix(size);
    filled_ += size;
    skip_full();
  }
  return done();
}

Status File::end(Maker &maker) {
  uint64_t end = extents_.empty() || extents_.back().length == 0 ? 0 : extents_.back().offset + extents_.back().length;
  if (end < size_ && ftruncate(file_.get(), static_cast<off_t>(size_)) != 0)
    return failed_on("ftruncate", file_.get(), path_);
  Has made = maker.made(attributes_.mode & ~kSpecialBits);
  Status status = give_attributes(file_.get(), made, attributes_, path_, maker.lost);
  file_.reset();
  return status;
}

}  // namespace runts::layer
