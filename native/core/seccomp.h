// Seccomp profiles: compiled by libseccomp, kept in memory and in the cache directory.
#pragma once
#include <linux/filter.h>
#include <string>
#include <vector>

#include "../plan/steps.gen.h"
#include "../sys/fd.h"
#include "status.h"

namespace runts::core {

using Program = std::vector<sock_filter>;

// seccomp_compile.cpp: the program of a profile.
Status compile_seccomp(const plan::SeccompCompile &step, Program &program);

// enosys_stub.cpp: what stands before a program whose default is to refuse: ENOSYS for system calls that are
// newer than all that the profile names. C libraries fall back on ENOSYS, and break on EPERM.
Program enosys_stub(const plan::SeccompCompile &step);

// seccomp_cache.cpp: the program of a step (whose fields are those as encoded) in a sealed memfd, compiled only if it is
// kept nowhere.
Status seccomp_program(const plan::SeccompCompile &step, std::string_view fields, Fd &memfd);
// The same of a step that had this text as its section, if it was run by this build of the program and its program is still
// kept in the directory; else nothing.
Fd program_of_section(const std::string &directory, std::string_view section);

// seccomp_library.cpp: the libseccomp that is linked, such as 2.5.4, and its level of the kernel's interface.
std::string seccomp_version();
unsigned seccomp_api();
// By libseccomp's own name for it: x86_64.
bool seccomp_knows_architecture(const char *name);
// The kernel takes a filter with these flags.
bool seccomp_takes_flags(unsigned flags);

}  // namespace runts::core
