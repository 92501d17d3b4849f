#include "lower.h"

#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "../sys/beneath.h"
#include "xattrs.h"

namespace runts::layer {
namespace {

enum class Seen { kFound, kMissing, kHidden };

bool is_whiteout(const struct stat &status) { return S_ISCHR(status.st_mode) && status.st_rdev == makedev(0, 0); }

bool is_opaque(int directory) {
  char value[2];
  return fgetxattr(directory, kOpaque, value, sizeof(value)) == 1 && value[0] == 'y';
}

// One layer, component by component: each may hide those of layers below.
class Walk {
 public:
  explicit Walk(Fd top) : at_(std::move(top)) {}

  Status run(std::string_view path, Found &out, Seen &seen) {
    seen = Seen::kMissing;
    bool hides = false;
    while (true) {
      hides = hides || is_opaque(at_.get());
      size_t slash = path.find('/');
      std::string name(path.empty() ? "." : path.substr(0, slash));
      if (fstatat(at_.get(), name.c_str(), &out.status, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno != ENOENT) return failed_at("newfstatat", at_.get(), name);
        if (hides) seen = Seen::kHidden;
        return done();
      }
      if (slash == path.npos) return last(std::move(name), out, seen);
      if (!S_ISDIR(out.status.st_mode)) {
        seen = Seen::kHidden;
        return done();
      }
      Fd next(sys::open_beneath(at_.get(), name.c_str(), O_RDONLY | O_DIRECTORY));
      if (!next) return failed_at("openat2", at_.get(), name);
      at_ = std::move(next);
      path.remove_prefix(slash + 1);
    }
  }

 private:
  Status last(std::string name, Found &out, Seen &seen) {
    seen = is_whiteout(out.status) ? Seen::kHidden : Seen::kFound;
    if (seen != Seen::kFound) return done();
    out.directory = std::move(at_);
    out.name = std::move(name);
    return done();
  }

  Fd at_;
};

}  // namespace

Status Lower::find(std::string_view path, Found &out) const {
  for (const std::string &layer : layers_) {
    Fd top(open(layer.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!top) return failed_at("openat", AT_FDCWD, layer);
    Seen seen;
    Status status = Walk(std::move(top)).run(path, out, seen);
    if (!status.ok() || seen != Seen::kMissing) return status;
  }
  return done();
}

}  // namespace runts::layer
