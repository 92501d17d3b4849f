// Reading files and shaping text.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace inspect {

// The whole of a file; false with errno set where it cannot be read.
bool read_file(const char *path, std::string &out);
// The first line of a file without its newline; empty where it cannot be read.
std::string first_line(const char *path);
// The target of a symbolic link; empty where there is none.
std::string read_link(const std::string &path);

std::vector<std::string> split(std::string_view text, char separator);
// Like split, for runs of spaces and tabs, without empty parts.
std::vector<std::string> words(std::string_view text);
std::string join(const std::vector<std::string> &parts, std::string_view separator);
// NUL-terminated strings one after the other, as in /proc/PID/cmdline.
std::vector<std::string> split_nul(std::string_view text);

std::string format(const char *pattern, ...) __attribute__((format(printf, 1, 2)));
// ENOENT and the like.
std::string error_name(int number);
// SIGTERM and the like.
std::string signal_name(int number);

// Everything to a descriptor; false where that fails.
bool write_all(int fd, std::string_view text);

}  // namespace inspect
