// The tries, by the files that hold them.
#pragma once
#include "try.h"

namespace runts::probe {

// process.cpp: calls that need no privilege.
extern const std::span<const Try> kProcessTries;
// seccomp.cpp: actions, flags and sizes of seccomp(2).
extern const std::span<const Try> kSeccompTries;
// security.cpp: security modules, keyrings, device programs.
extern const std::span<const Try> kSecurityTries;
// namespaces.cpp: each type of namespace, made in a child.
extern const std::span<const Try> kNamespaceTries;
// mounts.cpp: the mount interface, and the file systems that containers have; for a mount namespace of its own.
extern const std::span<const Try> kMountTries;
// overlay.cpp: overlayfs and its options, likewise.
extern const std::span<const Try> kOverlayTries;

// users.cpp: a user namespace in which the caller is root; gives -errno.
int enter_user_namespace();
// users.cpp: a descriptor of a new user namespace that maps id 0 alone; or -errno.
int map_user_namespace();

// mounts.cpp: the tmpfs that the tries of a mount namespace work in; -errno where it could not be made.
int workspace();

// arenas.cpp: the tries that need a mount namespace of their own, made by who called and in a user namespace.
void attempt_in_namespaces();

// given.cpp: a try that the caller asked for, such as `cgroup=/sys/fs/cgroup`.
void attempt_given(const char *argument);

}  // namespace runts::probe
