// Gives what was made its owner, mode, extended attributes and times, in this order: a change of owner takes setuid bits and
// capabilities away, a change of anything the times.
#pragma once
#include <sys/types.h>
#include <unistd.h>

#include "actions.h"
#include "xattrs.h"

namespace runts::layer {

// Who makes files here: they are this user's, and with its umask of 0 their modes are what they were made with.
struct Maker {
  uid_t uid = geteuid();
  gid_t gid = getegid();
  Lost lost;
  bool owns(const Attributes &of) const { return of.uid == uid && of.gid == gid; }
};

inline constexpr uint32_t kSpecialBits = 07000;

// `mode` is the one that it has.
Status give_attributes(int fd, uint32_t mode, const Attributes &attributes, std::string_view path, Maker &maker);
// To what lies at a name in a directory and is none itself, no link followed.
Status give_attributes_at(int directory, const char *name, bool is_link, const Attributes &attributes, std::string_view path,
                          Maker &maker);

}  // namespace runts::layer
