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

// seccomp_cache.cpp: the program of a step (whose wire form is `bytes`) in a sealed memfd, compiled only if
// it is kept nowhere.
Status seccomp_program(const plan::SeccompCompile &step, std::string_view bytes, Fd &memfd);

// Such as 2.5.4.
std::string seccomp_version();

}  // namespace runts::core
