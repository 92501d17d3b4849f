# CMake's toolchain for the standalone executable of arm64, from any machine: Debian's cross compilers, libraries from
# RUNTS_SYSROOT, and what the build runs of its own is run by qemu.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)

set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES RUNTS_SYSROOT)
set(CMAKE_FIND_ROOT_PATH "${RUNTS_SYSROOT}" /usr/aarch64-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_SYSROOT_DIR} "${RUNTS_SYSROOT}")
set(ENV{PKG_CONFIG_LIBDIR} "${RUNTS_SYSROOT}/usr/lib/aarch64-linux-gnu/pkgconfig")

find_program(RUNTS_QEMU NAMES qemu-aarch64-static qemu-aarch64)
if(RUNTS_QEMU)
  set(CMAKE_CROSSCOMPILING_EMULATOR "${RUNTS_QEMU}")
endif()
