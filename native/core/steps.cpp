#include "steps.h"

#include <cerrno>

#include "device_program.h"
#include "seccomp.h"

namespace runts::core {
namespace {

std::string_view bytes_of(const plan::Entry &entry) {
  plan::Reader reader = entry.fields;
  const uint8_t *begin = reader.at();
  plan::SeccompCompile::read(reader);
  return {reinterpret_cast<const char *>(begin), static_cast<size_t>(reader.at() - begin)};
}

Status compile_profile(const plan::Entry &entry, Context &context) {
  auto step = entry.as<plan::SeccompCompile>();
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

Status out_of_order(const plan::Entry &entry, const char *what) {
  return failed(EPROTO, "the plan", std::string(plan::kKindNames[static_cast<uint32_t>(entry.kind)]) + what);
}

}  // namespace

Status run_host_step(const plan::Entry &entry, Context &context) {
  using plan::Kind;
  if (needs_cgroup(entry.kind) && !context.cgroup.dir)
    return out_of_order(entry, " comes before a cgroup is open");
  switch (entry.kind) {
    case Kind::CgroupCreate:
      return make_cgroup(entry.as<plan::CgroupCreate>(), context);
    case Kind::CgroupOpen:
      return open_cgroup(entry.as<plan::CgroupOpen>(), context.cgroup);
    case Kind::CgroupWrite:
      return write_cgroup(entry.as<plan::CgroupWrite>(), context.cgroup);
    case Kind::CgroupDevices:
      return set_device_rules(entry.as<plan::CgroupDevices>(), context.cgroup.dir.get());
    case Kind::CgroupChown:
      return chown_cgroup(entry.as<plan::CgroupChown>(), context.cgroup);
    case Kind::CgroupFreeze:
      return freeze_cgroup(entry.as<plan::CgroupFreeze>(), context.cgroup);
    case Kind::CgroupKill:
      return kill_cgroup(context.cgroup);
    case Kind::CgroupRemove:
      return remove_cgroup(entry.as<plan::CgroupRemove>());
    case Kind::SeccompCompile:
      return compile_profile(entry, context);
    case Kind::Listen:
      return listen_for_start(entry.as<plan::Listen>(), context);
    case Kind::Connect:
      return connect_console(entry.as<plan::Connect>(), context);
    case Kind::OpenTree:
      return open_tree(entry.as<plan::OpenTree>(), context);
    case Kind::Overlay:
      return make_overlay(entry.as<plan::Overlay>(), context);
    case Kind::OpenNamespace:
      return open_namespace(entry.as<plan::OpenNamespace>(), context);
    case Kind::OpenProcess:
      return open_process(entry.as<plan::OpenProcess>(), context);
    case Kind::Clone:
      return clone_init(entry.as<plan::Clone>(), context);
    case Kind::IdMap:
      return map_ids(entry.as<plan::IdMap>(), context);
    case Kind::OomScore:
      return set_oom_score(entry.as<plan::OomScore>(), context);
    case Kind::Rlimit:
      return set_rlimit(entry.as<plan::Rlimit>(), context);
    case Kind::CpuAffinity:
      return set_affinity(entry.as<plan::CpuAffinity>(), context);
    case Kind::Hook:
      return run_hook(entry.as<plan::Hook>(), context);
    case Kind::Dismiss:
      return dismiss_created(entry.as<plan::Dismiss>());
    case Kind::Start:
      return start_created(entry.as<plan::Start>(), context);
    case Kind::Signal:
      return signal_process(entry.as<plan::Signal>());
    default:
      return out_of_order(entry, " is no step of the host");
  }
}

}  // namespace runts::core
