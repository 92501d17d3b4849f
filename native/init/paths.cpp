#include "paths.h"

#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>

#include "trees.h"

namespace runts::init {
namespace {

constexpr int kMostLinks = 40;
constexpr uint64_t kInRoot = sys::kResolveInRoot | sys::kResolveNoMagiclinks;

Result open_failed(Context &context, int error, int dir, std::string_view path, uint64_t flags,
                   uint64_t resolve) {
  context.report.call("openat2")
      .fd(dir, "root")
      .string(path)
      .flags(flags, kOpenFlagNames)
      .flags(resolve, kResolveNames);
  if (error == ELOOP && (resolve & sys::kResolveNoSymlinks)) {
    context.report.detail(
        "must be mounted on ordinary directory, and a component of the path is a symbolic link");
  } else if (error == EAGAIN) {
    context.report.detail("the path changes all the time");
  }
  return Result::failure(error, context.report);
}

Result too_long(Context &context, std::string_view path) {
  return Result::failure(ENAMETOOLONG, context.report.call("openat2").string(path));
}

// A walk that makes what is missing. The path lies in a buffer, since the target of a dangling symbolic link
// takes the link's place in it; all that is opened by it is opened from the root with RESOLVE_IN_ROOT.
class Maker {
 public:
  Maker(Context &context, int root, Missing missing, uint64_t resolve)
      : context_(context), root_(root), missing_(missing), resolve_(resolve) {}

  Result make(std::string_view path, Fd &out) {
    if (path.size() >= sizeof(path_)) return too_long(context_, path);
    memcpy(path_, path.data(), path.size());
    size_ = path.size();
    path_[size_] = 0;
    for (int links = 0; links < kMostLinks; links++) {
      bool again = false;
      Result result = walk(out, again);
      if (result.failed() || !again) return result;
    }
    return open_failed(context_, ELOOP, root_, std::string_view(path_, size_), O_PATH, resolve_);
  }

 private:
  // One component after the other, until all is there or a dangling link has changed the path.
  Result walk(Fd &out, bool &again) {
    Fd parent(fcntl(root_, F_DUPFD_CLOEXEC, protocol::kFirstOwnFd));
    size_t at = 0;
    while (true) {
      while (at < size_ && path_[at] == '/') at++;
      if (at == size_) break;
      size_t end = at;
      while (end < size_ && path_[end] != '/') end++;
      Fd next;
      Result result = step(parent, at, end, next, again);
      if (result.failed() || again) return result;
      parent = std::move(next);
      at = end;
    }
    out = std::move(parent);
    return Result::ok();
  }

  bool is_last(size_t end) const {
    while (end < size_ && path_[end] == '/') end++;
    return end == size_;
  }

  Result step(const Fd &parent, size_t at, size_t end, Fd &next, bool &again) {
    char kept = path_[end];
    path_[end] = 0;
    uint64_t flags = O_PATH | O_CLOEXEC | (is_last(end) && kept == 0 ? 0 : O_DIRECTORY);
    int fd = open_below(root_, path_, flags, resolve_);
    path_[end] = kept;
    if (fd >= 0) {
      next.reset(fd);
      return Result::ok();
    }
    std::string_view so_far(path_, end);
    if (fd != -ENOENT) return open_failed(context_, -fd, root_, so_far, flags, resolve_);
    char name[NAME_MAX + 1];
    if (end - at > NAME_MAX) return too_long(context_, so_far);
    memcpy(name, path_ + at, end - at);
    name[end - at] = 0;
    char target[PATH_MAX];
    ssize_t size = readlinkat(parent.get(), name, target, sizeof(target));
    if (size > 0) return replace_link(at, end, std::string_view(target, static_cast<size_t>(size)), again);
    return create(parent, name, is_last(end), next);
  }

  Result replace_link(size_t at, size_t end, std::string_view target, bool &again) {
    std::string_view so_far(path_, end);
    if (resolve_ & sys::kResolveNoSymlinks)
      return open_failed(context_, ELOOP, root_, so_far, O_PATH, resolve_);
    size_t start = target.front() == '/' ? 0 : at;
    if (start + target.size() + (size_ - end) >= sizeof(path_)) return too_long(context_, so_far);
    memmove(path_ + start + target.size(), path_ + end, size_ - end + 1);
    memcpy(path_ + start, target.data(), target.size());
    size_ = start + target.size() + (size_ - end);
    again = true;
    return Result::ok();
  }

  // `..` is never made, nor opened by itself: where it could not be found, a directory was moved meanwhile, and from
  // the parent descriptor alone it may lead past the root.
  Result create(const Fd &parent, const char *name, bool last, Fd &next) {
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
      context_.report.call("mkdirat").fd(parent.get(), "in root").string(name);
      context_.report.detail("the path is changed while it is made");
      return Result::failure(ENOENT, context_.report);
    }
    if (last && missing_ == Missing::MakeFile) {
      Fd file(open_child(parent.get(), name, O_CREAT | O_EXCL | O_RDONLY, 0644));
      if (!file && errno != EEXIST) return failed("openat2", parent, name, "O_CREAT|O_EXCL|O_NOFOLLOW");
      next.reset(open_child(parent.get(), name, O_PATH));
      return next ? Result::ok() : failed("openat2", parent, name, "O_PATH|O_NOFOLLOW");
    }
    if (mkdirat(parent.get(), name, 0755) != 0 && errno != EEXIST)
      return failed("mkdirat", parent, name, "0755");
    next.reset(open_child(parent.get(), name, O_PATH | O_DIRECTORY));
    return next ? Result::ok() : failed("openat2", parent, name, "O_PATH|O_DIRECTORY|O_NOFOLLOW");
  }

  Result failed(std::string_view call, const Fd &parent, const char *name, std::string_view how) {
    int error = errno;
    return Result::failure(error,
                           context_.report.call(call).fd(parent.get(), "in root").string(name).word(how));
  }

  Context &context_;
  int root_;
  Missing missing_;
  uint64_t resolve_;
  size_t size_ = 0;
  char path_[PATH_MAX];
};

}  // namespace

Result root_fd(Context &context, int &out) {
  if (!context.root) {
    context.root.reset(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!context.root) {
      int error = errno;
      return Result::failure(error, context.report.call("open").string("/").word("O_PATH|O_DIRECTORY"));
    }
  }
  out = context.root.get();
  return Result::ok();
}

int open_below(int dir, const char *path, uint64_t flags, uint64_t resolve) {
  sys::OpenHow how{flags | O_CLOEXEC, 0, resolve};
  return sys::openat2(dir, path, how);
}

int open_child(int dir, const char *name, uint64_t flags, uint64_t mode) {
  constexpr uint64_t kChild = sys::kResolveBeneath | sys::kResolveNoSymlinks | sys::kResolveNoMagiclinks;
  sys::OpenHow how{flags | O_NOFOLLOW | O_CLOEXEC, mode, kChild};
  int fd = sys::openat2(dir, name, how);
  if (fd < 0) errno = -fd;
  return fd < 0 ? -1 : fd;
}

Result open_in_root(Context &context, const plan::Str &path, uint64_t flags, Fd &out, uint64_t resolve) {
  int root;
  if (Result result = root_fd(context, root); result.failed()) return result;
  int fd = open_below(root, path.empty() ? "." : path.c_str(), flags, kInRoot | resolve);
  if (fd < 0) return open_failed(context, -fd, root, path, flags, kInRoot | resolve);
  out.reset(fd);
  return Result::ok();
}

Result open_target(Context &context, const plan::Str &path, Missing missing, Fd &out, bool *created,
                   uint64_t resolve) {
  if (created) *created = false;
  Result result = open_in_root(context, path, O_PATH, out, resolve);
  if (!result.failed() || result.error() != ENOENT || missing == Missing::Fail) return result;
  if (created) *created = true;
  return Maker(context, context.root.get(), missing, kInRoot | resolve).make(path, out);
}

Result open_parent(Context &context, const plan::Str &path, ParentAndName &out, uint64_t resolve) {
  std::string_view whole = path;
  while (!whole.empty() && whole.back() == '/') whole.remove_suffix(1);
  size_t slash = whole.rfind('/');
  std::string_view name = slash == std::string_view::npos ? whole : whole.substr(slash + 1);
  std::string_view before = slash == std::string_view::npos ? std::string_view() : whole.substr(0, slash);
  if (name.empty() || name == "." || name == ".." || name.size() > NAME_MAX) {
    return Result::failure(
        EINVAL, context.report.words("the path").detail("has no last component to make: ").detail(path));
  }
  memcpy(out.name, name.data(), name.size());
  out.name[name.size()] = 0;
  char buffer[PATH_MAX];
  if (before.size() >= sizeof(buffer)) return too_long(context, path);
  memcpy(buffer, before.data(), before.size());
  buffer[before.size()] = 0;
  return open_target(context, plan::Str(buffer, before.size()), Missing::MakeDirectory, out.parent, nullptr,
                     resolve);
}

Result open_placeholder(Context &context, const ParentAndName &at, Fd &out) {
  Fd made(open_child(at.parent.get(), at.name, O_CREAT | O_EXCL | O_RDONLY, 0600));
  if (!made && errno != EEXIST) {
    int error = errno;
    return Result::failure(
        error,
        context.report.call("openat2").fd(at.parent.get()).string(at.name).word("O_CREAT|O_EXCL|O_NOFOLLOW"));
  }
  out.reset(open_child(at.parent.get(), at.name, O_PATH));
  struct stat status;
  if (!out || fstat(out.get(), &status) != 0) {
    int error = errno;
    return Result::failure(
        error, context.report.call("openat2").fd(at.parent.get()).string(at.name).word("O_PATH|O_NOFOLLOW"));
  }
  if (!S_ISLNK(status.st_mode) && !S_ISDIR(status.st_mode))
    return refuse_on_procfs(context, out.get(), at.name, false);
  context.report.call("openat2").fd(at.parent.get()).string(at.name).word("O_PATH|O_NOFOLLOW");
  context.report.detail(S_ISDIR(status.st_mode) ? "is a directory"
                                                : "is a symbolic link, which is not followed here");
  return Result::failure(S_ISDIR(status.st_mode) ? EISDIR : ELOOP, context.report);
}

bool is_root_path(std::string_view path) {
  for (size_t i = 0; i < path.size(); i++) {
    bool dot =
        path[i] == '.' && (i == 0 || path[i - 1] == '/') && (i + 1 == path.size() || path[i + 1] == '/');
    if (path[i] != '/' && !dot) return false;
  }
  return true;
}

}  // namespace runts::init
