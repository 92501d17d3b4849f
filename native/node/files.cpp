// Files by their paths, as native/core/named_files.h has them.
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "../core/lock.h"
#include "../core/named_files.h"
#include "async.h"
#include "bindings.h"

namespace runts::node {
namespace {

using core::Called;
using Info = Napi::CallbackInfo;

// A path that reaches the kernel whole: one with a NUL inside is none.
std::optional<std::string> path_of(const Info &info) {
  std::string path = text_at(info, 0);
  if (path.find('\0') != path.npos) return std::nullopt;
  return path;
}

template <Napi::Value (*act)(const Info &, const std::string &)>
Napi::Value on_path(const Info &info) {
  std::optional<std::string> path = path_of(info);
  return path ? act(info, *path) : fail(info.Env(), EINVAL, "path");
}

Napi::Value refused(const Info &info, const Called &called, const std::string &path) {
  return fail(info.Env(), called.error, called.call, path);
}

Napi::Value done_or_fail(const Info &info, const Called &called, const std::string &path) {
  return called.ok() ? info.Env().Undefined() : refused(info, called, path);
}

Napi::Value read_file(const Info &info, const std::string &path) {
  std::string text;
  Called called = core::read_named(path, static_cast<size_t>(number_at(info, 1)), text);
  return called.ok() ? Napi::String::New(info.Env(), text) : refused(info, called, path);
}

Napi::Value read_open(const Info &info) {
  std::string text;
  Called called = core::read_descriptor(number_at(info, 0), static_cast<size_t>(number_at(info, 1)), text);
  return called.ok() ? Napi::String::New(info.Env(), text) : refused(info, called, {});
}

Napi::Value read_text(const Info &info) {
  return info[0].IsNumber() ? read_open(info) : on_path<read_file>(info);
}

Napi::Value replace(const Info &info, const std::string &path) {
  auto mode = static_cast<unsigned>(number_at(info, 2));
  return done_or_fail(info, core::replace_named(path, text_at(info, 1), mode), path);
}

Napi::Value write(const Info &info, const std::string &path) {
  return done_or_fail(info, core::write_named(path, O_RDWR, text_at(info, 1)), path);
}

Napi::Value append(const Info &info, const std::string &path) {
  int flags = O_WRONLY | O_APPEND | O_CREAT;
  return done_or_fail(info, core::write_named(path, flags, text_at(info, 1)), path);
}

Napi::Value make_directory(const Info &info, const std::string &path) {
  auto mode = static_cast<unsigned>(number_at(info, 1));
  return done_or_fail(info, core::make_directory(path, mode, info[2].ToBoolean()), path);
}

Napi::Value remove_tree(const Info &info, const std::string &path) {
  return done_or_fail(info, core::remove_tree(path), path);
}

Napi::Value discard_tree(const Info &info, const std::string &path) {
  return run_async(info.Env(), [path]() -> Answer {
    Called called = core::discard_tree(path);
    return [=](Napi::Env env) -> Napi::Value {
      return called.ok() ? env.Undefined() : system_error(env, called.error, called.call, path).Value();
    };
  });
}

Napi::Value remove_file(const Info &info, const std::string &path) {
  return done_or_fail(info, core::remove_named(path), path);
}

Napi::Value list(const Info &info, const std::string &path) {
  std::vector<std::string> names;
  if (Called called = core::list_names(path, names); !called.ok()) return refused(info, called, path);
  Napi::Array array = Napi::Array::New(info.Env(), names.size());
  for (uint32_t i = 0; i < names.size(); i++) array.Set(i, names[i]);
  return array;
}

Napi::Value may(const Info &info, int mode) {
  std::optional<std::string> path = path_of(info);
  return Napi::Boolean::New(info.Env(), path && access(path->c_str(), mode) == 0);
}

Napi::Value exists(const Info &info) { return may(info, F_OK); }
Napi::Value may_write(const Info &info) { return may(info, W_OK); }

Napi::Value kind(const Info &info, const std::string &path) {
  const char *kind;
  Called called = core::kind_of(path, kind);
  return called.ok() ? Napi::String::New(info.Env(), kind) : refused(info, called, path);
}

Napi::Value owner_of(const Info &info, const std::string &path) {
  unsigned owner;
  Called called = core::owner_of(path, owner);
  return called.ok() ? Napi::Number::New(info.Env(), owner) : refused(info, called, path);
}

Napi::Value real_path(const Info &info, const std::string &path) {
  std::string real;
  Called called = core::real_path(path, real);
  return called.ok() ? Napi::String::New(info.Env(), real) : refused(info, called, path);
}

Napi::Value file_system(const Info &info, const std::string &path) {
  std::optional<int64_t> type;
  if (Called called = core::file_system_at(path, type); !called.ok()) return refused(info, called, path);
  return type ? Napi::Number::New(info.Env(), static_cast<double>(*type)) : info.Env().Undefined();
}

// A descriptor, or -1 where another has the lock.
Napi::Value try_lock(const Info &info, const std::string &path) {
  int fd = core::take_lock(path, false);
  if (fd < 0 && fd != -EWOULDBLOCK) return fail(info.Env(), fd, "flock", path);
  return fd < 0 ? Napi::Number::New(info.Env(), -1) : give_out(info.Env(), Fd(fd));
}

Napi::Value lock(const Info &info, const std::string &path) {
  return run_async(info.Env(), [path]() -> Answer {
    int fd = core::take_lock(path, true);
    auto held = std::make_shared<Fd>(fd);
    return [fd, held, path](Napi::Env env) -> Napi::Value {
      if (fd < 0) return system_error(env, fd, "flock", path).Value();
      return give_out(env, std::move(*held));
    };
  });
}

constexpr Export kTable[] = {
    {"readText", read_text},
    {"replace", on_path<replace>},
    {"write", on_path<write>},
    {"append", on_path<append>},
    {"makeDirectory", on_path<make_directory>},
    {"removeTree", on_path<remove_tree>},
    {"discardTree", on_path<discard_tree>},
    {"removeFile", on_path<remove_file>},
    {"list", on_path<list>},
    {"exists", exists},
    {"mayWrite", may_write},
    {"kind", on_path<kind>},
    {"ownerOf", on_path<owner_of>},
    {"realPath", on_path<real_path>},
    {"fileSystem", on_path<file_system>},
    {"tryLock", on_path<try_lock>},
    {"lock", on_path<lock>},
};

}  // namespace

constinit const std::span<const Export> kFiles = kTable;

}  // namespace runts::node
