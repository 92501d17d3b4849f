// Makes the directory of a layer, in overlayfs's form, of actions that were judged elsewhere. It goes wrong for no bytes whatever: a
// path leads nowhere but below the directory, and through no link.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "copy.h"
#include "directories.h"
#include "file.h"
#include "lower.h"
#include "parents.h"

namespace runts::layer {

// What became of a batch.
struct Applied {
  Status status = done();
  // Of the action that failed: which of the batch, -1 for one of an earlier one, and its path.
  int64_t action = -1;
  std::string path;
};

// Not for several threads at a time, and only for one with a working directory and an umask of its own (worker.h).
class Writer {
 public:
  // The directory is empty; those of the layers below come with the topmost first. It becomes the caller's alone until the end.
  // `copies` are the bytes that may be copied of files of these.
  Status open(const std::string &directory, std::vector<std::string> lower, uint64_t copies = UINT64_MAX);
  // After a failure nothing more is done.
  Applied apply(std::string_view actions, std::span<const std::string_view> chunks);
  Applied finish();
  const Lost &lost() const { return maker_.lost; }

 private:
  Status act(const Action &action, std::span<const std::string_view> chunks);
  Status add_content(const Content &content, std::span<const std::string_view> chunks);
  Status end_file();
  Status make_directory(const Action &action);
  Status imply_directory(const Action &action);
  Status make_file(const Action &action);
  Status make_symlink(const Action &action);
  Status make_hardlink(const Action &action);
  Status copy_up(const Action &action);
  Status make_node(const Action &action, mode_t type, dev_t device);
  Status make_whiteout(const Action &action);
  Status remove(const Action &action);
  Status clear(int parent, const Path &path);
  Status implied(std::string_view path, FoundAttributes &out);
  Status directory_at(const Path &path);
  // Calls `create(parent)` for what gives -1 and errno, and once more where something lies at the path, without that.
  template <typename Create>
  Status place(const Path &path, const char *call, Create create);

  Fd root_;
  Parents parents_{-1};
  Directories directories_;
  Lower lower_;
  Maker maker_;
  File file_;
  uint64_t copies_ = 0;
  bool failed_ = false;
};

}  // namespace runts::layer
