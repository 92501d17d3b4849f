// Files by their paths, with Node's semantics and names of calls, so that both hosts say the same.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace runts::core {

// What became of a function: 0, or -errno and the call that gave it.
struct [[nodiscard]] Called {
  int error = 0;
  const char *call = "";
  bool ok() const { return error == 0; }
};

// The whole text; EFBIG above `limit` bytes.
Called read_named(const std::string &path, size_t limit, std::string &out);
Called read_descriptor(int fd, size_t limit, std::string &out);

// By a new file beside it and rename(2); the mode is what is given, whatever the umask.
Called replace_named(const std::string &path, std::string_view text, unsigned mode);

// One write(2) to a file opened with these flags.
Called write_named(const std::string &path, int flags, std::string_view text);

Called make_directory(const std::string &path, unsigned mode, bool parents);

// Through no symbolic link but above it and into no other mount, however deep it is; what is missing is fine.
Called remove_tree(const std::string &path);
// The same for a tree that may be large: from the first moment on nothing is there by that name, and others may use it anew;
// what cannot be removed comes back to it.
Called discard_tree(const std::string &path);
Called remove_named(const std::string &path);

// Names in a directory, sorted by bytes.
Called list_names(const std::string &path, std::vector<std::string> &names);

// `file`, `directory`, `symlink`, `other` or `missing`.
Called kind_of(const std::string &path, const char *&kind);
// Of the file itself, were it a symbolic link.
Called owner_of(const std::string &path, unsigned &owner);
Called real_path(const std::string &path, std::string &out);
// Nothing where the path is missing.
Called file_system_at(const std::string &path, std::optional<int64_t> &type);

}  // namespace runts::core
