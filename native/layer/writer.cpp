#include "writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "../core/remove_tree.h"

namespace runts::layer {
namespace {

// Of a directory that nobody describes.
constexpr Attributes kUsual{0755, 0, 0, {}, {}};
constexpr const char *kDefaultAcl = "system.posix_acl_default";

mode_t type_of(const Action &action) { return action.is_block ? S_IFBLK : S_IFCHR; }

}  // namespace

Status Writer::open(const std::string &directory, std::vector<std::string> lower, uint64_t copies) {
  root_.reset(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!root_) return failed_at("openat", AT_FDCWD, directory);
  // What the directory has got from its parent would go on to all that is made in it.
  if (fchown(root_.get(), maker_.uid, maker_.gid) != 0) return failed_on("fchown", root_.get(), directory);
  if (fchmod(root_.get(), kOwnMode) != 0) return failed_on("fchmod", root_.get(), directory);
  if (fremovexattr(root_.get(), kDefaultAcl) != 0 && errno != ENODATA && errno != ENOTSUP)
    return failed_on("fremovexattr", root_.get(), directory);
  parents_ = Parents(root_.get());
  lower_ = Lower(std::move(lower));
  copies_ = copies;
  return done();
}

Applied Writer::apply(std::string_view actions, std::span<const std::string_view> chunks) {
  Bytes bytes(actions);
  Applied applied;
  if (failed_) return {refused(ECANCELED, "an earlier action has failed"), -1, {}};
  for (Action action{}; bytes.more();) {
    if (!read_action(bytes, action)) {
      applied.status = refused(EINVAL, "the actions");
      applied.action++;
    } else {
      bool is_content = action.kind == Kind::kContent;
      if (!is_content) applied.action++;
      applied.status = act(action, chunks);
      if (applied.status.ok()) continue;
      applied.path = is_content ? std::string_view(file_.path()) : action.path;
    }
    failed_ = true;
    break;
  }
  return applied;
}

Applied Writer::finish() {
  Applied applied;
  if (failed_ || file_.is_open()) {
    applied.status = failed_ ? refused(ECANCELED, "an earlier action has failed")
                             : refused(EINVAL, "less content than the file's size");
    applied.path = file_.path();
    return applied;
  }
  FoundAttributes root;
  if (!directories_.has("")) applied.status = implied("", root);
  if (applied.status.ok()) applied.status = directories_.finish(parents_, maker_);
  failed_ = !applied.status.ok();
  return applied;
}

Status Writer::act(const Action &action, std::span<const std::string_view> chunks) {
  if (action.kind == Kind::kContent) return add_content(action.content, chunks);
  if (file_.is_open()) return refused(EINVAL, "less content than the file's size");
  switch (action.kind) {
    case Kind::kDirectory:
      return make_directory(action);
    case Kind::kImply:
      return imply_directory(action);
    case Kind::kFile:
      return make_file(action);
    case Kind::kSymlink:
      return make_symlink(action);
    case Kind::kHardlink:
      return make_hardlink(action);
    case Kind::kCopyUp:
      return copy_up(action);
    case Kind::kDevice:
      return make_node(action, type_of(action), makedev(action.major, action.minor));
    case Kind::kFifo:
      return make_node(action, S_IFIFO, 0);
    case Kind::kWhiteout:
      return make_whiteout(action);
    case Kind::kOpaque:
      return directories_.set_opaque(action.path) ? done() : refused(ENOENT, "no directory of this layer");
    default:
      return remove(action);
  }
}

template <typename Create>
Status Writer::place(const Path &path, const char *call, Create create) {
  int parent;
  if (Status status = parents_.open(path.parent(), parent); !status.ok()) return status;
  if (create(parent) == 0) return done();
  if (errno == EEXIST) {
    if (Status status = clear(parent, path); !status.ok()) return status;
    if (create(parent) == 0) return done();
  }
  return failed_at(call, parent, path.name());
}

Status Writer::clear(int parent, const Path &path) {
  parents_.forget(path);
  directories_.forget(path);
  return core::remove_tree_at(parent, path.name());
}

// A directory stays where it is one of this layer.
Status Writer::directory_at(const Path &path) {
  if (path.empty() || directories_.has(path)) return done();
  return place(path, "mkdirat", [&](int parent) { return mkdirat(parent, path.name(), kOwnMode); });
}

Status Writer::make_directory(const Action &action) {
  Status status = directory_at(action.path);
  if (status.ok()) directories_.set(action.path, action.attributes);
  return status;
}

Status Writer::implied(std::string_view path, FoundAttributes &out) {
  Found found;
  Status status = lower_.find(path, found);
  bool is_directory = found && S_ISDIR(found.status.st_mode);
  if (status.ok() && is_directory) status = out.read(found, path);
  if (status.ok()) directories_.set(path, is_directory ? out.get() : kUsual);
  return status;
}

Status Writer::imply_directory(const Action &action) {
  if (directories_.has(action.path)) return done();
  Status status = directory_at(action.path);
  FoundAttributes attributes;
  return status.ok() ? implied(action.path, attributes) : status;
}

Status Writer::make_file(const Action &action) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  Fd file;
  Status status = place(action.path, "openat", [&](int parent) {
    file.reset(openat(parent, action.path.name(), kFlags, action.attributes.mode & ~kSpecialBits));
    return file ? 0 : -1;
  });
  if (!status.ok()) return status;
  file_.begin(std::move(file), action);
  return file_.is_whole() ? file_.end(maker_) : done();
}

Status Writer::add_content(const Content &content, std::span<const std::string_view> chunks) {
  if (!file_.is_open()) return refused(EINVAL, "more content than the file's size");
  if (content.chunk >= chunks.size()) return refused(EINVAL, "content in no chunk");
  std::string_view chunk = chunks[content.chunk];
  if (content.offset > chunk.size() || content.length > chunk.size() - content.offset)
    return refused(EINVAL, "content beyond its chunk");
  Status status = file_.write(chunk.substr(content.offset, content.length));
  return status.ok() && file_.is_whole() ? file_.end(maker_) : status;
}

Status Writer::make_symlink(const Action &action) {
  int at = -1;
  Status status = place(action.path, "symlinkat", [&](int parent) {
    at = parent;
    return symlinkat(action.target.data(), parent, action.path.name());
  });
  if (!status.ok()) return status;
  return give_attributes_at(at, action.path.name(), maker_.made(S_IFLNK), action.attributes, action.path,
                            maker_.lost);
}

Status Writer::make_hardlink(const Action &action) {
  int from;
  if (action.path == action.target) return refused(EINVAL, "a link to itself");
  if (Status status = parents_.open(action.target.parent(), from); !status.ok()) return status;
  Status status = place(action.path, "linkat", [&](int parent) {
    return linkat(from, action.target.name(), parent, action.path.name(), 0);
  });
  if (!status.ok()) return status;
  return change_attributes_at(from, action.target.name(), action.attributes, action.target, maker_.lost);
}

Status Writer::copy_up(const Action &action) {
  Found found;
  if (Status status = lower_.find(action.path, found); !status.ok()) return status;
  if (!found) return refused(ENOENT, "no file of a lower layer");
  // A hole costs nothing, but whoever reads it pays.
  uint64_t size = S_ISREG(found.status.st_mode) ? static_cast<uint64_t>(found.status.st_size) : 0;
  if (size > copies_) return refused(EFBIG, "copies of lower layers");
  copies_ -= size;
  int parent;
  if (Status status = parents_.open(action.path.parent(), parent); !status.ok()) return status;
  if (Status status = clear(parent, action.path); !status.ok()) return status;
  return copy_found(found, parent, action.path.name(), action.path, maker_);
}

Status Writer::make_node(const Action &action, mode_t type, dev_t device) {
  int at = -1;
  Status status = place(action.path, "mknodat", [&](int parent) {
    at = parent;
    return mknodat(parent, action.path.name(), type | action.attributes.mode, device);
  });
  if (!status.ok()) return status;
  Has made = maker_.made(type | action.attributes.mode);
  return give_attributes_at(at, action.path.name(), made, action.attributes, action.path, maker_.lost);
}

Status Writer::make_whiteout(const Action &action) {
  return place(action.path, "mknodat",
               [&](int parent) { return mknodat(parent, action.path.name(), S_IFCHR, makedev(0, 0)); });
}

Status Writer::remove(const Action &action) {
  int parent;
  if (Status status = parents_.open(action.path.parent(), parent); !status.ok()) return status;
  return clear(parent, action.path);
}

}  // namespace runts::layer
