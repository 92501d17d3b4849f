// Files by their paths, as native/core/named_files.h has them.
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "../core/lock.h"
#include "../core/named_files.h"
#include "functions.h"
#include "loop.h"

namespace runts::quickjs {
namespace {

using core::Called;

// A function of a path, which reaches the kernel whole: one with a NUL inside is refused.
template <JSValue (*act)(const Call &, const std::string &)>
JSValue on_path(const Call &call) {
  std::optional<std::string> path = path_at(call, 0);
  return path ? act(call, *path) : fail(call.context, EINVAL, "path");
}

JSValue refused(const Call &call, const Called &called, const std::string &path) {
  return fail(call.context, called.error, called.call, path);
}

JSValue done_or_fail(const Call &call, const Called &called, const std::string &path) {
  return called.ok() ? JS_UNDEFINED : refused(call, called, path);
}

JSValue read_file(const Call &call, const std::string &path) {
  std::string text;
  Called called = core::read_named(path, static_cast<size_t>(call.number(1)), text);
  return called.ok() ? from_text(call.context, text) : refused(call, called, path);
}

JSValue read_open(const Call &call) {
  std::string text;
  Called called = core::read_descriptor(call.number(0), static_cast<size_t>(call.number(1)), text);
  return called.ok() ? from_text(call.context, text) : refused(call, called, {});
}

// readText(path, limit); a number is a descriptor.
JSValue read_text(const Call &call) {
  return JS_IsNumber(call.at(0)) ? read_open(call) : on_path<read_file>(call);
}

// replace(path, text, mode)
JSValue replace(const Call &call, const std::string &path) {
  auto mode = static_cast<unsigned>(call.number(2));
  return done_or_fail(call, core::replace_named(path, Text(call, 1).view(), mode), path);
}

// write(path, text), append(path, text)
JSValue write(const Call &call, const std::string &path) {
  return done_or_fail(call, core::write_named(path, O_RDWR, Text(call, 1).view()), path);
}
JSValue append(const Call &call, const std::string &path) {
  int flags = O_WRONLY | O_APPEND | O_CREAT;
  return done_or_fail(call, core::write_named(path, flags, Text(call, 1).view()), path);
}

// makeDirectory(path, mode, parents)
JSValue make_directory(const Call &call, const std::string &path) {
  bool parents = JS_ToBool(call.context, call.at(2));
  return done_or_fail(call, core::make_directory(path, static_cast<unsigned>(call.number(1)), parents), path);
}

JSValue remove_tree(const Call &call, const std::string &path) {
  return done_or_fail(call, core::remove_tree(path), path);
}

// discardTree(path): a promise; nothing goes on meanwhile
JSValue discard_tree(const Call &call, const std::string &path) {
  Called called = core::discard_tree(path);
  return settled(call.context, called.ok() ? JS_UNDEFINED : system_error(call.context, called.error, called.call, path));
}

JSValue remove_file(const Call &call, const std::string &path) {
  return done_or_fail(call, core::remove_named(path), path);
}

JSValue list(const Call &call, const std::string &path) {
  std::vector<std::string> names;
  if (Called called = core::list_names(path, names); !called.ok()) return refused(call, called, path);
  return from_list(call.context, names, [&](const std::string &name) { return from_text(call.context, name); });
}

JSValue may(const Call &call, int mode) {
  std::optional<std::string> path = path_at(call, 0);
  return JS_NewBool(call.context, path && access(path->c_str(), mode) == 0);
}

JSValue exists(const Call &call) { return may(call, F_OK); }
JSValue may_write(const Call &call) { return may(call, W_OK); }

JSValue kind(const Call &call, const std::string &path) {
  const char *kind;
  Called called = core::kind_of(path, kind);
  return called.ok() ? JS_NewString(call.context, kind) : refused(call, called, path);
}

JSValue owner_of(const Call &call, const std::string &path) {
  unsigned owner;
  Called called = core::owner_of(path, owner);
  return called.ok() ? JS_NewUint32(call.context, owner) : refused(call, called, path);
}

JSValue real_path(const Call &call, const std::string &path) {
  std::string real;
  Called called = core::real_path(path, real);
  return called.ok() ? from_text(call.context, real) : refused(call, called, path);
}

JSValue file_system(const Call &call, const std::string &path) {
  std::optional<int64_t> type;
  if (Called called = core::file_system_at(path, type); !called.ok()) return refused(call, called, path);
  return type ? JS_NewInt64(call.context, *type) : JS_UNDEFINED;
}

// tryLock(path): a descriptor, or -1 where another has it
JSValue try_lock(const Call &call, const std::string &path) {
  int fd = core::take_lock(path, false);
  if (fd < 0 && fd != -EWOULDBLOCK) return fail(call.context, fd, "flock", path);
  return JS_NewInt32(call.context, fd < 0 ? -1 : fd);
}

// lock(path): a promise of a descriptor; nothing goes on meanwhile
JSValue lock(const Call &call, const std::string &path) {
  int fd = core::take_lock(path, true);
  return settled(call.context,
                 fd < 0 ? system_error(call.context, fd, "flock", path) : JS_NewInt32(call.context, fd));
}

constexpr Function kTable[] = {
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

constinit const std::span<const Function> kFiles = kTable;

}  // namespace runts::quickjs
