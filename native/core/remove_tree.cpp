#include "remove_tree.h"

#include <string>
#include <sys/stat.h>
#include <utility>
#include <vector>

#include "../sys/beneath.h"
#include "../sys/fd.h"
#include "failed_at.h"
#include "names.h"

namespace runts::core {
namespace {

// Others may put names into a directory while it is removed.
constexpr int kMostSweeps = 8;

struct Level {
  std::string name;
  dev_t device = 0;
  ino_t inode = 0;
  int sweeps = 0;
  // Directories in it that are still there.
  std::vector<std::string> left;
};

class Remover {
 public:
  Remover(int parent, const char *name) : parent_(parent), name_(name) {}

  Status run() {
    bool is_directory = false;
    Status status = unlink(parent_, name_, is_directory);
    if (status.ok() && is_directory) status = enter(parent_, name_);
    while (status.ok() && !levels_.empty()) {
      std::vector<std::string> &left = levels_.back().left;
      if (left.empty()) {
        status = leave();
      } else {
        std::string next = std::move(left.back());
        left.pop_back();
        status = enter(here_.get(), next);
      }
    }
    return status;
  }

 private:
  static Status unlink(int directory, const char *name, bool &is_directory) {
    is_directory = false;
    if (unlinkat(directory, name, 0) == 0 || errno == ENOENT) return done();
    if (errno != EISDIR && errno != EPERM) return failed_at("unlinkat", directory, name);
    int error = errno;
    struct stat status;
    is_directory = fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode);
    errno = error;
    return is_directory ? done() : failed_at("unlinkat", directory, name);
  }

  Status enter(int directory, const std::string &name) {
    Fd entered(sys::open_beneath(directory, name.c_str(), O_RDONLY | O_DIRECTORY));
    if (!entered) return errno == ENOENT ? done() : failed_at("openat2", directory, name);
    here_ = std::move(entered);
    levels_.emplace_back();
    levels_.back().name = name;
    struct stat status;
    if (fstat(here_.get(), &status) != 0) return failed_on("fstat", here_.get(), name);
    levels_.back().device = status.st_dev;
    levels_.back().inode = status.st_ino;
    return sweep();
  }

  // Removes all but directories, which are remembered.
  Status sweep() {
    Level &level = levels_.back();
    level.sweeps++;
    Status status;
    int error = each_name(here_.get(), [&](const char *name, bool is_directory) {
      if (!is_directory) status = unlink(here_.get(), name, is_directory);
      if (is_directory) level.left.emplace_back(name);
      return status.ok();
    });
    // ENOENT: another has removed the directory meanwhile.
    if (error == 0 || error == -ENOENT) return status;
    errno = -error;
    return failed_on("getdents64", here_.get(), level.name);
  }

  // The directory above, known by its number: it may have been moved meanwhile.
  Status ascend(Fd &above) {
    const Level &level = levels_[levels_.size() - 2];
    above.reset(openat(here_.get(), "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!above) return failed_at("openat", here_.get(), "..");
    struct stat status;
    if (fstat(above.get(), &status) != 0) return failed_on("fstat", above.get(), level.name);
    if (status.st_dev == level.device && status.st_ino == level.inode) return done();
    errno = ESTALE;
    return failed_at("openat", here_.get(), "..");
  }

  Status leave() {
    Fd above;
    if (levels_.size() > 1) {
      if (Status status = ascend(above); !status.ok()) return status;
    }
    int parent = above ? above.get() : parent_;
    Level &level = levels_.back();
    if (unlinkat(parent, level.name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) {
      if (errno != ENOTEMPTY || level.sweeps >= kMostSweeps) return failed_at("unlinkat", parent, level.name);
      if (lseek(here_.get(), 0, SEEK_SET) != 0) return failed_on("lseek", here_.get(), level.name);
      return sweep();
    }
    levels_.pop_back();
    here_ = std::move(above);
    return done();
  }

  int parent_;
  const char *name_;
  Fd here_;
  std::vector<Level> levels_;
};

}  // namespace

Status remove_tree_at(int parent, const char *name) { return Remover(parent, name).run(); }

}  // namespace runts::core
