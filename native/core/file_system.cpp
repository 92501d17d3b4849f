#include "file_system.h"

#include <unistd.h>

#include "../sys/syscalls.h"
#include "steps.h"

namespace runts::core {
namespace {

// One line a message: `e overlay: ...`.
std::string log_of(int context) {
  std::string text;
  char line[512];
  for (;;) {
    ssize_t size = read(context, line, sizeof(line));
    if (size <= 0) return text;
    std::string_view message(line, static_cast<size_t>(size));
    if (message.size() > 2 && message[1] == ' ') message.remove_prefix(2);
    while (message.ends_with('\n')) message.remove_suffix(1);
    if (!text.empty()) text += "; ";
    text += message;
  }
}

Status with_log(int error, int context, const Report &report) {
  Status status = failed(error, report);
  status.detail = log_of(context);
  return status;
}

}  // namespace

int set_fs_string(int context, const char *key, const char *value) {
  return sys::fsconfig(context, sys::kFsconfigSetString, key, value, 0);
}

Status set_fs_options(int context, const plan::List<plan::Str> &options) {
  for (const plan::Str &option : options) {
    size_t equals = option.find('=');
    std::string key(option.substr(0, equals));
    int error = equals == option.npos ? sys::fsconfig(context, sys::kFsconfigSetFlag, key.c_str(), nullptr, 0)
                                      : set_fs_string(context, key.c_str(), option.c_str() + equals + 1);
    if (error < 0) return config_refused(error, context, option, {});
  }
  return done();
}

Status create_fs(int context) {
  int error = sys::fsconfig(context, sys::kFsconfigCreate, nullptr, nullptr, 0);
  if (!error) return done();
  Report report;
  return with_log(error, context, report.call("fsconfig").fd(context).word("FSCONFIG_CMD_CREATE"));
}

Status config_refused(int error, int context, std::string_view key, std::string_view value) {
  Report report;
  report.call("fsconfig").fd(context).string(key);
  if (!value.empty()) report.string(value);
  return with_log(error, context, report);
}

Status make_file_system(const plan::FileSystem &step, Context &context) {
  Report report;
  Fd users;
  Status status = user_namespace_for(step.uid_mappings, step.gid_mappings, step.user_namespace, users);
  if (!status.ok()) return status;
  int opened = sys::fsopen(step.type.c_str(), sys::kFsopenCloexec);
  if (opened < 0) return failed(opened, report.call("fsopen").string(step.type));
  Fd file_system(opened);
  int error = set_fs_string(opened, "source", step.source.c_str());
  if (error < 0) return config_refused(error, opened, "source", step.source);
  if (status = set_fs_options(opened, step.options); !status.ok()) return status;
  if (status = create_fs(opened); !status.ok()) return status;
  int mounted = sys::fsmount(opened, sys::kFsmountCloexec, 0);
  if (mounted < 0) return failed(mounted, report.call("fsmount").fd(opened, step.type));
  Fd tree(mounted);
  status = idmap_tree(mounted, step.type, users.get(), step.idmap_recursive);
  if (status.ok()) give_slot(context, step.slot, std::move(tree));
  return status;
}

}  // namespace runts::core
