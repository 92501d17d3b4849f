// Made by scripts/generate-steps.mjs from src/plan/steps.ts: do not edit.
#pragma once
#include "../plan/plan.h"

namespace runts::plan {

inline size_t walk(uint64_t number) { return number & 1; }
inline size_t walk(const Str &text) {
  size_t sum = text.c_str()[text.size()] == 0 ? 0 : 1;
  for (char c : text) sum += static_cast<unsigned char>(c);
  return sum;
}
template <typename T>
size_t walk(const List<T> &list) {
  size_t sum = 0;
  for (const T &item : list) sum += walk(item);
  return sum;
}

inline size_t walk(const CgroupCreate &v) { return walk(v.root) + walk(v.path) + walk(v.controllers) + walk(v.wanted) + walk(static_cast<uint64_t>(v.fresh)); }
inline size_t walk(const CgroupOpen &v) { return walk(v.root) + walk(v.path) + walk(static_cast<uint64_t>(v.inode)) + walk(static_cast<uint64_t>(v.or_of_pid)); }
inline size_t walk(const CgroupWrite &v) { return walk(v.file) + walk(v.value) + walk(v.otherwise_file) + walk(v.otherwise_value) + walk(static_cast<uint64_t>(v.if_missing)); }
inline size_t walk(const CgroupDevicesRules &v) { return walk(static_cast<uint64_t>(v.allow)) + walk(static_cast<uint64_t>(v.type)) + walk(static_cast<uint64_t>(v.major)) + walk(static_cast<uint64_t>(v.minor)) + walk(static_cast<uint64_t>(v.access)); }
inline size_t walk(const CgroupDevices &v) { return walk(v.rules); }
inline size_t walk(const CgroupChown &v) { return walk(static_cast<uint64_t>(v.uid)) + walk(static_cast<uint64_t>(v.gid)); }
inline size_t walk(const CgroupFreeze &v) { return walk(static_cast<uint64_t>(v.frozen)); }
inline size_t walk(const CgroupKill &) { return 0; }
inline size_t walk(const CgroupRemove &v) { return walk(v.root) + walk(v.path) + walk(v.until) + walk(static_cast<uint64_t>(v.timeout_ms)) + walk(static_cast<uint64_t>(v.inode)); }
inline size_t walk(const ResctrlMake &v) { return walk(v.root) + walk(v.path); }
inline size_t walk(const ResctrlSchemata &v) { return walk(v.root) + walk(v.path) + walk(v.lines); }
inline size_t walk(const ResctrlJoin &v) { return walk(v.root) + walk(v.path); }
inline size_t walk(const ResctrlRemove &v) { return walk(v.root) + walk(v.path); }
inline size_t walk(const CgroupVacant &v) { return walk(v.root) + walk(v.path); }
inline size_t walk(const CgroupAdopt &v) { return walk(v.root) + walk(v.path) + walk(v.controllers); }
inline size_t walk(const SystemdCallCalls &v) { return walk(v.message) + walk(static_cast<uint64_t>(v.pid_at)) + walk(static_cast<uint64_t>(v.job)) + walk(v.tolerate); }
inline size_t walk(const SystemdCallUndo &v) { return walk(v.message) + walk(static_cast<uint64_t>(v.job)); }
inline size_t walk(const SystemdCall &v) { return walk(v.socket) + walk(v.calls) + walk(v.undo) + walk(v.diagnose) + walk(static_cast<uint64_t>(v.timeout_ms)); }
inline size_t walk(const SeccompCompileRulesArgs &v) { return walk(static_cast<uint64_t>(v.index)) + walk(static_cast<uint64_t>(v.value)) + walk(static_cast<uint64_t>(v.value_two)) + walk(static_cast<uint64_t>(v.op)); }
inline size_t walk(const SeccompCompileRules &v) { return walk(v.names) + walk(static_cast<uint64_t>(v.action)) + walk(static_cast<uint64_t>(v.errno_)) + walk(v.args); }
inline size_t walk(const SeccompCompile &v) { return walk(static_cast<uint64_t>(v.slot)) + walk(v.cache) + walk(v.section) + walk(static_cast<uint64_t>(v.default_action)) + walk(static_cast<uint64_t>(v.default_errno)) + walk(v.architectures) + walk(static_cast<uint64_t>(v.fail_unknown)) + walk(v.rules); }
inline size_t walk(const SeccompKept &v) { return walk(static_cast<uint64_t>(v.slot)) + walk(static_cast<uint64_t>(v.descriptor)); }
inline size_t walk(const Listen &v) { return walk(v.directory) + walk(v.name) + walk(static_cast<uint64_t>(v.slot)); }
inline size_t walk(const Connect &v) { return walk(v.path) + walk(static_cast<uint64_t>(v.slot)); }
inline size_t walk(const DeviceNode &v) { return walk(static_cast<uint64_t>(v.type)) + walk(static_cast<uint64_t>(v.major)) + walk(static_cast<uint64_t>(v.minor)) + walk(static_cast<uint64_t>(v.mode)) + walk(static_cast<uint64_t>(v.uid)) + walk(static_cast<uint64_t>(v.gid)) + walk(static_cast<uint64_t>(v.slot)); }
inline size_t walk(const IdMapping &v) { return walk(static_cast<uint64_t>(v.inside)) + walk(static_cast<uint64_t>(v.outside)) + walk(static_cast<uint64_t>(v.size)); }
inline size_t walk(const OpenTree &v) { return walk(v.source) + walk(v.root) + walk(static_cast<uint64_t>(v.recursive)) + walk(static_cast<uint64_t>(v.no_follow)) + walk(static_cast<uint64_t>(v.slot)) + walk(v.uid_mappings) + walk(v.gid_mappings) + walk(v.user_namespace) + walk(static_cast<uint64_t>(v.idmap_recursive)); }
inline size_t walk(const AttachRoot &v) { return walk(v.path) + walk(v.directory); }
inline size_t walk(const DetachRoot &v) { return walk(v.path) + walk(v.directory); }
inline size_t walk(const FileSystem &v) { return walk(v.type) + walk(v.source) + walk(v.options) + walk(static_cast<uint64_t>(v.slot)) + walk(v.uid_mappings) + walk(v.gid_mappings) + walk(v.user_namespace) + walk(static_cast<uint64_t>(v.idmap_recursive)); }
inline size_t walk(const Overlay &v) { return walk(v.lower) + walk(v.upper) + walk(v.work) + walk(v.options) + walk(static_cast<uint64_t>(v.slot)) + walk(v.uid_mappings) + walk(v.gid_mappings) + walk(v.user_namespace); }
inline size_t walk(const OpenNamespace &v) { return walk(static_cast<uint64_t>(v.type)) + walk(v.path) + walk(static_cast<uint64_t>(v.slot)) + walk(static_cast<uint64_t>(v.refuse_own)); }
inline size_t walk(const OpenProcess &v) { return walk(static_cast<uint64_t>(v.pid)) + walk(static_cast<uint64_t>(v.start_time)) + walk(static_cast<uint64_t>(v.slot)); }
inline size_t walk(const Clone &v) { return walk(static_cast<uint64_t>(v.namespaces)) + walk(static_cast<uint64_t>(v.into_cgroup)) + walk(static_cast<uint64_t>(v.cgroup_of_pid)); }
inline size_t walk(const IdMap &v) { return walk(v.uid_mappings) + walk(v.gid_mappings) + walk(static_cast<uint64_t>(v.deny_setgroups)) + walk(v.uid_tool) + walk(v.gid_tool); }
inline size_t walk(const OomScore &v) { return walk(static_cast<uint64_t>(v.value)); }
inline size_t walk(const NetDevice &v) { return walk(v.device) + walk(v.name); }
inline size_t walk(const Rlimit &v) { return walk(static_cast<uint64_t>(v.type)) + walk(static_cast<uint64_t>(v.soft)) + walk(static_cast<uint64_t>(v.hard)); }
inline size_t walk(const Hook &v) { return walk(v.phase) + walk(v.path) + walk(v.args) + walk(v.env) + walk(static_cast<uint64_t>(v.timeout)) + walk(v.state_head) + walk(v.state_tail) + walk(v.stdout_file) + walk(v.stderr_file) + walk(static_cast<uint64_t>(v.pid)) + walk(static_cast<uint64_t>(v.add_home)) + walk(static_cast<uint64_t>(v.uid)); }
inline size_t walk(const Created &) { return 0; }
inline size_t walk(const DismissVisitor &) { return 0; }
inline size_t walk(const Dismiss &v) { return walk(v.directory) + walk(v.name) + walk(static_cast<uint64_t>(v.timeout_ms)); }
inline size_t walk(const Start &v) { return walk(v.directory) + walk(v.name); }
inline size_t walk(const Signal &v) { return walk(static_cast<uint64_t>(v.pid)) + walk(static_cast<uint64_t>(v.start_time)) + walk(static_cast<uint64_t>(v.signal)); }
inline size_t walk(const Join &v) { return walk(static_cast<uint64_t>(v.slot)) + walk(static_cast<uint64_t>(v.namespaces)); }
inline size_t walk(const Unshare &v) { return walk(static_cast<uint64_t>(v.namespaces)); }
inline size_t walk(const BecomeRoot &v) { return walk(static_cast<uint64_t>(v.keep_groups)); }
inline size_t walk(const RootDirectory &v) { return walk(v.path); }
inline size_t walk(const TimeOffsets &v) { return walk(static_cast<uint64_t>(v.monotonic_seconds)) + walk(static_cast<uint64_t>(v.monotonic_nanoseconds)) + walk(static_cast<uint64_t>(v.boottime_seconds)) + walk(static_cast<uint64_t>(v.boottime_nanoseconds)); }
inline size_t walk(const Fork &v) { return walk(static_cast<uint64_t>(v.namespaces)); }
inline size_t walk(const SessionKeyring &v) { return walk(v.name); }
inline size_t walk(const Loopback &) { return 0; }
inline size_t walk(const Hostname &v) { return walk(v.name); }
inline size_t walk(const Domainname &v) { return walk(v.name); }
inline size_t walk(const Procfs &) { return 0; }
inline size_t walk(const MountPropagation &v) { return walk(static_cast<uint64_t>(v.propagation)) + walk(static_cast<uint64_t>(v.recursive)); }
inline size_t walk(const Root &v) { return walk(v.path) + walk(static_cast<uint64_t>(v.slot)) + walk(static_cast<uint64_t>(v.in_place)) + walk(static_cast<uint64_t>(v.own)) + walk(static_cast<uint64_t>(v.reached)) + walk(static_cast<uint64_t>(v.parent)); }
inline size_t walk(const Mount &v) { return walk(v.type) + walk(v.source) + walk(v.target) + walk(v.options) + walk(static_cast<uint64_t>(v.attributes)) + walk(static_cast<uint64_t>(v.propagation)) + walk(static_cast<uint64_t>(v.propagation_recursive)) + walk(static_cast<uint64_t>(v.copy_up)) + walk(static_cast<uint64_t>(v.inherit_mode)) + walk(static_cast<uint64_t>(v.keep)) + walk(static_cast<uint64_t>(v.on_proc)) + walk(v.otherwise); }
inline size_t walk(const Bind &v) { return walk(v.source) + walk(static_cast<uint64_t>(v.slot)) + walk(v.target) + walk(static_cast<uint64_t>(v.recursive)) + walk(static_cast<uint64_t>(v.set)) + walk(static_cast<uint64_t>(v.clear)) + walk(static_cast<uint64_t>(v.clear_unless_locked)) + walk(static_cast<uint64_t>(v.recursive_set)) + walk(static_cast<uint64_t>(v.recursive_clear)) + walk(static_cast<uint64_t>(v.propagation)) + walk(static_cast<uint64_t>(v.propagation_recursive)) + walk(static_cast<uint64_t>(v.source_link)) + walk(static_cast<uint64_t>(v.cover_link)) + walk(v.require_type) + walk(static_cast<uint64_t>(v.on_proc)); }
inline size_t walk(const MountAttributes &v) { return walk(v.target) + walk(static_cast<uint64_t>(v.slot)) + walk(static_cast<uint64_t>(v.recursive)) + walk(static_cast<uint64_t>(v.set)) + walk(static_cast<uint64_t>(v.clear)); }
inline size_t walk(const Reconfigure &v) { return walk(v.target) + walk(v.options); }
inline size_t walk(const Unmount &v) { return walk(v.path); }
inline size_t walk(const FileLabel &v) { return walk(v.target) + walk(v.label); }
inline size_t walk(const Device &v) { return walk(v.path) + walk(static_cast<uint64_t>(v.type)) + walk(static_cast<uint64_t>(v.major)) + walk(static_cast<uint64_t>(v.minor)) + walk(static_cast<uint64_t>(v.mode)) + walk(static_cast<uint64_t>(v.uid)) + walk(static_cast<uint64_t>(v.gid)) + walk(static_cast<uint64_t>(v.bind)) + walk(static_cast<uint64_t>(v.slot)); }
inline size_t walk(const Symlink &v) { return walk(v.path) + walk(v.target) + walk(static_cast<uint64_t>(v.replace)); }
inline size_t walk(const CwdCreate &v) { return walk(v.path); }
inline size_t walk(const Mask &v) { return walk(v.path) + walk(v.context); }
inline size_t walk(const ReadonlyPath &v) { return walk(v.path); }
inline size_t walk(const Console &v) { return walk(static_cast<uint64_t>(v.slot)) + walk(static_cast<uint64_t>(v.width)) + walk(static_cast<uint64_t>(v.height)) + walk(static_cast<uint64_t>(v.mount)) + walk(v.path); }
inline size_t walk(const RootReadonly &) { return 0; }
inline size_t walk(const Pivot &v) { return walk(static_cast<uint64_t>(v.how)); }
inline size_t walk(const RootPropagation &v) { return walk(static_cast<uint64_t>(v.propagation)) + walk(static_cast<uint64_t>(v.recursive)); }
inline size_t walk(const Sysctl &v) { return walk(v.key) + walk(v.value); }
inline size_t walk(const Umask &v) { return walk(static_cast<uint64_t>(v.mode)); }
inline size_t walk(const Personality &v) { return walk(static_cast<uint64_t>(v.domain)); }
inline size_t walk(const Scheduler &v) { return walk(static_cast<uint64_t>(v.policy)) + walk(static_cast<uint64_t>(v.nice)) + walk(static_cast<uint64_t>(v.priority)) + walk(static_cast<uint64_t>(v.flags)) + walk(static_cast<uint64_t>(v.runtime)) + walk(static_cast<uint64_t>(v.deadline)) + walk(static_cast<uint64_t>(v.period)); }
inline size_t walk(const IoPriority &v) { return walk(static_cast<uint64_t>(v.class_)) + walk(static_cast<uint64_t>(v.priority)); }
inline size_t walk(const CpuAffinity &v) { return walk(v.cpus); }
inline size_t walk(const MemoryPolicy &v) { return walk(static_cast<uint64_t>(v.mode)) + walk(static_cast<uint64_t>(v.flags)) + walk(v.nodes); }
inline size_t walk(const Apparmor &v) { return walk(v.profile); }
inline size_t walk(const Selinux &v) { return walk(v.label); }
inline size_t walk(const NoNewPrivileges &) { return 0; }
inline size_t walk(const Cwd &v) { return walk(v.path); }
inline size_t walk(const User &v) { return walk(static_cast<uint64_t>(v.uid)) + walk(static_cast<uint64_t>(v.gid)) + walk(v.groups) + walk(static_cast<uint64_t>(v.set_groups)); }
inline size_t walk(const Capabilities &v) { return walk(static_cast<uint64_t>(v.bounding)) + walk(static_cast<uint64_t>(v.effective)) + walk(static_cast<uint64_t>(v.permitted)) + walk(static_cast<uint64_t>(v.inheritable)) + walk(static_cast<uint64_t>(v.ambient)) + walk(static_cast<uint64_t>(v.retain)); }
inline size_t walk(const FindExecutable &v) { return walk(v.name) + walk(v.path); }
inline size_t walk(const AwaitStart &v) { return walk(static_cast<uint64_t>(v.slot)); }
inline size_t walk(const CloseFds &v) { return walk(static_cast<uint64_t>(v.keep)); }
inline size_t walk(const Seccomp &v) { return walk(static_cast<uint64_t>(v.slot)) + walk(static_cast<uint64_t>(v.flags)) + walk(static_cast<uint64_t>(v.listener)) + walk(v.state); }
inline size_t walk(const CapabilitiesFinal &v) { return walk(static_cast<uint64_t>(v.effective)) + walk(static_cast<uint64_t>(v.permitted)) + walk(static_cast<uint64_t>(v.inheritable)); }
inline size_t walk(const Execve &v) { return walk(v.args) + walk(v.env) + walk(static_cast<uint64_t>(v.add_home)) + walk(static_cast<uint64_t>(v.uid)); }
inline size_t walk_entry(const Entry &entry) {
  switch (entry.kind) {
    case Kind::CgroupCreate: {
      CgroupCreate step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::CgroupOpen: {
      CgroupOpen step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::CgroupWrite: {
      CgroupWrite step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::CgroupDevices: {
      CgroupDevices step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::CgroupChown: {
      CgroupChown step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::CgroupFreeze: {
      CgroupFreeze step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::CgroupKill: {
      CgroupKill step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::CgroupRemove: {
      CgroupRemove step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::ResctrlMake: {
      ResctrlMake step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::ResctrlSchemata: {
      ResctrlSchemata step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::ResctrlJoin: {
      ResctrlJoin step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::ResctrlRemove: {
      ResctrlRemove step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::CgroupVacant: {
      CgroupVacant step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::CgroupAdopt: {
      CgroupAdopt step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::SystemdCall: {
      SystemdCall step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::SeccompCompile: {
      SeccompCompile step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::SeccompKept: {
      SeccompKept step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Listen: {
      Listen step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Connect: {
      Connect step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::DeviceNode: {
      DeviceNode step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::OpenTree: {
      OpenTree step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::AttachRoot: {
      AttachRoot step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::DetachRoot: {
      DetachRoot step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::FileSystem: {
      FileSystem step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Overlay: {
      Overlay step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::OpenNamespace: {
      OpenNamespace step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::OpenProcess: {
      OpenProcess step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Clone: {
      Clone step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::IdMap: {
      IdMap step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::OomScore: {
      OomScore step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::NetDevice: {
      NetDevice step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Rlimit: {
      Rlimit step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Hook: {
      Hook step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Created: {
      Created step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::DismissVisitor: {
      DismissVisitor step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Dismiss: {
      Dismiss step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Start: {
      Start step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Signal: {
      Signal step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Join: {
      Join step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Unshare: {
      Unshare step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::BecomeRoot: {
      BecomeRoot step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::RootDirectory: {
      RootDirectory step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::TimeOffsets: {
      TimeOffsets step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Fork: {
      Fork step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::SessionKeyring: {
      SessionKeyring step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Loopback: {
      Loopback step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Hostname: {
      Hostname step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Domainname: {
      Domainname step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Procfs: {
      Procfs step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::MountPropagation: {
      MountPropagation step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Root: {
      Root step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Mount: {
      Mount step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Bind: {
      Bind step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::MountAttributes: {
      MountAttributes step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Reconfigure: {
      Reconfigure step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Unmount: {
      Unmount step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::FileLabel: {
      FileLabel step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Device: {
      Device step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Symlink: {
      Symlink step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::CwdCreate: {
      CwdCreate step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Mask: {
      Mask step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::ReadonlyPath: {
      ReadonlyPath step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Console: {
      Console step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::RootReadonly: {
      RootReadonly step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Pivot: {
      Pivot step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::RootPropagation: {
      RootPropagation step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Sysctl: {
      Sysctl step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Umask: {
      Umask step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Personality: {
      Personality step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Scheduler: {
      Scheduler step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::IoPriority: {
      IoPriority step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::CpuAffinity: {
      CpuAffinity step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::MemoryPolicy: {
      MemoryPolicy step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Apparmor: {
      Apparmor step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Selinux: {
      Selinux step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::NoNewPrivileges: {
      NoNewPrivileges step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Cwd: {
      Cwd step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::User: {
      User step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Capabilities: {
      Capabilities step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::FindExecutable: {
      FindExecutable step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::AwaitStart: {
      AwaitStart step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::CloseFds: {
      CloseFds step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Seccomp: {
      Seccomp step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::CapabilitiesFinal: {
      CapabilitiesFinal step;
      return entry.decode(step) ? walk(step) : 0;
    }
    case Kind::Execve: {
      Execve step;
      return entry.decode(step) ? walk(step) : 0;
    }
  }
  return 0;
}

}  // namespace runts::plan
