#include "steps.h"

#include <cerrno>

#include "device_program.h"
#include "seccomp.h"
#include "systemd.h"

namespace runts::core {
namespace {

std::string_view bytes_of(const plan::Entry &entry) {
  plan::Reader reader = entry.fields;
  const uint8_t *begin = reader.at();
  plan::SeccompCompile::read(reader);
  return {reinterpret_cast<const char *>(begin), static_cast<size_t>(reader.at() - begin)};
}

Status out_of_order(const plan::Entry &entry, const char *what) {
  return failed(EPROTO, "the plan", std::string(plan::kKindNames[static_cast<uint32_t>(entry.kind)]) + what);
}

// Runs a step whose fields are whole; zeros are never taken for what is missing.
template <typename Step, typename Run>
Status decoded(const plan::Entry &entry, Run run) {
  Step step;
  if (!entry.decode(step)) return out_of_order(entry, " is damaged");
  return run(step);
}

Status compile_profile(const plan::SeccompCompile &step, const plan::Entry &entry, Context &context) {
  Fd memfd;
  if (Status status = seccomp_program(step, bytes_of(entry), memfd); !status.ok()) return status;
  give_slot(context, step.slot, std::move(memfd));
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
      return decoded<plan::CgroupCreate>(entry, [&](const auto &step) { return make_cgroup(step, context); });
    case Kind::CgroupOpen:
      return decoded<plan::CgroupOpen>(entry, [&](const auto &step) { return open_cgroup(step, context.cgroup); });
    case Kind::CgroupWrite:
      return decoded<plan::CgroupWrite>(entry, [&](const auto &step) { return write_cgroup(step, context.cgroup); });
    case Kind::CgroupDevices:
      return decoded<plan::CgroupDevices>(entry, [&](const auto &step) { return set_device_rules(step, context.cgroup.dir.get()); });
    case Kind::CgroupChown:
      return decoded<plan::CgroupChown>(entry, [&](const auto &step) { return chown_cgroup(step, context.cgroup); });
    case Kind::CgroupFreeze:
      return decoded<plan::CgroupFreeze>(entry, [&](const auto &step) { return freeze_cgroup(step, context.cgroup); });
    case Kind::CgroupVacant:
      return decoded<plan::CgroupVacant>(entry, [&](const auto &step) { return check_vacant(step); });
    case Kind::CgroupAdopt:
      return decoded<plan::CgroupAdopt>(entry, [&](const auto &step) { return adopt_cgroup(step, context.process.pid, context.cgroup); });
    case Kind::SystemdCall:
      return decoded<plan::SystemdCall>(entry, [&](const auto &step) { return call_systemd(step, context); });
    case Kind::CgroupKill:
      return kill_cgroup(context.cgroup);
    case Kind::CgroupRemove:
      return decoded<plan::CgroupRemove>(entry, [&](const auto &step) { return remove_cgroup(step); });
    case Kind::ResctrlMake:
      return decoded<plan::ResctrlMake>(entry, [&](const auto &step) { return make_resctrl_group(step, context); });
    case Kind::ResctrlSchemata:
      return decoded<plan::ResctrlSchemata>(entry, [&](const auto &step) { return write_resctrl_schemata(step); });
    case Kind::ResctrlJoin:
      return decoded<plan::ResctrlJoin>(entry, [&](const auto &step) { return join_resctrl_group(step, context); });
    case Kind::ResctrlRemove:
      return decoded<plan::ResctrlRemove>(entry, [&](const auto &step) { return remove_resctrl_group(step); });
    case Kind::SeccompCompile:
      return decoded<plan::SeccompCompile>(entry,
                                           [&](const auto &step) { return compile_profile(step, entry, context); });
    case Kind::Listen:
      return decoded<plan::Listen>(entry, [&](const auto &step) { return listen_for_start(step, context); });
    case Kind::Connect:
      return decoded<plan::Connect>(entry, [&](const auto &step) { return connect_console(step, context); });
    case Kind::DeviceNode:
      return decoded<plan::DeviceNode>(entry, [&](const auto &step) { return make_device_node(step, context); });
    case Kind::DismissVisitor:
      return dismiss_visitor(context);
    case Kind::OpenTree:
      return decoded<plan::OpenTree>(entry, [&](const auto &step) { return open_tree(step, context); });
    case Kind::AttachRoot:
      return decoded<plan::AttachRoot>(entry, [&](const auto &step) { return attach_root(step, context); });
    case Kind::DetachRoot:
      return decoded<plan::DetachRoot>(entry, [&](const auto &step) { return detach_root(step); });
    case Kind::FileSystem:
      return decoded<plan::FileSystem>(entry, [&](const auto &step) { return make_file_system(step, context); });
    case Kind::Overlay:
      return decoded<plan::Overlay>(entry, [&](const auto &step) { return make_overlay(step, context); });
    case Kind::OpenNamespace:
      return decoded<plan::OpenNamespace>(entry, [&](const auto &step) { return open_namespace(step, context); });
    case Kind::OpenProcess:
      return decoded<plan::OpenProcess>(entry, [&](const auto &step) { return open_process(step, context); });
    case Kind::Clone:
      return decoded<plan::Clone>(entry, [&](const auto &step) { return clone_init(step, context); });
    case Kind::IdMap:
      return decoded<plan::IdMap>(entry, [&](const auto &step) { return map_ids(step, context); });
    case Kind::NetDevice:
      return decoded<plan::NetDevice>(entry, [&](const auto &step) { return move_net_device(step, context); });
    case Kind::OomScore:
      return decoded<plan::OomScore>(entry, [&](const auto &step) { return set_oom_score(step, context); });
    case Kind::Rlimit:
      return decoded<plan::Rlimit>(entry, [&](const auto &step) { return set_rlimit(step, context); });
    case Kind::CpuAffinity:
      return decoded<plan::CpuAffinity>(entry, [&](const auto &step) { return set_affinity(step, context); });
    case Kind::Hook:
      return decoded<plan::Hook>(entry, [&](const auto &step) { return run_hook(step, context); });
    case Kind::Dismiss:
      return decoded<plan::Dismiss>(entry, [&](const auto &step) { return dismiss_created(step); });
    case Kind::Start:
      return decoded<plan::Start>(entry, [&](const auto &step) { return start_created(step, context); });
    case Kind::Signal:
      return decoded<plan::Signal>(entry, [&](const auto &step) { return signal_process(step); });
    default:
      return out_of_order(entry, " is no step of the host");
  }
}

}  // namespace runts::core
