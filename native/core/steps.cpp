#include "steps.h"

#include <cerrno>

#include "device_program.h"
#include "seccomp.h"
#include "systemd.h"

namespace runts::core {
namespace {

Status out_of_order(const plan::Entry &entry, const char *what) {
  return failed(EPROTO, "the plan", std::string(plan::kKindNames[static_cast<uint32_t>(entry.kind)]) + what);
}

// Runs a step whose fields are whole; zeros are never taken for what is missing.
template <typename Step, typename... More>
Status decoded(const plan::Entry &entry, Status (*run)(const Step &, More...), std::type_identity_t<More>... more) {
  Step step;
  if (!entry.decode(step)) return out_of_order(entry, " is damaged");
  return run(step, more...);
}

Status compile_profile(const plan::SeccompCompile &step, const plan::Entry &entry, Context &context) {
  Fd memfd;
  if (Status status = seccomp_program(step, entry.fields.rest(), memfd); !status.ok()) return status;
  give_slot(context, step.slot, std::move(memfd));
  return done();
}

Status hand_on_program(const plan::SeccompKept &step, Context &context) {
  give_slot(context, step.slot, Fd(static_cast<int>(step.descriptor)));
  return done();
}

Status make_cgroup(const plan::CgroupCreate &step, Context &context) {
  // Before the step, as it can fail with some of its directories made.
  context.undo.push_back([&context] { unmake_cgroup(context.cgroup); });
  return create_cgroup(step, context.cgroup);
}

bool needs_cgroup(plan::Kind kind) {
  switch (kind) {
    case plan::Kind::CgroupWrite:
    case plan::Kind::CgroupDevices:
    case plan::Kind::CgroupChown:
    case plan::Kind::CgroupFreeze:
    case plan::Kind::CgroupKill:
      return true;
    default:
      return false;
  }
}

}  // namespace

Status run_host_step(const plan::Entry &entry, Context &context) {
  using plan::Kind;
  if (needs_cgroup(entry.kind) && !context.cgroup.dir)
    return out_of_order(entry, " comes before a cgroup is open");
  switch (entry.kind) {
    case Kind::CgroupCreate:
      return decoded(entry, make_cgroup, context);
    case Kind::CgroupOpen:
      return decoded(entry, open_cgroup, context.cgroup);
    case Kind::CgroupWrite:
      return decoded(entry, write_cgroup, context.cgroup);
    case Kind::CgroupDevices:
      return decoded(entry, set_device_rules, context.cgroup.dir.get());
    case Kind::CgroupChown:
      return decoded(entry, chown_cgroup, context.cgroup);
    case Kind::CgroupFreeze:
      return decoded(entry, freeze_cgroup, context.cgroup);
    case Kind::CgroupVacant:
      return decoded(entry, check_vacant);
    case Kind::CgroupAdopt:
      return decoded(entry, adopt_cgroup, context.process.pid, context.cgroup);
    case Kind::SystemdCall:
      return decoded(entry, call_systemd, context);
    case Kind::CgroupKill:
      return kill_cgroup(context.cgroup);
    case Kind::CgroupRemove:
      return decoded(entry, remove_cgroup);
    case Kind::ResctrlMake:
      return decoded(entry, make_resctrl_group, context);
    case Kind::ResctrlSchemata:
      return decoded(entry, write_resctrl_schemata);
    case Kind::ResctrlJoin:
      return decoded(entry, join_resctrl_group, context);
    case Kind::ResctrlRemove:
      return decoded(entry, remove_resctrl_group);
    case Kind::SeccompCompile:
      return decoded(entry, compile_profile, entry, context);
    case Kind::SeccompKept:
      return decoded(entry, hand_on_program, context);
    case Kind::Listen:
      return decoded(entry, listen_for_start, context);
    case Kind::Connect:
      return decoded(entry, connect_console, context);
    case Kind::DeviceNode:
      return decoded(entry, make_device_node, context);
    case Kind::DismissVisitor:
      return dismiss_visitor(context);
    case Kind::OpenTree:
      return decoded(entry, open_tree, context);
    case Kind::AttachRoot:
      return decoded(entry, attach_root, context);
    case Kind::DetachRoot:
      return decoded(entry, detach_root);
    case Kind::FileSystem:
      return decoded(entry, make_file_system, context);
    case Kind::Overlay:
      return decoded(entry, make_overlay, context);
    case Kind::OpenNamespace:
      return decoded(entry, open_namespace, context);
    case Kind::OpenProcess:
      return decoded(entry, open_process, context);
    case Kind::Clone:
      return decoded(entry, clone_init, context);
    case Kind::IdMap:
      return decoded(entry, map_ids, context);
    case Kind::NetDevice:
      return decoded(entry, move_net_device, context);
    case Kind::OomScore:
      return decoded(entry, set_oom_score, context);
    case Kind::Rlimit:
      return decoded(entry, set_rlimit, context);
    case Kind::CpuAffinity:
      return decoded(entry, set_affinity, context);
    case Kind::Hook:
      return decoded(entry, run_hook, context);
    case Kind::Dismiss:
      return decoded(entry, dismiss_created);
    case Kind::Start:
      return decoded(entry, start_created, context);
    case Kind::Signal:
      return decoded(entry, signal_process);
    default:
      return out_of_order(entry, " is no step of the host");
  }
}

}  // namespace runts::core
