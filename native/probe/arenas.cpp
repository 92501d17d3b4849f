#include <cerrno>
#include <sched.h>

#include "../sys/syscalls.h"
#include "tries.h"

namespace runts::probe {
namespace {

// Nothing that is mounted here may reach the namespace that we came from.
int enter_mount_namespace() {
  if (int error = sys::unshare(CLONE_NEWNS); error < 0) return error;
  return sys::mount(nullptr, "/", nullptr, sys::kMsRec | sys::kMsPrivate, nullptr);
}

int attempt_mounts(Value &) {
  int error = enter_mount_namespace();
  tell("namespace-mount", error, "", "unshare(CLONE_NEWNS)");
  if (error < 0) return error;
  attempt(kMountTries);
  if (workspace() >= 0) attempt(kOverlayTries);
  return 0;
}

int attempt_as_caller(Value &) {
  attempt(kNamespaceTries);
  Value ignored;
  return in_child(attempt_mounts, ignored);
}

int attempt_as_root_of_a_user_namespace(Value &) {
  int error = enter_user_namespace();
  set_place(Place::UserNamespace);
  tell("namespace-user", error, "", "unshare(CLONE_NEWUSER), write(/proc/self/uid_map)");
  Value ignored;
  return error < 0 ? error : attempt_as_caller(ignored);
}

}  // namespace

void attempt_in_namespaces() {
  Value ignored;
  in_child(attempt_as_caller, ignored);
  in_child(attempt_as_root_of_a_user_namespace, ignored);
}

}  // namespace runts::probe
