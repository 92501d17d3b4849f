// Gives what was made its owner, mode, extended attributes and times, in this order: a change of owner takes setuid bits and
// capabilities away, a change of anything the times.
#pragma once
#include <sys/types.h>
#include <unistd.h>

#include "actions.h"
#include "xattrs.h"

namespace runts::layer {

// What a file has already.
struct Has {
  uid_t uid;
  gid_t gid;
  // With the type.
  mode_t mode;
};

// Who makes files here: they are this user's, and with its umask of 0 their modes are what they were made with.
struct Maker {
  uid_t uid = geteuid();
  gid_t gid = getegid();
  Lost lost;
  Has made(mode_t mode) const { return {uid, gid, mode}; }
};

inline constexpr uint32_t kSpecialBits = 07000;

Status give_attributes(int fd, Has has, const Attributes &attributes, std::string_view path, Lost &lost);
// To what lies at a name in a directory and is not to be opened, no link followed. A link's mode means nothing.
Status give_attributes_at(int directory, const char *name, Has has, const Attributes &attributes, std::string_view path,
                          Lost &lost);
// The same for what is there and may be of any type.
Status change_attributes_at(int directory, const char *name, const Attributes &attributes, std::string_view path, Lost &lost);

}  // namespace runts::layer
