// The host's steps, by the files that hold them.
#pragma once
#include "../plan/plan.h"
#include "context.h"

namespace runts::core {

// steps.cpp: runs one step of the host, whatever its kind.
Status run_host_step(const plan::Entry &entry, Context &context);

// process.cpp, attributes.cpp
Status clone_init(const plan::Clone &step, Context &context);
Status map_ids(const plan::IdMap &step, Context &context);
Status set_oom_score(const plan::OomScore &step, Context &context);
Status set_rlimit(const plan::Rlimit &step, Context &context);
Status set_affinity(const plan::CpuAffinity &step, Context &context);
// Undoes set_affinity for this thread, which other plans will use.
void restore_affinity(Context &context);
Status signal_process(const plan::Signal &step);
Status open_process(const plan::OpenProcess &step, Context &context);

// id_maps.cpp
struct IdMaps {
  const plan::List<plan::IdMapping> &uids;
  const plan::List<plan::IdMapping> &gids;
  bool deny_setgroups = false;
  // Programs that write a map instead; empty: none.
  plan::Str uid_tool = {};
  plan::Str gid_tool = {};
};
// Writes the maps of a process's user namespace.
Status write_id_maps(int pid, const IdMaps &maps);
// A user namespace with these maps; kept for later calls with the same.
Status user_namespace_of(const plan::List<plan::IdMapping> &uids, const plan::List<plan::IdMapping> &gids,
                         Fd &out);

// id_tool.cpp: has newuidmap or newgidmap write a map; `process` is the process's directory in /proc.
Status run_id_tool(const plan::Str &tool, int process, int pid, const plan::List<plan::IdMapping> &mappings);

// namespaces.cpp
Status open_namespace(const plan::OpenNamespace &step, Context &context);
// A namespace file, checked by its file system and type (a CLONE_NEW* flag).
Status open_namespace_file(const char *path, uint32_t type, Fd &out);

// sockets.cpp
Status listen_for_start(const plan::Listen &step, Context &context);
Status connect_console(const plan::Connect &step, Context &context);
// Connects to `name` in a directory, however long its path is; 0, or -errno.
int connect_in(int directory, const char *name, int socket);
// The same for a whole path.
int connect_to(const std::string &path, int socket);

// execute.cpp: sends what was made for init over the socket.
Status send_slots(Context &context, int socket);

// start.cpp
Status start_created(const plan::Start &step, Context &context);
Status dismiss_created(const plan::Dismiss &step);

// open_tree.cpp, file_system.cpp, overlay.cpp
Status open_tree(const plan::OpenTree &step, Context &context);
Status dismiss_visitor(Context &context);
Status make_device_node(const plan::DeviceNode &step, Context &context);
// A detached clone of what lies at a path of the host.
// `how`: AT_RECURSIVE, AT_SYMLINK_NOFOLLOW.
Status clone_tree(const plan::Str &source, unsigned how, Fd &out);
Status idmap_tree(int tree, std::string_view source, int user_namespace, bool recursive);
// The user namespace at the path, or without one a user namespace with these maps.
Status user_namespace_for(const plan::List<plan::IdMapping> &uids, const plan::List<plan::IdMapping> &gids,
                          const plan::Str &path, Fd &out);
Status make_file_system(const plan::FileSystem &step, Context &context);
Status make_overlay(const plan::Overlay &step, Context &context);
// The same for the caller: a mount (MOUNT_ATTR_* flags) that is nowhere in the tree, and gone when it is closed.
Status mount_overlay(const plan::Overlay &step, unsigned attributes, Fd &out);

// net_devices.cpp
Status move_net_device(const plan::NetDevice &step, Context &context);

// resctrl.cpp
Status make_resctrl_group(const plan::ResctrlMake &step, Context &context);
Status write_resctrl_schemata(const plan::ResctrlSchemata &step);
Status join_resctrl_group(const plan::ResctrlJoin &step, const Context &context);
Status remove_resctrl_group(const plan::ResctrlRemove &step);

// attach_root.cpp
Status attach_root(const plan::AttachRoot &step, Context &context);
Status detach_root(const plan::DetachRoot &step);

// hooks.cpp
Status run_hook(const plan::Hook &step, Context &context);

// Keeps a descriptor for init.
inline void give_slot(Context &context, uint32_t slot, Fd fd) {
  context.made.push_back({slot, std::move(fd)});
}

}  // namespace runts::core
