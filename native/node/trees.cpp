// Trees that are read, as native/layer/tree.h has it.
#include <cerrno>
#include <memory>
#include <sys/sysmacros.h>

#include "../layer/actions.h"
#include "../layer/tree.h"
#include "../layer/worker.h"
#include "../sys/decimal.h"
#include "async.h"
#include "bindings.h"
#include "bytes.h"

namespace runts::node {
namespace {

using layer::Status;
using layer::TreeEntry;
using Info = Napi::CallbackInfo;

struct Tree {
  layer::Worker worker;
  layer::Tree tree;
};
// What JavaScript has: a tree until it is closed. Work that goes on then still ends.
using Handle = std::shared_ptr<Tree>;

Handle tree_at(const Info &info) {
  return info[0].IsExternal() ? *info[0].As<Napi::External<Handle>>().Data() : nullptr;
}

const char *type_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return "file";
    case S_IFDIR:
      return "directory";
    case S_IFLNK:
      return "symlink";
    case S_IFCHR:
      return "character";
    case S_IFBLK:
      return "block";
    case S_IFIFO:
      return "fifo";
    default:
      return "socket";
  }
}

std::string inode_of(const struct stat &status) {
  return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

// False where the text is none of inode_of().
bool read_inode(const std::string &text, dev_t &device, ino_t &inode) {
  size_t colon = text.find(':');
  return colon != text.npos && parse_decimal(std::string_view(text).substr(0, colon), device) &&
         parse_decimal(std::string_view(text).substr(colon + 1), inode);
}

Napi::Object two_numbers(Napi::Env env, const char *first, double a, const char *second, double b) {
  Napi::Object value = Napi::Object::New(env);
  value.Set(first, a);
  value.Set(second, b);
  return value;
}

Napi::Value to_map(Napi::Env env, std::string_view xattrs) {
  Napi::Object made = env.Global().Get("Map").As<Napi::Function>().New({});
  auto set = made.Get("set").As<Napi::Function>();
  layer::Bytes bytes(xattrs);
  for (layer::Xattr xattr; layer::read_xattr(bytes, xattr);)
    set.Call(made, {to_bytes(env, xattr.name), to_bytes(env, xattr.value)});
  return made;
}

Napi::Value to_value(Napi::Env env, const TreeEntry &entry) {
  const struct stat &status = entry.status;
  Napi::Object value = Napi::Object::New(env);
  value.Set("name", to_bytes(env, entry.name));
  value.Set("type", type_of(status.st_mode));
  value.Set("mode", status.st_mode & 07777);
  value.Set("uid", status.st_uid);
  value.Set("gid", status.st_gid);
  value.Set("mtime", two_numbers(env, "seconds", static_cast<double>(status.st_mtim.tv_sec), "nanoseconds",
                                 static_cast<double>(status.st_mtim.tv_nsec)));
  value.Set("size", S_ISREG(status.st_mode) ? static_cast<double>(status.st_size) : 0);
  value.Set("target", to_bytes(env, entry.target));
  bool is_device = S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode);
  dev_t device = is_device ? status.st_rdev : 0;
  value.Set("device", two_numbers(env, "major", major(device), "minor", minor(device)));
  value.Set("inode", inode_of(status));
  value.Set("links", static_cast<double>(status.st_nlink));
  value.Set("xattrs", to_map(env, entry.xattrs));
  return value;
}

Napi::Value failure(Napi::Env env, const Status &status, const std::string &path) {
  Napi::Error error = status_error(env, status);
  error.Set("call", Napi::String::New(env, status.call));
  error.Set("path", to_bytes(env, path));
  return error.Value();
}

// A promise for what `read(tree, path, out)` gives, made a value by `show(env, out)`, on the tree's own thread.
template <typename Out, typename Read, typename Show>
Napi::Value read_on(const Info &info, const char *name, Read read, Show show) {
  Handle tree = tree_at(info);
  std::string path = from_bytes(info[1]);
  if (!tree || path.find('\0') != path.npos) return fail(info.Env(), EINVAL, name);
  return make_promise(info.Env(), [&](Settle settle) {
    tree->worker.run([=](int error) {
      auto out = std::make_shared<Out>();
      Status status = error == 0 ? read(tree->tree, path, *out) : core::failed(error, "unshare");
      settle([=](Napi::Env env) { return status.ok() ? show(env, *out) : failure(env, status, path); });
    });
  });
}

Napi::Value open_tree(const Info &info) {
  Handle tree = std::make_shared<Tree>();
  if (Status status = tree->tree.open(text_at(info, 0)); !status.ok()) {
    status_error(info.Env(), status).ThrowAsJavaScriptException();
    return info.Env().Undefined();
  }
  return give_out(info.Env(), std::make_unique<Handle>(tree));
}

Napi::Value close_tree(const Info &info) {
  if (info[0].IsExternal()) *info[0].As<Napi::External<Handle>>().Data() = nullptr;
  return info.Env().Undefined();
}

Napi::Value entry_at(const Info &info) {
  using Out = std::optional<TreeEntry>;
  auto read = [](const layer::Tree &tree, const std::string &path, Out &out) { return tree.entry_at(path, out); };
  auto show = [](Napi::Env env, const Out &entry) { return entry ? to_value(env, *entry) : env.Undefined(); };
  return read_on<Out>(info, "entryAt", read, show);
}

Napi::Value entries_of(const Info &info) {
  using Out = std::vector<TreeEntry>;
  auto read = [](const layer::Tree &tree, const std::string &path, Out &out) { return tree.entries_of(path, out); };
  auto show = [](Napi::Env env, const Out &entries) -> Napi::Value {
    Napi::Array array = Napi::Array::New(env, entries.size());
    for (uint32_t i = 0; i < entries.size(); i++) {
      Napi::HandleScope scope(env);
      array.Set(i, to_value(env, entries[i]));
    }
    return array;
  };
  return read_on<Out>(info, "entriesOf", read, show);
}

Napi::Value open_file(const Info &info) {
  dev_t device = 0;
  ino_t inode = 0;
  if (!info[2].IsObject() || !read_inode(from_bytes(info[2].As<Napi::Object>().Get("inode")), device, inode))
    return fail(info.Env(), EINVAL, "openFile");
  auto read = [=](const layer::Tree &tree, const std::string &path, Fd &out) {
    return tree.open_file(path, device, inode, out);
  };
  return read_on<Fd>(info, "openFile", read, [](Napi::Env env, Fd &file) { return give_out(env, std::move(file)); });
}

constexpr Export kTable[] = {
    {"openTree", open_tree},    {"closeTree", close_tree}, {"entryAt", entry_at},
    {"entriesOf", entries_of}, {"openFile", open_file},
};

}  // namespace

constinit const std::span<const Export> kTrees = kTable;

}  // namespace runts::node
