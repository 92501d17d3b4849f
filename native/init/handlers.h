// One function for each kind of step that init runs; what a step means is told in src/plan/steps.ts.
#pragma once
#include "context.h"

namespace runts::init {

// namespaces.cpp
Result run(Context &context, const plan::Join &step);
Result run(Context &context, const plan::Unshare &step);
Result run(Context &context, const plan::BecomeRoot &step);
Result run(Context &context, const plan::TimeOffsets &step);
Result run(Context &context, const plan::Fork &step);
Result run(Context &context, const plan::SessionKeyring &step);
Result run(Context &context, const plan::Loopback &step);
Result run(Context &context, const plan::Hostname &step);
Result run(Context &context, const plan::Domainname &step);

// procfs.cpp
Result run(Context &context, const plan::Procfs &step);
Result run(Context &context, const plan::Sysctl &step);
Result run(Context &context, const plan::Apparmor &step);
Result run(Context &context, const plan::Selinux &step);

// root.cpp
Result run(Context &context, const plan::MountPropagation &step);
Result run(Context &context, const plan::RootDirectory &step);
Result run(Context &context, const plan::Root &step);
Result run(Context &context, const plan::RootReadonly &step);
Result run(Context &context, const plan::Pivot &step);
Result run(Context &context, const plan::RootPropagation &step);

// mounts.cpp, binds.cpp, masks.cpp
Result run(Context &context, const plan::Mount &step);
Result run(Context &context, const plan::Bind &step);
Result run(Context &context, const plan::MountAttributes &step);
Result run(Context &context, const plan::Unmount &step);
Result run(Context &context, const plan::ReadonlyPath &step);
Result run(Context &context, const plan::Mask &step);
Result run(Context &context, const plan::FileLabel &step);
Result run(Context &context, const plan::Reconfigure &step);

// devices.cpp, console.cpp
Result run(Context &context, const plan::Device &step);
Result run(Context &context, const plan::Symlink &step);
Result run(Context &context, const plan::CwdCreate &step);
Result run(Context &context, const plan::Console &step);

// process.cpp
Result run(Context &context, const plan::OomScore &step);
Result run(Context &context, const plan::Rlimit &step);
Result run(Context &context, const plan::Umask &step);
Result run(Context &context, const plan::Personality &step);
Result run(Context &context, const plan::Scheduler &step);
Result run(Context &context, const plan::IoPriority &step);
Result run(Context &context, const plan::CpuAffinity &step);
Result run(Context &context, const plan::MemoryPolicy &step);
Result run(Context &context, const plan::NoNewPrivileges &step);
Result run(Context &context, const plan::Cwd &step);

// credentials.cpp
Result run(Context &context, const plan::User &step);
Result run(Context &context, const plan::Capabilities &step);
Result run(Context &context, const plan::CapabilitiesFinal &step);

// hooks.cpp
Result run(Context &context, const plan::Hook &step);

// execute.cpp
Result run(Context &context, const plan::FindExecutable &step);
Result run(Context &context, const plan::AwaitStart &step);
Result run(Context &context, const plan::CloseFds &step);
Result run(Context &context, const plan::Seccomp &step);
Result run(Context &context, const plan::Execve &step);
void end_on_signals_if_it_waits(Context &context);

}  // namespace runts::init
