// Small files of procfs, cgroupfs and the cache: read whole, written by one write(2). Results are sizes or
// -errno.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "../sys/fd.h"

namespace runts::core {

// openat(2) with O_CLOEXEC; the descriptor, or -errno.
int open_at(int dir, const char *name, int flags, unsigned mode = 0);

// Appends all that is left to read; 0, or -errno. EFBIG above `limit` bytes.
int read_all(int fd, std::string &out, size_t limit = 16 << 20);

// The whole file; 0, or -errno.
int read_file_at(int dir, const char *name, std::string &out);

// One write(2) of the whole value to an existing file; 0, or -errno (EIO for a short write).
int write_file_at(int dir, const char *name, std::string_view value);

// Writes all bytes; 0, or -errno.
int write_all(int fd, std::string_view bytes);

// f_type of statfs(2) of an open file, or 0.
long file_system_of(int fd);

// An O_PATH descriptor of /proc/PID, on a true procfs; -errno otherwise (EXDEV where /proc is something
// else).
int open_process_directory(int pid);

// Field 22 of /proc/PID/stat, in clock ticks since boot.
std::optional<uint64_t> start_time_of(int process_directory);

// The value of `key` in text of lines `key value`, such as cgroup.events.
std::optional<uint64_t> keyed_number(std::string_view text, std::string_view key);

}  // namespace runts::core
